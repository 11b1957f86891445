"""Near and alike among 1,000,000 reports, with each choice of indexes; and what they cost a COPY.

The table has a full spatial index already (the map's).  What is asked: is a partial one for the
few open reports, and one of the days of closing, worth what a bulk load pays for them.  The first
was taken, the second was not (decision 0082); the database is kept between runs.
"""

import datetime as dt
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from tempfile import TemporaryFile
from typing import Any

import numpy as np

from tests.bench import databases

NAME = "geo_bench_alike"
REPORTS, ADDED, ASKED, ROUNDS = 1_000_000, 300_000, 400, 2
YEARS = 10
AT = dt.datetime(2026, 11, 1, 8, tzinfo=dt.UTC)
MAKE = {
    "observation_open_at": "CREATE INDEX observation_open_at ON observations_observation USING gist "
    "(point) WHERE status IN (1, 2, 3)",
    "observation_closed": "CREATE INDEX observation_closed ON observations_observation (closed_at) "
    "WHERE status = 4",
}
ROWS = """
INSERT INTO observations_observation (public_id, point, accuracy_m, fix_origin, category_id, status,
  channel, severity, reported_at, reported_on, closed_at, source, external_id, address)
SELECT gen_random_uuid(), ST_SetSRID(ST_MakePoint(%(x)s + 1500 * x, %(y)s + 1500 * y), %(srid)s),
  10, 'gps', (SELECT min(id) FROM observations_category) + (n %% 24)::int, status, 1, 0, t,
  (t AT TIME ZONE 'Asia/Muscat')::date, CASE WHEN status > 3 THEN t + interval '2 days' END,
  '', '', ''
FROM (
  SELECT n, t, CASE WHEN t > %(at)s - interval '30 days' AND n %% 2 = 0 OR n %% 500 = 0 THEN 1
    ELSE 4 END AS status,
    sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) + 6 * ((n * 7919 / 11) %% 5 - 2) AS x,
    sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) + 6 * ((n * 104729 / 7) %% 5 - 2) AS y
  FROM (SELECT n, %(at)s - random() * interval '3650 days' AS t FROM generate_series(1::bigint, %(count)s) n)
    days
) r
"""


@contextmanager
def _owner() -> Iterator[Any]:
    """A cursor of the owner's role, each statement by itself (VACUUM asks for that)."""
    with closing(databases.connect(NAME)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            yield cursor


def _fill(count: int) -> None:
    from municipality import crs

    x, y = crs.metric_point(*crs.PROFILE.centre).coords[0]
    with _owner() as cursor:
        cursor.execute(ROWS, {"x": x, "y": y, "srid": crs.METRIC, "at": AT, "count": count})


def _copy_cost() -> float:
    """Seconds to COPY the reports of a file into a table of so many; taken back each time."""
    columns = (
        "public_id, point, accuracy_m, fix_origin, category_id, status, channel, severity, "
        "reported_at, reported_on, closed_at, source, external_id, address"
    )
    with closing(databases.connect(NAME)) as owner, owner.cursor() as cursor:
        with TemporaryFile("w+") as file:
            cursor.copy_expert(
                f"COPY (SELECT gen_random_uuid(), {columns.partition(', ')[2]} "
                f"FROM observations_observation ORDER BY id LIMIT {ADDED}) TO STDOUT",
                file,
            )
            file.seek(0)
            begun = time.perf_counter()
            cursor.copy_expert(f"COPY observations_observation ({columns}) FROM STDIN", file)
            took = time.perf_counter() - begun
        owner.rollback()
    return took


def _ask() -> tuple[float, float, float]:
    """Median and 95th percentile of near_alike in ms, and how many it finds on average."""
    from django.db import connection
    from shapely.geometry import Point

    from observations.duplicates import near_alike

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT category_id, ST_X(point), ST_Y(point) FROM observations_observation "
            "TABLESAMPLE SYSTEM (1) REPEATABLE (7) LIMIT %s", [ASKED],
        )  # fmt: skip
        places = cursor.fetchall()
    times, found = [], 0
    for category, x, y in places:
        begun = time.perf_counter()
        found += len(
            near_alike(category_id=category, point=Point(x, y), accuracy_m=10, at=AT, limit=50)
        )
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times), float(np.percentile(times, 95)), found / len(places)


def run() -> None:
    """Print the figures for each set of indexes."""
    databases.make(NAME)
    os.environ["GEO_DB_NAME"] = NAME
    from django.db import connection

    connection.settings_dict["NAME"] = NAME
    connection.close()
    from geo_portal.city_facts import load_city_facts

    load_city_facts()
    with _owner() as cursor:  # the heat index is measured elsewhere
        cursor.execute("ALTER TABLE observations_observation DISABLE TRIGGER USER")
        cursor.execute("SELECT count(*) FROM observations_observation")
        held = cursor.fetchone()[0]
    if held < REPORTS:  # the database is kept
        _fill(REPORTS - held)
    for kept in ((), ("observation_open_at",), ("observation_open_at", "observation_closed")):
        with _owner() as cursor:
            for index, statement in MAKE.items():
                cursor.execute(f"DROP INDEX IF EXISTS {index}")
                if index in kept:
                    cursor.execute(statement)
            cursor.execute("VACUUM ANALYZE observations_observation")
        _ask()
        middle, high, found = _ask()
        print(f"{', '.join(kept) or 'the full index alone'}: {middle:.2f} / p95 {high:.2f} ms, "
              f"{found:.1f} found", flush=True)  # fmt: skip
        took = [_copy_cost() for _ in range(ROUNDS)]
        with _owner() as cursor:
            cursor.execute("VACUUM observations_observation")
        print(f"  COPY of {ADDED:,}: {', '.join(f'{one:.1f}' for one in took)} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_size_pretty(pg_relation_size(oid)) FROM pg_class "
            "WHERE relname LIKE 'observation%' AND relkind = 'i' ORDER BY 1"
        )
        print(*(f"  {name}: {size}" for name, size in cursor.fetchall()), sep="\n")
