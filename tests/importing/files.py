"""Small files for import tests, written with GDAL as anybody's would be."""

import datetime as dt
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.importing.engine import Outcome, run
from municipality.importing.mapping import FieldMap
from municipality.importing.registry import importer
from municipality.importing.spec import Job
from tests.builders import square

DAY = dt.date(2026, 1, 1)
LATER = dt.date(2026, 6, 1)


def geopackage(
    folder: Path,
    rows: list[dict[str, Any]],
    *,
    name: str = "plots.gpkg",
    srid: int | None = crs.METRIC,
    layer: str = "plots",
) -> Path:
    """Write rows with a ``shape`` each as GeoPackage."""
    path = folder / name
    path.unlink(missing_ok=True)
    columns = [key for key in rows[0] if key != "shape"]
    frame = gpd.GeoDataFrame(
        {key: [row.get(key) for row in rows] for key in columns},
        geometry=[row["shape"] for row in rows],
        crs=srid,
    )
    frame.to_file(path, layer=layer, driver="GPKG")
    return path


def shapefile(folder: Path, rows: list[dict[str, Any]], **how: Any) -> Path:
    """Write rows as a zipped shapefile; ``without`` leaves parts out, ``encoding`` is the DBF's."""
    without = how.pop("without", ())
    frame = gpd.GeoDataFrame(
        {key: [row[key] for row in rows] for key in rows[0] if key != "shape"},
        geometry=[row["shape"] for row in rows],
        crs=how.pop("srid", crs.METRIC),
    )
    frame.to_file(folder / "x.shp", **how)
    path = folder / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.glob("x.*")):
            if part.suffix not in {".zip", *without}:
                archive.write(part, part.name)
    return path


def geojson(folder: Path, features: list[dict[str, Any]], name: str = "x.geojson") -> Path:
    """Write features as GeoJSON text, exactly as they stand."""
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def a_row(key: str, shape: BaseGeometry | None = None, **values: Any) -> dict[str, Any]:
    """One plot of a file."""
    return {"register_key": key, "number": values.pop("number", key), "shape": shape, **values}


def row_of_squares(count: int, *, side: float = 20.0, **values: Any) -> list[dict[str, Any]]:
    """Plots side by side, each sharing an edge with the next."""
    return [a_row(f"P{i}", square(i * side, 0, side), **values) for i in range(count)]


def imported(path: Path, kind: str = "plots", **how: Any) -> Outcome:
    """Import a file as the commands do."""
    theme = how.pop("theme", "")
    chosen = how.pop("chosen", FieldMap())
    spec = importer(kind, theme=theme)
    job = Job(
        kind=kind,
        name=path.name,
        on=how.pop("on", DAY),
        at=timezone.now(),
        theme=theme,
        **how,
    )
    outcome = run(io.BytesIO(path.read_bytes()), spec, job, chosen)
    report = outcome.report
    assert report.read == report.accepted + report.repaired + report.refused
    print(report.code, report.sentence.en, report.verdicts, report.swap)
    return outcome
