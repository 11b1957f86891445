"""Heat tiles of ten times as many reports: 10,000,000 against 1,000,000, interleaved, through HTTP.

Goal: at most 2 times the time.  The ten million are the million ten times, each copy moved by up to
300 m and to another day, so every tile has ten times the reports and the cells round about.
"""

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pyotp

from maps.heat.lattice import default_cell_m, level_of
from maps.heat.sql import rebuild
from maps.heat.tiles import tile_window
from observations.reports.heat import HEAT
from tests.bench import city, databases, part_heat, servers

NAME = "geo_bench_ten"
TIMES, GOAL, ROUNDS = 10, 2.0, 3
TABLE = "bench_reports"
KINDS = "id, code, name_ar, name_en, public, priority, position"
READ = "point, reported_on, category_id, status, channel, severity"
COPIED = f"""
INSERT INTO {TABLE} ({READ})
SELECT ST_Translate(point, 600 * random() - 300, 600 * random() - 300),
  reported_on - (id * %(copy)s %% 200)::int, category_id, status, channel, severity
FROM {TABLE} WHERE id <= %(reports)s
"""
Asked = tuple[http.client.HTTPConnection, dict[str, str]]


def _make() -> None:
    """Make the ten-fold city unless it is there: a plain table, packed as the portal's layer."""
    if not databases.make(NAME):
        return
    source, target = databases.connect(city.NAME), databases.connect(NAME)
    target.autocommit = True
    start = time.perf_counter()
    with source, source.cursor() as read, target.cursor() as write:
        read.execute(f"SELECT {KINDS} FROM observations_category")
        write.executemany(
            f"INSERT INTO observations_category ({KINDS}) VALUES ({', '.join(['%s'] * 7)})",
            read.fetchall(),
        )
        write.execute(
            f"CREATE TABLE {TABLE} AS SELECT id, {READ}, wilayat_id, area_id"
            " FROM observations_observation WITH NO DATA"
        )
        _copied(read, write)
        for copy in range(1, TIMES):
            write.execute(COPIED, {"copy": copy, "reports": city.REPORTS})
        packed = time.perf_counter()
        target.autocommit = False
        write.execute(rebuild(TABLE, layer=HEAT.number))
        target.commit()
        end = time.perf_counter()
        target.autocommit = True
        write.execute("SELECT sum(n * sign), count(*) FROM maps_heatpiece")
        reports, pieces = write.fetchone()
        write.execute(f"CREATE INDEX ON {TABLE} USING gist (point)")
        write.execute(f"VACUUM ANALYZE {TABLE}")
        write.execute("VACUUM ANALYZE maps_heatpiece")
    target.close()
    source.close()
    print(
        f"  {reports:,} reports in {packed - start:.0f} s; packed into {pieces:,} pieces by SQL in"
        f" {end - packed:.0f} s"
    )


def _copied(read: Any, write: Any) -> None:
    """Take the million over as it is, numbered from 1."""
    reading, writing = os.pipe()
    sender = os.fdopen(writing, "wb")

    def send() -> None:
        with sender:
            read.copy_expert(
                f"COPY (SELECT row_number() OVER (), {READ} FROM observations_observation)"
                " TO STDOUT",
                sender,
            )

    hand = threading.Thread(target=send)
    hand.start()
    with os.fdopen(reading, "rb") as receiver:
        write.copy_expert(f"COPY {TABLE} (id, {READ}) FROM STDIN", receiver)
    hand.join()


def _served(stack: ExitStack, name: str) -> Asked:
    """Serve one of the two cities and sign a planner in."""
    env = {**part_heat._environment(), "GEO_DB_NAME": name}
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", part_heat.USER], cwd=servers.ROOT, check=True,
        env={**os.environ, **env}, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    code = pyotp.TOTP(told.split("key: ")[1].split()[0]).now()
    address = stack.enter_context(
        servers.granian("geo_portal.wsgi:application", interface="wsgi", env=env, probe="/healthz")
    )
    line = http.client.HTTPConnection(urlsplit(address).netloc)
    return line, part_heat._sign_in(line, code)


def _ask(asked: Asked, path: str) -> tuple[float, bytes]:
    line, headers = asked
    start = time.perf_counter()
    line.request("GET", path, headers=headers)
    response = line.getresponse()
    body = response.read()
    took = 1000 * (time.perf_counter() - start)
    assert response.status == 200, body
    return took, body


def run() -> dict[str, float]:
    """Measure and print; returns the ratio of the medians by zoom."""
    city.make()
    _make()
    plain, million = databases.connect(NAME), databases.connect(city.NAME)
    plain.autocommit = million.autocommit = True
    cursor = plain.cursor()
    questions = part_heat._questions(np.random.default_rng(3))
    found: dict[str, float] = {}
    with ExitStack() as stack:
        few, many = _served(stack, city.NAME), _served(stack, NAME)
        for z in part_heat.GOALS:
            cell_m = default_cell_m(z)
            level = level_of(cell_m)
            tiles = part_heat._dense_tiles(million.cursor(), z)
            took: dict[str, list[float]] = {"few": [], "many": []}
            counted = 0
            for turn in range(ROUNDS + 1):
                for at in tiles:
                    for query, where, values in questions:
                        path = f"/api/heat/tiles/{z}/{at.x}/{at.y}.mvt?cell_m={cell_m}&{query}"
                        one, _ = _ask(few, path)
                        other, body = _ask(many, path)
                        if turn == 0:  # warms both; a third of the answers is compared with SQL
                            if (at.x + at.y) % 3 == 0:
                                metres = part_heat._window_metres(tile_window(at, level=level))
                                sql = part_heat.CELLS.format(where=where).replace(
                                    "observations_observation", TABLE
                                )
                                cursor.execute(sql, {**metres, **values})
                                counted += part_heat._equal(body, cursor.fetchall(), level, at)
                            continue
                        took["few"].append(one)
                        took["many"].append(other)
            a, b = (statistics.median(took[name]) for name in ("few", "many"))
            p95 = sorted(took["many"])[int(0.95 * len(took["many"]))]
            print(
                f"  z{z}: {a:.2f} ms of 1,000,000, {b:.2f} / p95 {p95:.2f} ms of 10,000,000:"
                f" {b / a:.2f} times (goal {GOAL}); {counted:,} reports compared with SQL"
            )
            found[f"z{z}"] = b / a
        print(f"  memory of the processes after all that: {part_heat._memory_mb()} MB")
    plain.close()
    million.close()
    return found
