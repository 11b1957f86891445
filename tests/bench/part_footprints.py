"""Footprints of a town against their plots: all rules, against the bare containment, coverage and
setback check, both from the database, in one run.

The bare check reads footprint and plot joined by key and measures them in arrays with one limit
for all edges (the first measurement of its kind: 48,000 to 62,000 a second).  Ours finds the plot
of each footprint, its limits, roads, neighbours and planning layers, answers twelve rules, makes
the shapes of what fails, in as many processes as there are processors, and keeps the verdicts: a
packed row a footprint, a row a failure.  The bare check keeps nothing.
"""

import datetime as dt
import io
import os
import statistics
import time
from typing import Any

import numpy as np
import shapely
from django.utils import timezone

from municipality import columns, crs
from tests.bench import city, databases
from tests.bench.part_check import add_context

COUNT, ROUNDS, SETBACK_M = 40_000, 3, 3.0
ON = dt.date(2026, 1, 1)
TABLE = "bench_footprint"


def _seed(cursor: Any) -> None:
    """Scaled, shifted copies of plots: about a quarter keeps all edges; seed 3."""
    cursor.execute(f"SELECT to_regclass('{TABLE}') IS NOT NULL")
    if cursor.fetchone()[0]:
        return
    cursor.execute("SELECT id, ST_AsBinary(boundary) FROM plots_plot ORDER BY id LIMIT %s", [COUNT])
    rows = cursor.fetchall()
    plots = shapely.from_wkb([bytes(row[1]) for row in rows])
    rng = np.random.default_rng(3)
    centre = shapely.get_coordinates(shapely.centroid(plots))
    points, of = shapely.get_coordinates(plots, return_index=True)
    share, shift = rng.uniform(0.45, 0.98, len(plots)), rng.normal(0, 1.2, (len(plots), 2))
    moved = ((points - centre[of]) * share[of, None] + centre[of] + shift[of]).round(3)
    shapes = shapely.polygons(shapely.linearrings(moved, indices=of))
    text = shapely.to_wkb(shapely.set_srid(shapes, crs.METRIC), hex=True, include_srid=True)
    cursor.execute(f"CREATE TABLE {TABLE} (id bigint PRIMARY KEY, plot_id bigint, shape geometry)")
    lines = [f"{n}\t{row[0]}\t{wkb}" for n, (row, wkb) in enumerate(zip(rows, text, strict=True))]
    cursor.copy_expert(f"COPY {TABLE} FROM STDIN", io.StringIO("\n".join(lines) + "\n"))
    cursor.execute(f"ANALYZE {TABLE}")


def _bare(cursor: Any) -> int:
    """Read and measure; returns how many keep the setback everywhere."""
    cursor.execute(
        f"SELECT ST_AsBinary(p.boundary), ST_AsBinary(f.shape) FROM {TABLE} f"
        " JOIN plots_plot p ON p.id = f.plot_id ORDER BY f.id"
    )
    rows = cursor.fetchall()
    plots = shapely.from_wkb([bytes(row[0]) for row in rows])
    shapes = shapely.from_wkb([bytes(row[1]) for row in rows])
    inside = shapely.covers(plots, shapes)
    coverage = shapely.area(shapes) / shapely.area(plots)
    points, of = shapely.get_coordinates(plots, return_index=True)
    held = of[1:] == of[:-1]
    edges = shapely.linestrings(np.stack([points[:-1][held], points[1:][held]], axis=1))
    of = of[1:][held]
    least = np.full(len(plots), np.inf)
    np.minimum.at(least, of, shapely.distance(edges, shapes[of]))
    return int((inside & (coverage <= 0.6) & (least >= SETBACK_M)).sum())


def _read(cursor: Any) -> Any:
    """The footprints as a survey, read as ``check_buildings`` reads the register's."""
    from plots.building_permits.town.chunks import Survey

    cursor.execute(f"SELECT {columns.shapes_sql('shape', order='id')} FROM {TABLE}")
    return Survey(columns.shapes(cursor.fetchone()[0]), np.full(COUNT, 2.0), np.full(COUNT, 9.0))


def run() -> None:
    """Print both rates and their ratio."""
    city.make()
    databases.make(city.NAME)
    add_context()
    connection = databases.connect(city.NAME)
    with connection, connection.cursor() as cursor:
        _seed(cursor)
    os.environ["GEO_DB_NAME"] = city.NAME
    from django.db import connection as session

    session.close()
    session.settings_dict["NAME"] = city.NAME
    from municipality.spreading import processors
    from plots.building_permits.models import FootprintSurvey
    from plots.building_permits.town.keeping import keep_survey
    from plots.building_permits.town.spreading import by_processes
    from plots.building_permits.town.survey import check_survey

    workers = processors()
    by = by_processes(workers)
    bare, checked, ours = [], [], []
    for _ in range(ROUNDS):
        with connection, connection.cursor() as cursor:
            begun = time.perf_counter()
            _bare(cursor)
            bare.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            survey = _read(cursor)
            keep_survey(survey, source="bench", on=ON, at=timezone.now(), by=by)
            ours.append(time.perf_counter() - begun)
            FootprintSurvey.objects.all().delete()
            begun = time.perf_counter()
            found = check_survey(_read(cursor), ON, by=by)
            checked.append(time.perf_counter() - begun)
    rates = COUNT / statistics.median(bare), COUNT / statistics.median(ours)
    unkept = COUNT / statistics.median(checked)
    print(f"{COUNT:,} footprints of 300,000 plots, {len(found.failures.row):,} failures drawn")
    print(f"  bare {rates[0]:,.0f}/s in one process, ours {rates[1]:,.0f}/s in {workers}, kept")
    print(f"  ratio {rates[1] / rates[0]:.2f} (goal 0.35); without keeping {unkept:,.0f}/s")
