"""The child process for drawings: reads one DXF file, writes its shapes as Arrow.

``JOB/out.arrow`` (with ``JOB/out.json``) is all that leaves it.
"""

import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from municipality.documents.sandbox import child
from municipality.documents.sandbox.dxf_limits import DrawingLimits
from municipality.documents.sandbox.dxf_reader import read_dxf, warm_up


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
    warm_up()  # while the file is still being copied
    child.run(lambda job, wanted: lambda: _read(job, wanted))
