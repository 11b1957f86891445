"""The check of one footprint through HTTP, all rules, against a bare view with the same plot query.

300,000 plots, each in its block along streets; goal: the median at most 4 ms above the bare view.
One request at a time, ours and the bare one interleaved, the same plots in the same order.
"""

import http.client
import json
import statistics
import time
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import shapely
import shapely.affinity

from municipality import crs, geojson
from tests.bench import city, databases, servers

PLOTS, ROUNDS = 200, 3
CHECK = "/api/building-permits/check"


def add_context() -> None:
    """Lay a street past every tenth plot, planning layers, and the limits of the demo's plan."""
    rng = np.random.default_rng(3)
    with databases.connect(city.NAME) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM plots_road)")
        if cursor.fetchone()[0]:
            return
        cursor.execute("SELECT ST_AsBinary(boundary) FROM plots_plot WHERE id % 10 = 0")
        rings = [shapely.get_coordinates(shapely.from_wkb(bytes(row[0]))) for row in cursor]
        rows = []
        for n, ring in enumerate(rings):
            along = (ring[1] - ring[0]) / np.hypot(*(ring[1] - ring[0]))
            middle = (ring[0] + ring[1]) / 2 + np.array([along[1], -along[0]]) * rng.uniform(5, 9)
            line = shapely.linestrings([middle - along * 60, middle + along * 60])
            text = shapely.to_wkb(
                shapely.set_srid(shapely.multilinestrings([line]), crs.METRIC),
                hex=True,
                include_srid=True,
            )
            rows.append((f"r{n}", text))
        cursor.executemany(
            "INSERT INTO plots_road (register_key, name_ar, name_en, road_class, width_m,"
            " centre_line, source, attributes)"
            " VALUES (%s, '', '', 'minor', 12, %s::geometry, 'bench', '{}')",
            rows,
        )
        for code in ("wadi", "road_reserve"):
            cursor.execute(
                "INSERT INTO plots_theme (code, name_ar, name_en, position) VALUES (%s, '', '', 0)"
                " RETURNING id",
                [code],
            )
            cursor.execute(
                "INSERT INTO plots_themelayer (theme_id, valid, source, as_of)"
                " VALUES (%s, '[2010-01-01,)', 'bench', '2010-01-01')",
                [cursor.fetchone()[0]],
            )
        for use in city.USES:
            cursor.execute(
                "INSERT INTO plots_planlimit (use_class, valid, setback_front_m, setback_side_m,"
                " setback_rear_m, coverage_pct, floors, height_m, parking_bays, source)"
                " VALUES (%s, '[2010-01-01,)', 5, 3, 3, 40, 2, 11, 2, 'bench')",
                [use],
            )
        cursor.execute("ANALYZE plots_road, plots_planlimit")


def _bodies() -> list[tuple[int, str]]:
    """Plots of the whole city, each with a villa of two floors and two bays."""
    with databases.connect(city.NAME) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, ST_AsBinary(boundary) FROM plots_plot ORDER BY md5(id::text) LIMIT %s",
            [PLOTS],
        )
        rows = cursor.fetchall()
    return [(pk, json.dumps({"plot": pk, "site": _site(bytes(wkb))})) for pk, wkb in rows]


def _site(wkb: bytes) -> dict[str, Any]:
    plot = shapely.from_wkb(wkb)
    villa = shapely.affinity.scale(plot.minimum_rotated_rectangle, 0.55, 0.6)
    says = {"role": "main", "floors": 2, "height_m": 9.5, "use": "residential"}
    features = [{"type": "Feature", "properties": says, "geometry": geojson.geometry(villa)}]
    return {"type": "FeatureCollection", "features": features}


class _Client:
    """One connection that is kept, as a browser keeps it."""

    def __init__(self, address: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc)

    def ms(self, method: str, path: str, body: str | None = None) -> float:
        begun = time.perf_counter()
        kind = {"Content-Type": "application/json"} if body else {}
        self.connection.request(method, path, body, kind)
        answer = self.connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(said.decode()[:300])
        return 1e3 * (time.perf_counter() - begun)


def run() -> None:
    """Print the medians and their difference."""
    city.make()
    databases.make(city.NAME)
    add_context()
    env = {"GEO_DB_NAME": city.NAME, "GEO_DB_ROLE": "owner", "BENCH_SRID": str(crs.METRIC),
           "DJANGO_SETTINGS_MODULE": "geo_portal.settings.dev", "GEO_LIMITS": "off"}  # fmt: skip
    bodies = _bodies()
    ours, bare = [], []
    with (
        servers.granian(
            "geo_portal.wsgi:application", interface="wsgi", env=env, probe="/healthz"
        ) as a,
        servers.granian(
            "tests.bench.bare:application", interface="wsgi", env=env, probe="/plot?id=1"
        ) as b,
    ):
        checking, floor = _Client(a), _Client(b)
        for number in range(ROUNDS + 1):
            for pk, body in bodies:
                times = checking.ms("POST", CHECK, body), floor.ms("GET", f"/plot?id={pk}")
                if number:  # the first round warms
                    ours.append(times[0])
                    bare.append(times[1])
    mine, theirs = statistics.median(ours), statistics.median(bare)
    print(f"check of one footprint, 300,000 plots, {len(ours)} requests one at a time")
    print(f"  ours {mine:.2f} ms (p95 {np.quantile(ours, 0.95):.2f}), bare view {theirs:.2f} ms")
    print(f"  difference of medians {mine - theirs:.2f} ms (goal 4)")
