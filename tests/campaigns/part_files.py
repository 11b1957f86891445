"""Damaged files: each is taken row by row or refused in a sentence, and a refusal changes nothing."""

import contextlib
import io
import random
import tempfile
from pathlib import Path

import geopandas as gpd

from municipality import crs
from plots.models import Plot
from tests.importing.files import DAY, LATER, geopackage, imported, row_of_squares, shapefile

TRIALS = {"small": 40, "full": 20_000}
KINDS = ("gpkg", "zip", "geojson", "csv", "fgb")


def _good(folder: Path, kind: str) -> Path:
    rows = row_of_squares(12, use_class="residential")
    if kind == "gpkg":
        return geopackage(folder, rows, name="new.gpkg")
    if kind == "zip":
        return shapefile(folder, rows)
    columns = {key: [row[key] for row in rows] for key in rows[0] if key != "shape"}
    shapes = [row["shape"] for row in rows]
    path = folder / f"new.{kind}"
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=crs.METRIC)
    if kind == "csv":
        text = (
            frame.assign(wkt=frame.geometry.to_wkt()).drop(columns="geometry").to_csv(index=False)
        )
        path.write_text(text, encoding="utf-8")
    elif kind == "geojson":
        frame.to_crs(crs.LONLAT).to_file(path, driver="GeoJSON")
    else:
        frame.to_file(path, driver="FlatGeobuf")
    return path


def _damaged(rng: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 30])):
        at = rng.randrange(len(found)) if found else 0
        how = rng.choice(["flip", "cut", "drop", "repeat", "zero", "noise"])
        size = rng.choice([1, 4, 100, 2_000])
        if how == "flip" and found:
            found[at] ^= 1 << rng.randrange(8)
        elif how == "cut":
            del found[at:]
        elif how == "drop":
            del found[at : at + size]
        elif how == "repeat":
            found[at:at] = found[at : at + size]
        elif how == "zero":
            found[at : at + size] = bytes(len(found[at : at + size]))
        else:
            found[at : at + size] = rng.randbytes(len(found[at : at + size]))
    return bytes(found)


def _state() -> list[tuple]:
    plots = Plot.objects.order_by("pk")
    return [(p.pk, p.version, p.number, str(p.valid), bytes(p.boundary.wkb)) for p in plots]


def trial(seed: int, number: int) -> dict[str, int]:
    """Damage one file and import it over a register of eight plots."""
    rng = random.Random(f"files {seed} {number}")
    kind = KINDS[number % len(KINDS)]
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()):
        folder = Path(name)
        imported(geopackage(folder, row_of_squares(8)), on=DAY)
        before = _state()
        path = _good(folder, kind)
        path.write_bytes(_damaged(rng, path.read_bytes()))
        outcome = imported(path, on=LATER, source_crs=crs.METRIC if kind == "csv" else None)
    report = outcome.report
    assert report.sentence.ar and report.sentence.en and bool(report.code) != report.made
    if not report.made:
        assert _state() == before, report.code
    return {f"{kind} {'taken' if report.made else 'refused'}": 1, "rows read": report.read}
