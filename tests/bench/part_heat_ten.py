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
from tests.bench import city, databases, part_heat, servers

NAME = "geo_bench_ten"
TIMES, GOAL, ROUNDS = 10, 2.0, 3
COLUMNS = [name.strip() for name in city.REPORT_COLUMNS.split(",")]
MOVED = {
    "public_id": "gen_random_uuid()",
    "point": "ST_Translate(point, 600 * random() - 300, 600 * random() - 300)",
    "reported_at": "reported_at - make_interval(days => (id * %(copy)s %% 200)::int)",
    "reported_on": "reported_on - (id * %(copy)s %% 200)::int",
}
Asked = tuple[http.client.HTTPConnection, dict[str, str]]


def _make() -> None:
    """Make the ten-fold city unless it is there; the heat index is packed at the end."""
    if not databases.make(NAME):
        return
    told = ", ".join(MOVED.get(name, name) for name in COLUMNS)
    start = time.perf_counter()
    source = databases.connect(city.NAME)
    target = databases.connect(NAME)
    with source, source.cursor() as read, target, target.cursor() as write:
        read.execute(
            "SELECT id, code, name_ar, name_en, priority, position FROM observations_category"
        )
        write.executemany(
            "INSERT INTO observations_category (id, code, name_ar, name_en, public, priority,"
            " position) VALUES (%s, %s, %s, %s, true, %s, %s)",
            read.fetchall(),
        )
        write.execute("ALTER TABLE observations_observation DISABLE TRIGGER USER")
        _copied(read, write)
        for copy in range(1, TIMES):
            write.execute(
                f"INSERT INTO observations_observation ({city.REPORT_COLUMNS})"
                f" SELECT {told} FROM observations_observation WHERE id <= %(reports)s",
                {"copy": copy, "reports": city.REPORTS},
            )
        write.execute("ALTER TABLE observations_observation ENABLE TRIGGER USER")
        packed = time.perf_counter()
        write.execute(rebuild("observations_observation", layer=1))
        write.execute("SELECT sum(n * sign), count(*) FROM maps_heatpiece")
        reports, pieces = write.fetchone()
    target.close()
    source.close()
    end = time.perf_counter()
    print(
        f"  {reports:,} reports in {packed - start:.0f} s; packed into {pieces:,} pieces by SQL in"
        f" {end - packed:.0f} s"
    )
    again = databases.connect(NAME)
    again.autocommit = True
    with again.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE observations_observation, maps_heatpiece")
    again.close()


def _copied(read: Any, write: Any) -> None:
    """Take the million over as it is, numbered from 1."""
    reading, writing = os.pipe()
    sender = os.fdopen(writing, "wb")

    def send() -> None:
        with sender:
            read.copy_expert(
                f"COPY (SELECT {city.REPORT_COLUMNS} FROM observations_observation) TO STDOUT",
                sender,
            )

    hand = threading.Thread(target=send)
    hand.start()
    with os.fdopen(reading, "rb") as receiver:
        write.copy_expert(
            f"COPY observations_observation ({city.REPORT_COLUMNS}) FROM STDIN", receiver
        )
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
    plain = databases.connect(NAME)
    plain.autocommit = True
    cursor = plain.cursor()
    questions = part_heat._questions(np.random.default_rng(3))
    found: dict[str, float] = {}
    with ExitStack() as stack:
        few, many = _served(stack, city.NAME), _served(stack, NAME)
        for z in part_heat.GOALS:
            cell_m = default_cell_m(z)
            level = level_of(cell_m)
            took: dict[str, list[float]] = {"few": [], "many": []}
            counted = 0
            for turn in range(ROUNDS + 1):
                for at in part_heat._dense_tiles(cursor, z):
                    for query, where, values in questions:
                        path = f"/api/heat/tiles/{z}/{at.x}/{at.y}.mvt?cell_m={cell_m}&{query}"
                        one, _ = _ask(few, path)
                        other, body = _ask(many, path)
                        if turn == 0:  # warms both; a third of the answers is compared with SQL
                            if (at.x + at.y) % 3 == 0:
                                metres = part_heat._window_metres(tile_window(at, level=level))
                                sql = part_heat.CELLS.format(where=where)
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
    return found
