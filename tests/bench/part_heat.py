"""Heat tiles through HTTP against GROUP BY of the same cells in SQL, 1,000,000 reports.

Goals: at z11, z12 and z13 at least 10, 6 and 4 times faster for any categories, statuses, channels
and days, equal to the last report; at most 0.4 of datashader with all points in memory, unfiltered.
"""

import gzip
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mapbox_vector_tile
import numpy as np
import pyotp

from maps.heat.lattice import EDGE_M, SIZES, Window, default_cell_m, level_of
from maps.heat.tiles import tile_window
from maps.tiles import TileAddress
from municipality import crs
from observations.reports.heat import CHANNEL_CODES
from tests.bench import city, databases, servers

GOALS = {11: 10, 12: 6, 13: 4}
TO_DATASHADER = 0.4
TILES = 12
ROUNDS = 4
SORTS = ("status", "channel", "category", "from")
NAME, PASSWORD = "bench-planner", "bench only, on loopback"
CELLS = """
SELECT floor(ST_X(point) / %(size)s)::int, floor(ST_Y(point) / %(size)s)::int, count(*)
FROM observations_observation
WHERE point && ST_MakeEnvelope(%(x0)s, %(y0)s, %(x1)s, %(y1)s, %(srid)s)
  AND ST_X(point) < %(x1)s AND ST_Y(point) < %(y1)s {where}
GROUP BY 1, 2"""
USER = f"""
from municipality.people.models import User
u, _ = User.objects.get_or_create(username={NAME!r}, defaults={{"roles": ["planner"]}})
u.set_password({PASSWORD!r}); u.save()
from django.utils import timezone
from municipality.people import second_factor
second_factor.remove(u)
at = timezone.now()
factor = second_factor.begin_enrolment(u, at=at)
type(factor).objects.filter(pk=factor.pk).update(confirmed_at=at)
print("key:", second_factor.secret_of(factor))
"""
TILES_SQL = """
SELECT floor((ST_X(w) + 20037508.342789244) / s)::int, floor((20037508.342789244 - ST_Y(w)) / s)::int,
  count(*)
FROM (SELECT ST_Transform(point, 3857) AS w, 40075016.685578488 / (1 << %s) AS s
      FROM observations_observation TABLESAMPLE SYSTEM (20)) p
GROUP BY 1, 2 ORDER BY 3 DESC LIMIT %s"""


def _environment() -> dict[str, str]:
    return {"GEO_DB_NAME": city.NAME, "DJANGO_SETTINGS_MODULE": "geo_portal.settings.dev",
            "GEO_DB_ROLE": "owner", "GEO_LIMITS": "off"}  # fmt: skip


