"""Import of a 300,000-plot GeoPackage, validated, indexed, committed, against ogr2ogr.

Goal: at most 2.5 × ogr2ogr (COPY, GiST after, no check).  A second floor is ogr2ogr followed by
one INSERT into the register's own table with its indexes, Mercator copy and keys: what is left
between it and ours are the sandbox, the checks and the account.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from municipality import crs
from municipality.conf import PROFILE
from tests.bench import databases
from tests.bench.servers import ROOT

NAME = "geo_bench_import"
PLOTS = 300_000
ROUNDS = 5
QUARTERS = 60
USES = np.array(["residential", "residential_commercial", "commercial", "industrial", "government"])


def _quarter(rng: np.random.Generator, x: float, y: float, count: int) -> Any:
    """Rings of one quarter: rows of plots along roads, turned as one, corners to the millimetre."""
    width, depth, road = rng.uniform(18, 32), rng.uniform(25, 42), 12.0
    a, b = np.meshgrid(np.arange(100), np.arange(100), indexing="ij")
    left = (a * width + (a // 10) * road).ravel()[:count]
    low = (b * depth + (b // 2) * road).ravel()[:count]
    along = np.stack([left, left + width / 2, left + width, left + width, left, left], 1)
    across = np.stack([low, low, low, low + depth, low + depth, low], 1)
    turn = rng.uniform(0, np.pi / 2)
    east = x + along * np.cos(turn) - across * np.sin(turn)
    north = y + along * np.sin(turn) + across * np.cos(turn)
    return np.stack([east, north], 2).round(3)


def make_file(path: Path) -> None:
    """Write the file, seed 1: sixty quarters of five thousand plots."""
    rng = np.random.default_rng(1)
    west, south, east, north = crs.metric_extent()
    rings = []
    for quarter in range(QUARTERS):
        x = west + (0.1 + 0.08 * (quarter % 10)) * (east - west)
        y = south + (0.1 + 0.13 * (quarter // 10)) * (north - south)
        rings.append(_quarter(rng, x, y, PLOTS // QUARTERS))
    shapes = shapely.polygons(shapely.linearrings(np.concatenate(rings)))
    frame = gpd.GeoDataFrame(
        {
            "register_key": [f"K{i}" for i in range(len(shapes))],
            "number": [f"{i % 5000:05d}" for i in range(len(shapes))],
            "use_class": USES[rng.integers(0, len(USES), len(shapes))],
            "area_m2": shapely.area(shapes).round(2),
        },
        geometry=shapes,
        crs=crs.METRIC,
    )
    frame.to_file(path, layer="plots", driver="GPKG")


def _sql(text: str) -> float:
    """Run SQL as the owner and return the seconds it took."""
    connection = databases.connect(NAME)
    begun = time.perf_counter()
    with connection, connection.cursor() as cursor:
        cursor.execute(text)
    taken = time.perf_counter() - begun
    connection.close()
    return taken


def _nothing_left() -> None:
    """Drop what was loaded before: the server would tidy it up beside what is timed."""
    _sql("DROP TABLE IF EXISTS ogr, like_ours; TRUNCATE plots_plot CASCADE")


def _ogr2ogr(path: Path) -> float:
    _nothing_left()
    command = [
        "ogr2ogr", "-q", "-f", "PostgreSQL", f"PG:{databases.url(NAME)}", str(path), "plots", "-nln",
        "ogr", "-lco", "GEOMETRY_NAME=geom", "-gt", "65536", "--config", "PG_USE_COPY", "YES",
    ]  # fmt: skip
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def _own_table() -> float:
    """Insert what ogr2ogr loaded into a table like the register's, with all it has."""
    _sql("CREATE TABLE like_ours (LIKE plots_plot INCLUDING ALL)")
    return _sql(
        "INSERT INTO like_ours (version, valid, boundary, number, old_number, krooki_number, block, "
        "use_class, registered_area_m2, limits_source, source, register_key) SELECT 1, "
        "daterange('2026-01-01', NULL), ST_Multi(geom), number, '', '', '', use_class, area_m2, '', "
        "'', register_key FROM ogr"
    )


def _ours(path: Path, report: Path) -> float:
    _nothing_left()
    command = [sys.executable, "manage.py", "import_plots", str(path), "--report", str(report)]
    environment = {**os.environ, "GEO_DB_NAME": NAME}
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
    return time.perf_counter() - begun


def run() -> None:
    """Time each way in turn and print medians, the ratio, and the checks with their times."""
    if shutil.which("ogr2ogr") is None:
        print("ogr2ogr is not installed (Debian: gdal-bin): nothing to compare with")
        return
    databases.make(NAME, fresh=True)
    folder = ROOT / ".local" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path, report = folder / f"plots-{PROFILE.code}.gpkg", folder / "import-report.json"
    if not path.is_file():
        make_file(path)
    times: dict[str, list[float]] = {"ogr2ogr": [], "own table": [], "ours": []}
    for _ in range(ROUNDS):
        times["ogr2ogr"].append(_ogr2ogr(path))
        times["own table"].append(_own_table())
        times["ours"].append(_ours(path, report))
    middle = {name: statistics.median(values) for name, values in times.items()}
    second = middle["ogr2ogr"] + middle["own table"]
    print(f"{PLOTS:,} plots, {path.stat().st_size >> 20} MiB, median of {ROUNDS}, seconds")
    print(f"  ogr2ogr, no check                       {middle['ogr2ogr']:6.2f}")
    print(f"  ogr2ogr, then into the register's table {second:6.2f}")
    print(f"  import_plots, the whole command         {middle['ours']:6.2f}")
    print(f"  ratio to ogr2ogr {middle['ours'] / middle['ogr2ogr']:.2f} (goal <= 2.5), "
          f"to the second floor {middle['ours'] / second:.2f}")  # fmt: skip
    said = json.loads(report.read_text(encoding="utf-8"))
    print("  stages:", ", ".join(f"{n} {s:.2f}" for n, s in said["timings_s"].items()))
    for check in said["checks"]:
        print(f"    {check['name']:<22}{check['seconds']:7.3f} s  {check['found']:>8,} found")
