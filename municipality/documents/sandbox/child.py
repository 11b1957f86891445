"""The frame of every child process: what it wants, the walls, the work, and how it went.

Started by the file gate as ``python -I -c ... JOB``; the standard input says what to do and which
rights remain.  ``JOB/out.json``, with what the work itself wrote, is all that leaves the process.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from municipality.documents.sandbox import isolation
from municipality.documents.sandbox.kinds import NotAccepted

BEHIND = 10  # who waits for a page goes before who has sent a file
Said = dict[str, Any]
Work = Callable[[], Said]


def _refused(refusal: NotAccepted) -> Said:
    return {"refused": refusal.code, "values": refusal.values}


def _within(walls: dict[str, str], work: Work) -> Said:
    """Do the work behind the walls; with one of them missing, no untrusted byte is parsed."""
    try:
        if lacks := isolation.lacking(walls):
            raise NotAccepted("not_confined", lacks=", ".join(lacks))
        return work()
    except NotAccepted as refusal:
        return _refused(refusal)
    except MemoryError:
        return {"refused": "too_large_to_read", "values": {}}


def run(prepared: Callable[[Path, Said], Work]) -> None:
    """Close this process in, work, and write ``JOB/out.json``.

    ``prepared`` takes the job's folder and what is wanted, before the walls stand: it may load a
    library, and returns the work that parses.
    """
    os.nice(BEHIND)
    job = Path(sys.argv[1])
    wanted = json.loads(sys.stdin.buffer.read())
    try:
        work = prepared(job, wanted)
    except NotAccepted as refusal:
        work = partial(_refused, refusal)
    walls = isolation.close_in(isolation.Rights(**wanted["rights"]), job=job)
    said = _within(walls, work)
    said["isolation"] = walls
    (job / "out.json").write_text(json.dumps(said), encoding="utf-8")