def _sign_in(connection: http.client.HTTPConnection, code: str) -> dict[str, str]:
    body = json.dumps({"name": NAME, "password": PASSWORD, "code": code})
    connection.request("POST", "/api/session", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    told = response.read()
    assert response.status == 200, told
    cookies = [v.split(";")[0] for k, v in response.getheaders() if k.lower() == "set-cookie"]
    return {"Cookie": "; ".join(cookies)}


def _questions(rng: np.random.Generator) -> list[tuple[str, str, dict[str, Any]]]:
    """Filters as a query string, as SQL and as values: none, kinds, days, both."""
    asked: list[tuple[str, str, dict[str, Any]]] = [("", "", {})]
    names_of = {1: "new", 2: "referred", 4: "closed", 5: "rejected"}
    for _ in range(2):
        state, way = int(rng.choice(list(names_of))), int(rng.integers(1, 9))
        values = {"state": state, "way": way}
        by_state, by_way = "AND status = %(state)s", "AND channel = %(way)s"
        channel = list(CHANNEL_CODES)[list(CHANNEL_CODES.values()).index(way)]
        asked += [
            (f"status={names_of[state]}", by_state, values),
            (f"status={names_of[state]}&channel={channel}", f"{by_state} {by_way}", values),
        ]
    for _ in range(3):
        kinds = sorted(int(k) for k in rng.choice(20, 3, replace=False) + 1)
        day = np.datetime64("2023-01-01") + int(rng.integers(0, city.DAYS - 90))
        until = day + int(rng.integers(30, 90))
        names = ",".join(f"kind_{k}" for k in kinds)
        span = f"from={day}&to={until}"
        by_kind, by_day = (
            "AND category_id = ANY(%(kinds)s)",
            ("AND reported_on >= %(since)s AND reported_on < %(until)s"),
        )
        values = {"kinds": kinds, "since": str(day), "until": str(until)}
        asked += [
            (f"category={names}", by_kind, values),
            (span, by_day, values),
            (f"category={names}&{span}", f"{by_kind} {by_day}", values),
        ]
    return asked


def _window_metres(window: Window) -> dict[str, float]:
    size = SIZES[window.level]
    return {"x0": window.x0 * size, "y0": window.y0 * size, "x1": window.x1 * size,
            "y1": window.y1 * size, "size": size, "srid": crs.METRIC}  # fmt: skip


def _equal(body: bytes, rows: list[tuple[int, int, int]], level: int, at: TileAddress) -> int:
    """Check that the tile tells SQL's count of each of its cells and leaves out none inside."""
    truth = {(x, y): n for x, y, n in rows}
    drawn = mapbox_vector_tile.decode(body)["heat"]["features"] if body else []
    told = {(f["properties"]["x"], f["properties"]["y"]): f["properties"]["count"] for f in drawn}
    for cell, n in told.items():
        assert truth[cell] == n, (cell, n, truth[cell])
    from maps.tilejson import tile_of

    half = SIZES[level] / 2
    for (x, y), _ in truth.items():
        lon, lat = crs.lonlat(x * 2 * half + half, y * 2 * half + half)
        assert (x, y) in told or tile_of(lon, lat, at.z) != at
    return sum(told.values())


def run() -> dict[str, float]:
    """Measure and print; returns the ratio of medians."""
    city.make()
    env = _environment()
    told = [
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=servers.ROOT, check=True,
            env={**os.environ, **env}, stdout=subprocess.PIPE, text=True,
        ).stdout
        for command in (["shell", "-c", USER], ["tend_heat"])
    ]  # fmt: skip
    code = pyotp.TOTP(told[0].split("key: ")[1].split()[0]).now()
    plain = databases.connect(city.NAME)
    plain.autocommit = True
    cursor = plain.cursor()
    cursor.execute("SET jit = off")
    tiles = {z: _dense_tiles(cursor, z) for z in GOALS}
    questions = _questions(np.random.default_rng(3))
    found: dict[str, float] = {}
    with servers.granian(
        "geo_portal.wsgi:application", interface="wsgi", env=env, probe="/healthz"
    ) as address:
        ours = http.client.HTTPConnection(urlsplit(address).netloc)
        headers = _sign_in(ours, code)
        for z, at_zoom in tiles.items():
            times, plain_ms = _compare(cursor, ours, headers, at_zoom, questions)
            peer = _datashader(cursor, at_zoom)
            print(
                f"  z{z}: {times:.1f} times SQL (goal {GOALS[z]}); unfiltered {plain_ms:.2f} ms, "
                f"datashader 0.19.1 {peer:.2f} ms: {plain_ms / peer:.2f} of it (goal {TO_DATASHADER})"
            )
            found |= {f"z{z}": times, f"z{z}_to_datashader": plain_ms / peer}
        _whole_city(cursor, ours, headers)
        print(f"  memory of the processes after all that: {_memory_mb()} MB")
    return found


def _dense_tiles(cursor, z: int) -> list[TileAddress]:
    cursor.execute(TILES_SQL, [z, TILES])
    return [TileAddress(z, x, y) for x, y, _ in cursor.fetchall()]


