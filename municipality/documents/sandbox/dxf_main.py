"""The child process for drawings: reads one DXF file, writes its shapes as Arrow.

Started by the file gate like the reader of rows, with the same walls round it.
``JOB/out.arrow`` (with ``JOB/out.json``) is all that leaves it.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from municipality.documents.sandbox import isolation
from municipality.documents.sandbox.dxf_limits import DrawingLimits
from municipality.documents.sandbox.dxf_reader import read_dxf, warm_up
from municipality.documents.sandbox.kinds import NotAccepted


def _read(job: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    begun = time.perf_counter()
    table, said = read_dxf(job / "input", limits=DrawingLimits(**wanted["limits"]))
    with (
        pa.OSFile(str(job / "out.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as file,
    ):
        file.write_table(table)
    said["seconds"] = round(time.perf_counter() - begun, 3)
    return said


def main() -> None:
    """Read ``JOB/input`` and write ``JOB/out.arrow`` and ``JOB/out.json``."""
    job = Path(sys.argv[1])
    warm_up()
    wanted = json.loads(sys.stdin.buffer.read())
    reached = isolation.close_in(isolation.Rights(**wanted["rights"]), job=job)
    said: dict[str, Any]
    try:
        if lacks := isolation.lacking(reached):
            raise NotAccepted("not_confined", lacks=", ".join(lacks))
        said = _read(job, wanted)
    except NotAccepted as refusal:
        said = {"refused": refusal.code, "values": refusal.values}
    except MemoryError:
        said = {"refused": "too_large_to_read", "values": {}}
    said["isolation"] = reached
    (job / "out.json").write_text(json.dumps(said), encoding="utf-8")
