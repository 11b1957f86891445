"""The city's heat index built anew: in SQL, by the graph in this process, and on two workers.

There are 1,000,000 reports of a city; for larger sizes they are MULTIPLIED: the same reports
again, each copy moved some metres and days, in a table of the bench with a heat layer of its own
number.  So the size from which the graph pays is measured on copies, and says so.  Sizes are
millions of reports: GEO_HEAT_SIZES=0.1,1,4,16,64 (parts of one are the first reports).

The three make the same pieces: their bytes are compared at every size.  "Writers wait" is the
time in which no report can be taken: all of the SQL rebuild, none of the graph.  Both sides are
warm: what the first graph of a process costs (loading Dask, and the project on a worker) is told
once, apart.
"""

import hashlib
import os
import tempfile
import time
from dataclasses import astuple
from pathlib import Path
from typing import Any

from tests.bench import city, databases
from tests.clusters import two_workers

SIZES = "0.1,1,4"
TABLE, NUMBER = "bench_heat", 99
ROWS = f"""
INSERT INTO {TABLE} (point, reported_on, category_id, status, channel, severity)
SELECT ST_Translate(point, 13.7 * %(copy)s, -7.3 * %(copy)s), reported_on + %(copy)s * 3,
  category_id, status, channel, severity
FROM (SELECT * FROM observations_observation ORDER BY id LIMIT %(rows)s) o
"""


def _fill(cursor: Any, millions: float) -> int:
    """Make the table anew with so many reports; returns how many."""
    cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
    cursor.execute(
        f"CREATE TABLE {TABLE} AS SELECT point, reported_on, category_id, status, channel,"
        " severity, wilayat_id, area_id FROM observations_observation WITH NO DATA"
    )
    copies = max(1, int(millions))
    for copy in range(copies):
        rows = city.REPORTS if millions >= 1 else int(city.REPORTS * millions)
        cursor.execute(ROWS, {"copy": copy, "rows": rows})
    cursor.execute(f"ANALYZE {TABLE}")
    cursor.execute(f"SELECT count(*) FROM {TABLE}")
    return int(cursor.fetchone()[0])


def _digest(cursor: Any) -> str:
    """What the pieces hold, whatever their order and number."""
    from maps.heat.packing import merge

    cursor.execute(
        "SELECT bx, by, array_agg(data) FROM maps_heatpiece WHERE layer = %s"
        " GROUP BY bx, by ORDER BY bx, by",
        [NUMBER],
    )
    found = hashlib.sha256()
    for bx, by, parts in cursor:
        found.update(f"{bx},{by}".encode() + merge([(1, bytes(part)) for part in parts]))
    return found.hexdigest()


def _graph(layer: Any, address: str | None) -> dict[str, float]:
    from maps.heat.batch.city import rebuild_by_graph

    with tempfile.TemporaryDirectory(prefix="heat-") as folder:
        begun = time.perf_counter()
        done = rebuild_by_graph(layer, Path(folder) / "reports", cluster_at=address)
        took = time.perf_counter() - begun
        octets = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
        return {**done.seconds, "all": took, "octets": octets / max(done.reports, 1)}


def _warm(layer: Any, address: str) -> None:
    """Let this process and both workers load what they need; the table holds few reports."""
    from maps.heat.batch.city import write_out
    from maps.heat.batch.geoparquet import units_of
    from maps.heat.batch.graph import pack
    from municipality.spreading import call, cluster, name_of

    with databases.connect(city.NAME) as plain, plain.cursor() as cursor:
        _fill(cursor, 0.001)
    begun = time.perf_counter()
    _graph(layer, None)
    here = time.perf_counter() - begun
    with tempfile.TemporaryDirectory(prefix="heat-") as folder, cluster(address) as client:
        write_out(layer, Path(folder) / "reports")
        units = [astuple(unit) for unit in units_of(Path(folder) / "reports")]
        client.wait_for_workers(2, timeout=120)
        begun = time.perf_counter()
        client.run(call, name_of(pack), units, 1)
        there = time.perf_counter() - begun
    print(f"  the first graph of a process: {here:.1f} s here, {there:.1f} s on the workers")


def _told(name: str, took: dict[str, float]) -> None:
    print(
        f"    graph, {name}: {took['all']:7.1f} s (written {took['written']:.1f}, packed"
        f" {took['packed']:.1f}, swapped {took['swapped']:.1f}); writers wait 0;"
        f" files of {took['octets']:.1f} bytes a report"
    )


def run() -> None:
    """Print the three times at each size, and from which size the graph is quicker."""
    city.make()
    os.environ["GEO_DB_NAME"] = city.NAME
    from django.db import connection as session

    session.close()
    session.settings_dict["NAME"] = city.NAME
    from maps.heat.index import HeatLayer, rebuild_index

    layer = HeatLayer(name="bench", number=NUMBER, table=TABLE)
    pays: dict[str, list[float]] = {"here": [], "two workers": []}
    sizes = [float(one) for one in os.environ.get("GEO_HEAT_SIZES", SIZES).split(",")]
    with two_workers(
        settings="geo_portal.settings.dev", GEO_DB_NAME=city.NAME, GEO_LIMITS="off"
    ) as address:
        _warm(layer, address)
        for millions in sizes:
            with databases.connect(city.NAME) as plain, plain.cursor() as cursor:
                count = _fill(cursor, millions)
            times = "the first of them" if millions < 1 else f"{int(millions)} times the reports"
            print(f"  {count:,} reports ({times})")
            _rebuilds(layer, rebuild_index, address, millions, pays)
    with databases.connect(city.NAME) as plain, plain.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")
        cursor.execute("DELETE FROM maps_heatpiece WHERE layer = %s", [NUMBER])
    for name, won in pays.items():
        least = f"from {min(won):g} million reports" if won else f"at no size up to {max(sizes):g}"
        print(f"  the graph ({name}) is quicker than SQL {least} (multiplied reports)")


def _rebuilds(
    layer: Any, in_sql: Any, address: str, millions: float, pays: dict[str, list[float]]
) -> None:
    """Build the same index three ways and compare it."""
    from django.db import connection as session

    begun = time.perf_counter()
    in_sql(layer)
    sql = time.perf_counter() - begun
    print(f"    in SQL:             {sql:7.1f} s; writers wait {sql:.1f}")
    with session.cursor() as cursor:
        truth = _digest(cursor)
        for name, at in (("here", None), ("two workers", address)):
            took = _graph(layer, at)
            assert _digest(cursor) == truth, name
            _told(f"{name:11}", took)
            if took["all"] < sql:
                pays[name].append(millions)
