"""The child process for rows: reads one file of any kind, writes its rows as Arrow.

``JOB/out.arrow`` (with ``JOB/out.json``) is all that leaves it.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from municipality.documents.sandbox import archive, child, kinds
from municipality.documents.sandbox.csv_reader import read_csv
from municipality.documents.sandbox.gdal_reader import read_gdal, warm_up
from municipality.documents.sandbox.json_reader import read_json
from municipality.documents.sandbox.reading import Reading


def _read(job: Path, wanted: dict[str, Any]) -> Reading:
    source = job / "input"
    layer, hints, shapes = wanted["layer"], wanted["layer_hints"], wanted["shape_hints"]
    kind = kinds.kind_of(source, name=wanted["name"])
    layers: list[str] = []
    if kind is kinds.ZIP:
        path, kind, layers = archive.unzip(source, job, layer=layer)
        layer = "" if layers else layer
    elif kind is kinds.GZIP:
        path, kind = archive.gunzip(source, job, name=wanted["name"])
    else:
        path = job / f"input{kind.ending}"
        source.rename(path)
    if kind is kinds.JSON:
        try:
            return read_json(path, hints=shapes)
        except RecursionError:
            raise kinds.NotAccepted("json_too_deep") from None
    if kind is kinds.CSV:
        return read_csv(path, hints=shapes, code_page=wanted["code_page"])
    reading = read_gdal(path, kind, layer=layer, hints=hints)
    if layers:
        reading.layer, reading.layers = layers[0].rsplit("/", 1)[-1], layers
    return reading


def _write(job: Path, reading: Reading) -> dict[str, Any]:
    """Write the rows as Arrow: one column a field, and the shape and the marks of each row."""
    names = list(reading.attributes)
    columns = [reading.attributes[name] for name in names]
    marks = (
        pa.array(reading.marks, pa.string())
        if reading.marks
        else pa.nulls(reading.rows, pa.string())
    )
    fields = [f"a{position}" for position in range(len(names))]
    table = pa.table([*columns, reading.wkb, marks], names=[*fields, "wkb", "marks"])
    with (
        pa.OSFile(str(job / "out.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as file,
    ):
        file.write_table(table)
    said = {
        "kind": reading.kind,
        "rows": reading.rows,
        "names": names,
        "system": asdict(reading.system) if reading.system else None,
        "layer": reading.layer,
        "layers": reading.layers,
        "encoding": reading.encoding,
        "selected": reading.selected,
        "notes": reading.notes,
    }
    return said


def main() -> None:
    """Read ``JOB/input`` and write ``JOB/out.arrow`` and ``JOB/out.json``."""
    warm_up()  # while the file is still being copied
    child.run(lambda job, wanted: lambda: _write(job, _read(job, wanted)))
