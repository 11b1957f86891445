"""Zone at a point, 200 zones, concurrency 8: ours against a bare ST_Covers view and tipg.

Goal: at least 0.6 × the bare view and 3 × tipg on granian.
"""

import statistics

import numpy as np

from municipality import crs
from municipality.conf import PROFILE
from tests.bench import databases, servers

NAME = "geo_bench_zone"
ZONES = 200
POINTS = 2_000
ROUNDS = 5
SECONDS = 3


def seed(name: str) -> None:
    """Lay 200 ragged zones of 40 corners over the city, seed 1."""
    rng = np.random.default_rng(1)
    east, north = crs.metric_point(*PROFILE.centre).coords[0]
    connection = databases.connect(name)
    with connection, connection.cursor() as cursor:
        for index in range(ZONES):
            x, y = east + (index % 20 - 10) * 900, north + (index // 20 - 5) * 900
            angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
            ring = np.column_stack([x + 400 * np.cos(angle), y + 400 * np.sin(angle)])
            text = ", ".join(f"{a:.3f} {b:.3f}" for a, b in [*ring, ring[0]])
            cursor.execute(
                "INSERT INTO parking_zones_zone (number, kind, name_ar, name_en, register_key)"
                " VALUES (%s, 'paid', 'منطقة', 'Zone', %s) RETURNING id",
                [str(index), f"z{index}"],
            )
            cursor.execute(
                "INSERT INTO parking_zones_zoneversion (zone_id, version, valid, boundary, source)"
                " VALUES (%s, 1, '[2008-01-01,)', ST_GeomFromText(%s, %s), 'bench')",
                [cursor.fetchone()[0], f"MULTIPOLYGON((({text})))", crs.METRIC],
            )
        cursor.execute(
            "INSERT INTO calendar_weekend (valid, weekdays, source) VALUES ('(,)', '{5,6}', 'bench')"
        )
        for part, (opens, closes) in enumerate([("08:00", "13:00"), ("16:00", "21:00")], start=1):
            cursor.execute(
                "INSERT INTO parking_zones_paidhours (valid, part, opens, closes, source)"
                " VALUES ('(,)', %s, %s, %s, 'bench')",
                [part, opens, closes],
            )
        cursor.execute(
            "INSERT INTO billing_tariff (kind, zone_code, valid, amount_baisa, per_minutes, source)"
            " VALUES ('parking', '', '(,)', 100, 30, 'bench')"
        )
    connection.close()


def _points() -> list[tuple[float, float]]:
    rng = np.random.default_rng(2)
    east, north = crs.metric_point(*PROFILE.centre).coords[0]
    x = east + rng.uniform(-9000, 9000, POINTS)
    y = north + rng.uniform(-4500, 4500, POINTS)
    lon, lat = crs.transform_from_metric(x, y)
    return [(round(float(a), 6), round(float(b), 6)) for a, b in zip(lon, lat, strict=True)]


def run() -> dict[str, float]:
    """Measure and print; returns the ratios."""
    if databases.make(NAME):
        seed(NAME)
    env = {"GEO_DB_NAME": NAME, "GEO_DB_ROLE": "owner", "BENCH_SRID": str(crs.METRIC),
           "DJANGO_SETTINGS_MODULE": "geo_portal.settings.dev", "GEO_LIMITS": "off"}  # fmt: skip
    points = _points()
    ours = [f"/api/parking/zones/at?lon={a}&lat={b}&accuracy_m=10" for a, b in points]
    bare = [f"/zone?lon={a}&lat={b}" for a, b in points]
    tipg_paths = [
        f"/collections/public.parking_zones_zoneversion/items?bbox={a},{b},{a},{b}&geometry_column=boundary"
        for a, b in points
    ]
    tipg_python = servers.peer("tipg", "tipg==1.6.1", "granian==2.8.7")
    tipg_env = {"DATABASE_URL": "postgresql://x:x@localhost/x", "BENCH_DSN": databases.url(NAME)}
    found: dict[str, list[float]] = {"ours": [], "bare": [], "tipg": []}
    with (
        servers.granian(
            "geo_portal.wsgi:application", interface="wsgi", env=env, probe="/healthz"
        ) as a,
        servers.granian(
            "tests.bench.bare:application", interface="wsgi", env=env, probe=bare[0]
        ) as b,
        servers.granian(
            "tests.bench.tipg_app:application",
            interface="asgi",
            env=tipg_env,
            python=tipg_python,
            probe="/healthz",
        ) as c,
    ):
        rows = {"ours": (a, ours), "bare": (b, bare), "tipg": (c, tipg_paths)}
        for address, paths in rows.values():
            servers.requests_a_second(address, paths, seconds=1)
        for _ in range(ROUNDS):
            for name, (address, paths) in rows.items():
                found[name].append(servers.requests_a_second(address, paths, seconds=SECONDS))
    rate = {name: statistics.median(values) for name, values in found.items()}
    ratios = {"to_bare": rate["ours"] / rate["bare"], "to_tipg": rate["ours"] / rate["tipg"]}
    print(
        f"zone at a point, {ZONES} zones, 8 connections, median of {ROUNDS} rounds of {SECONDS} s"
    )
    for name, value in rate.items():
        print(f"  {name:5} {value:8.0f} requests/s   rounds {[round(v) for v in found[name]]}")
    print(f"  ours / bare ST_Covers view = {ratios['to_bare']:.2f} (goal 0.6)")
    print(f"  ours / tipg 1.6.1 on granian = {ratios['to_tipg']:.2f} (goal 3)")
    return ratios
