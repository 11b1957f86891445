"""What keeping the heat index costs: a bulk COPY, single reports, and 50 writers into one block.

Goals: a bulk import takes at most 25 % more time; a single report at most half as much again; 50
writers into one block lose nothing and keep at least 0.7 of their rate without the index.
"""

import io
import statistics
import threading
import time
import uuid

import numpy as np
import shapely

from municipality import crs
from municipality.conf import PROFILE
from tests.bench import databases

NAME = "geo_bench_kept"
BULK, SINGLE, WRITERS, EACH, ROUNDS = 200_000, 1_500, 50, 40, 5
COLUMNS = (
    "public_id, point, fix_origin, category_id, status, channel, severity, reported_at,"
    " reported_on, source, external_id, address"
)
ROW = f"INSERT INTO observations_observation ({COLUMNS}) VALUES ({', '.join(['%s'] * 12)})"
HELD = "SELECT coalesce(sum(n * sign), 0) FROM maps_heatpiece"


def _rows(rng: np.random.Generator, n: int, *, spread_m: float) -> list[list[object]]:
    """Reports around the middle of the city; ``spread_m`` 0: all in one block."""
    centre = crs.metric_point(*PROFILE.centre)
    at = np.array([centre.x // 3_200 * 3_200 + 1_600, centre.y // 3_200 * 3_200 + 1_600])
    xy = at + rng.normal(0, spread_m, (n, 2)) if spread_m else at + rng.uniform(-900, 900, (n, 2))
    points = shapely.to_wkb(
        shapely.set_srid(shapely.points(xy), crs.METRIC), hex=True, include_srid=True
    )
    days = np.datetime_as_string(
        np.datetime64("2023-01-01") + rng.integers(0, 1_000, n).astype("timedelta64[D]")
    )
    kinds = rng.integers(1, 21, n)
    return [
        [uuid.UUID(bytes=rng.bytes(16)).hex, p, "pin", int(k), 1, 1, 0, f"{d} 08:00:00Z", d, "", "", ""]
        for p, k, d in zip(points, kinds, days, strict=True)
    ]  # fmt: skip


def _switch(connection, *, kept: bool) -> None:
    word = "ENABLE" if kept else "DISABLE"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE observations_observation {word} TRIGGER USER")


def _bulk(connection, rng: np.random.Generator) -> dict[bool, float]:
    """Return the seconds of COPY with and without the index, the median of interleaved rounds."""
    text = "\n".join("\t".join(map(str, row)) for row in _rows(rng, BULK, spread_m=9_000)) + "\n"
    took: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for kept in (True, False):
            _switch(connection, kept=kept)
            connection.autocommit = False
            with connection.cursor() as cursor:
                start = time.perf_counter()
                cursor.copy_expert(
                    f"COPY observations_observation ({COLUMNS}) FROM STDIN", io.StringIO(text)
                )
                took[kept].append(time.perf_counter() - start)
            connection.rollback()
            connection.autocommit = True
            _switch(connection, kept=True)
    return {kept: statistics.median(times) for kept, times in took.items()}


def _single(connection, rng: np.random.Generator) -> dict[bool, float]:
    """Return the milliseconds of one report in a transaction of its own."""
    took: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for kept in (True, False):
            _switch(connection, kept=kept)
            with connection.cursor() as cursor:
                for row in _rows(rng, SINGLE // ROUNDS, spread_m=9_000):
                    start = time.perf_counter()
                    cursor.execute(ROW, row)
                    took[kept].append(1000 * (time.perf_counter() - start))
    _switch(connection, kept=True)
    return {kept: statistics.median(times) for kept, times in took.items()}


def _writers(connection, rng: np.random.Generator, *, kept: bool) -> float:
    """Return the reports a second of 50 writers into one block; checks that none is lost."""
    _switch(connection, kept=kept)
    rows = [_rows(rng, EACH, spread_m=0) for _ in range(WRITERS)]
    links = [databases.connect(NAME) for _ in range(WRITERS)]
    gate = threading.Barrier(WRITERS + 1)

    def write(link, mine: list[list[object]]) -> None:
        link.autocommit = True
        with link.cursor() as cursor:
            gate.wait()
            for row in mine:
                cursor.execute(ROW, row)

    with connection.cursor() as cursor:
        cursor.execute(HELD)
        before = cursor.fetchone()[0]
    threads = [threading.Thread(target=write, args=pair) for pair in zip(links, rows, strict=True)]
    for thread in threads:
        thread.start()
    gate.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    for link in links:
        link.close()
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        assert cursor.fetchone()[0] - before == (WRITERS * EACH if kept else 0)
    _switch(connection, kept=True)
    return WRITERS * EACH / took


def run() -> dict[str, float]:
    """Measure and print; returns the three ratios."""
    if databases.make(NAME):
        with databases.connect(NAME) as connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO observations_category (id, code, name_ar, name_en, public, priority,"
                " position) SELECT i, 'kind_' || i, 'نوع', 'kind', true, 3, i"
                " FROM generate_series(1, 20) i"
            )
    connection = databases.connect(NAME)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE observations_observation CASCADE")
    rng = np.random.default_rng(7)
    bulk, single = _bulk(connection, rng), _single(connection, rng)
    rates: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for kept in (True, False):
            rates[kept].append(_writers(connection, rng, kept=kept))
    rate = {kept: statistics.median(found) for kept, found in rates.items()}
    found = {
        "bulk": bulk[True] / bulk[False],
        "single": single[True] / single[False],
        "writers": rate[True] / rate[False],
    }
    print(
        f"  COPY of {BULK:,} reports: {bulk[True]:.2f} s kept, {bulk[False]:.2f} s without,"
        f" {100 * (found['bulk'] - 1):+.0f} % (goal 25)\n"
        f"  one report: {single[True]:.2f} ms kept, {single[False]:.2f} ms without,"
        f" {found['single'] - 1:+.2f} times (goal 0.5)\n"
        f"  {WRITERS} writers into one block: {rate[True]:,.0f} a second kept,"
        f" {rate[False]:,.0f} without, {found['writers']:.2f} of it (goal 0.7), none lost"
    )
    connection.close()
    return found
