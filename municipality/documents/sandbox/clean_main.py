"""The child process for people's papers and photos: checks one file, writes a clean copy of it.

It looks at the first bytes to know which one library to load, loads it, gives up its rights, and
only then parses.  ``JOB/out.bin`` (with ``JOB/out.json``, and ``JOB/small.bin`` where a small
picture is wanted too) is all that leaves it.
"""

import importlib
from pathlib import Path
from typing import Any

from municipality.documents.sandbox import child, paper_kinds

_CLEANERS = {
    "pdf": "municipality.documents.sandbox.pdf_cleaner",
    "jpeg": "municipality.documents.sandbox.photo_cleaner",
    "png": "municipality.documents.sandbox.photo_cleaner",
    "heic": "municipality.documents.sandbox.photo_cleaner",
    "webp": "municipality.documents.sandbox.photo_cleaner",
}


def _prepared(job: Path, wanted: dict[str, Any]) -> child.Work:
    kind = paper_kinds.kind_of(job / "input", accepted=wanted["kinds"])
    cleaner = importlib.import_module(_CLEANERS[kind])
    cleaner.warm_up(kind)
    also = {"pictures": tuple(wanted["pictures"])} if kind != "pdf" else {}
    return lambda: {
        "kind": kind,
        **cleaner.clean(job / "input", job / "out.bin", kind=kind, **also),
    }


def main() -> None:
    """Check ``JOB/input`` and write ``JOB/out.bin`` and ``JOB/out.json``."""
    child.run(_prepared)