def _memory_mb() -> list[int]:
    """Resident memory of every granian process (what is shared is in each of them)."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            text = status.read_text()
            if "geo_portal.wsgi" in (status.parent / "cmdline").read_text():
                found.append(int(re.search(r"VmRSS:\s+(\d+)", text)[1]) // 1024)
    return sorted(found)


def _datashader(cursor, tiles: list[TileAddress]) -> float:
    """Return the median time of datashader for the same tiles, all points in memory."""
    python = servers.peer("datashader", "datashader==0.19.1", "pillow")
    edge = EDGE_M / (1 << tiles[0].z)
    west, north = -EDGE_M / 2, EDGE_M / 2
    boxes = [
        [west + t.x * edge, north - (t.y + 1) * edge, west + (t.x + 1) * edge, north - t.y * edge]
        for t in tiles
    ]
    cursor.execute(
        "SELECT ST_X(w), ST_Y(w) FROM (SELECT ST_Transform(point, 3857) AS w "
        "FROM observations_observation) p"
    )
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.save(file, np.array(cursor.fetchall()))
        file.flush()
        asked = {"points": file.name, "tiles": boxes, "rounds": ROUNDS}
        script = Path(__file__).with_name("datashader_tiles.py")
        answer = subprocess.run(
            [str(python), str(script)], input=json.dumps(asked), check=True, text=True,
            stdout=subprocess.PIPE,
        )  # fmt: skip
    return statistics.median(json.loads(answer.stdout))


def _whole_city(cursor, ours, headers) -> None:
    """Time every cell of the whole city as GeoJSON; the counts must be SQL's."""
    cursor.execute("SELECT count(*) FROM observations_observation")
    reports = cursor.fetchone()[0]
    for cell_m in (50, 100, 200):
        took = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            ours.request(
                "GET", f"/api/heat/cells?cell_m={cell_m}&bbox=-180,-90,180,90", headers=headers
            )
            response = ours.getresponse()
            head = response.read(200)
            first = time.perf_counter() - start
            body = head + response.read()
            took.append((time.perf_counter() - start, first))
            assert response.status == 200, body[:500]
        told = json.loads(body)
        assert told["count"] == sum(f["properties"]["count"] for f in told["features"]) == reports
        whole, first = (statistics.median(column) for column in zip(*took, strict=True))
        print(
            f"  whole city, {cell_m:3} m: {len(told['features']):7,} cells, {len(body) / 1e6:5.1f} MB"
            f" ({len(gzip.compress(body, 5)) / 1e6:.1f} packed), first byte {first:.2f} s,"
            f" all {whole:.2f} s"
        )


def _compare(cursor, ours, headers, tiles, questions) -> tuple[float, float]:
    """Return how many times faster than SQL, and the milliseconds of tiles without a filter."""
    z = tiles[0].z
    cell_m = default_cell_m(z)
    level = level_of(cell_m)
    took: dict[str, list[float]] = {"sql": [], "http": []}
    by_sort: dict[str, list[tuple[float, float]]] = {}
    counted = checked = 0
    for turn in range(ROUNDS + 1):
        for at in tiles:
            metres = _window_metres(tile_window(at, level=level))
            for query, where, values in questions:
                start = time.perf_counter()
                cursor.execute(CELLS.format(where=where), {**metres, **values})
                rows = cursor.fetchall()
                sql = time.perf_counter() - start
                path = f"/api/heat/tiles/{at.z}/{at.x}/{at.y}.mvt?cell_m={cell_m}&{query}"
                start = time.perf_counter()
                ours.request("GET", path, headers=headers)
                response = ours.getresponse()
                body = response.read()
                http_ = time.perf_counter() - start
                assert response.status == 200, body
                if turn == 0:  # warms both sides and compares every cell
                    counted += _equal(body, rows, level, at)
                    checked += 1
                    continue
                took["sql"].append(1000 * sql)
                took["http"].append(1000 * http_)
                sort = "+".join(w for w in SORTS if f"{w}=" in query) or "none"
                by_sort.setdefault(sort, []).append((1000 * sql, 1000 * http_))
    a, b = (statistics.median(took[name]) for name in ("sql", "http"))
    print(
        f"  z{z}, {cell_m} m cells, {len(tiles)} tiles x {len(questions)} filters x {ROUNDS} rounds,"
        f" 8 threads in 2 workers; {checked} answers equal to SQL, {counted} reports counted"
    )
    for sort, rows in by_sort.items():
        s, h = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"  {sort:14} SQL {s:7.2f} ms, HTTP {h:6.2f} ms, {s / h:.1f} times")
    p95 = sorted(took["http"])[int(0.95 * len(took["http"]))]
    print(f"  all filters    SQL {a:7.2f} ms, HTTP {b:6.2f} / p95 {p95:.2f} ms, {a / b:.1f} times")
    return a / b, statistics.median(h for _, h in by_sort["none"])
