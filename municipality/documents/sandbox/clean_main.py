"""The child process for people's papers and photos: checks one file, writes a clean copy of it.

Started by the file gate like the reader of rows, with the same walls round it.  It looks at the
first bytes to know which one library to load, loads it, gives up its rights, and only then
parses.  ``JOB/out.bin`` (with ``JOB/out.json``) is all that leaves it.
"""

import importlib
import json
import sys
from pathlib import Path

from municipality.documents.sandbox import isolation, paper_kinds
from municipality.documents.sandbox.kinds import NotAccepted

_CLEANERS = {
    "pdf": "municipality.documents.sandbox.pdf_cleaner",
    "jpeg": "municipality.documents.sandbox.photo_cleaner",
    "png": "municipality.documents.sandbox.photo_cleaner",
    "heic": "municipality.documents.sandbox.photo_cleaner",
}


def main() -> None:
    """Check ``JOB/input`` and write ``JOB/out.bin`` and ``JOB/out.json``."""
    job = Path(sys.argv[1])
    wanted = json.loads(sys.stdin.buffer.read())
    said: dict[str, object]
    cleaner = None
    try:
        kind = paper_kinds.kind_of(job / "input", accepted=wanted["kinds"])
        cleaner = importlib.import_module(_CLEANERS[kind])
        cleaner.warm_up(kind)
    except NotAccepted as refusal:
        said = {"refused": refusal.code, "values": refusal.values}
    reached = isolation.close_in(isolation.Rights(**wanted["rights"]), job=job)
    try:
        if lacks := isolation.lacking(reached):
            raise NotAccepted("not_confined", lacks=", ".join(lacks))
        if cleaner is not None:
            said = {"kind": kind, **cleaner.clean(job / "input", job / "out.bin", kind=kind)}
    except NotAccepted as refusal:
        said = {"refused": refusal.code, "values": refusal.values}
    except MemoryError:
        said = {"refused": "too_large_to_read", "values": {}}
    said["isolation"] = reached
    (job / "out.json").write_text(json.dumps(said), encoding="utf-8")
