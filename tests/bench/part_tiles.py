"""Uncached plot tile through HTTP against ST_AsMVT on the stored 3857 copy.

Goal: at most 1.5 ms over the floor, median over 30 dense tiles each of z14 to z16, 300,000 plots.
"""

import http.client
import statistics
import time
from urllib.parse import urlsplit

from maps.mvt import EXTENT
from municipality import crs
from tests.bench import city, databases, servers

TILES = 30
ROUNDS = 4
FLOOR = f"""
SELECT ST_AsMVT(t, 'plots', {EXTENT}, 'mvt', 'id') FROM (
  SELECT id, number, use_class,
    ST_AsMVTGeom(web, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), {EXTENT}, 64, true) AS mvt
  FROM plots_plot
  WHERE web && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / {EXTENT})
    AND upper_inf(valid)
) AS t"""
DENSE = """
SELECT floor((ST_X(c) + 20037508.342789244) / s)::int, floor((20037508.342789244 - ST_Y(c)) / s)::int,
  count(*) FROM (SELECT ST_Centroid(web) AS c, 40075016.685578488 / (1 << %s) AS s FROM plots_plot) p
GROUP BY 1, 2 ORDER BY 3 DESC LIMIT %s"""


def run() -> dict[str, float]:
    """Measure and print; returns the milliseconds over the floor by zoom."""
    city.make()
    env = {"GEO_DB_NAME": city.NAME, "DJANGO_SETTINGS_MODULE": "geo_portal.settings.dev",
           "GEO_DB_ROLE": "owner", "GEO_LIMITS": "off"}  # fmt: skip
    floor = databases.connect(city.NAME)
    floor.autocommit = True
    cursor = floor.cursor()
    # The floor at its best: a parallel worker has to load PostGIS first.
    cursor.execute("SET jit = off; SET max_parallel_workers_per_gather = 0")
    cursor.execute("SELECT postgis_full_version()")
    print(f"  {cursor.fetchone()[0][:90]}; SRID {crs.METRIC}")
    over: dict[str, float] = {}
    extra: list[float] = []
    with servers.granian(
        "geo_portal.wsgi:application", interface="wsgi", env=env, probe="/healthz"
    ) as address:
        ours = http.client.HTTPConnection(urlsplit(address).netloc)
        for z in (14, 15, 16):
            cursor.execute(DENSE, [z, TILES])
            over[f"z{z}"] = _compare(cursor, ours, z, cursor.fetchall(), extra)
    over["all"] = statistics.median(extra)
    print(f"  z14 to z16 together: {over['all']:+.2f} ms over the floor (goal 1.5)")
    return over


def _ours(connection: http.client.HTTPConnection, z: int, x: int, y: int) -> tuple[float, bytes]:
    start = time.perf_counter()
    connection.request("GET", f"/tiles/plots/{z}/{x}/{y}.mvt")
    response = connection.getresponse()
    body = response.read()
    took = time.perf_counter() - start
    assert response.status == 200, response.status
    return took, body


def _compare(
    cursor, connection: http.client.HTTPConnection, z: int, tiles: list, all_extra: list[float]
) -> float:
    floor_ms, ours_ms, bytes_ = [], [], []
    for turn in range(ROUNDS + 1):
        for x, y, _ in tiles:
            start = time.perf_counter()
            cursor.execute(FLOOR, {"z": z, "x": x, "y": y})
            length = len(bytes(cursor.fetchone()[0]))
            floor = time.perf_counter() - start
            took, body = _ours(connection, z, x, y)
            assert abs(len(body) - length) <= 0.02 * length, (len(body), length)
            if turn:
                floor_ms.append(1000 * floor)
                ours_ms.append(1000 * took)
                bytes_.append(len(body))
    a, b = statistics.median(floor_ms), statistics.median(ours_ms)
    differences = [o - f for o, f in zip(ours_ms, floor_ms, strict=True)]
    all_extra += differences
    extra = statistics.median(differences)
    p95 = sorted(ours_ms)[int(0.95 * len(ours_ms))]
    print(
        f"  z{z}: floor {a:6.2f} ms, through HTTP {b:6.2f} / p95 {p95:.2f} ms,"
        f" difference of medians {b - a:+.2f} ms, median difference {extra:+.2f} ms (goal 1.5);"
        f" {statistics.mean(n for *_, n in tiles):.0f} plots, {statistics.median(bytes_):.0f} bytes"
    )
    return b - a
