"""The inspector's check: 200 zones, 100,000 live tickets, 20,000 permits, each check kept.

Goal: at least 0.3 × the rate of a bare view with one zone query and one INSERT (``bare_check``),
and at least 5 × the rate of parkkihubi's design rebuilt on the same tables (``parkkihubi_app``),
which is measured as it runs and without its framework.
"""

import json
import os
import statistics

import numpy as np

from municipality import crs
from municipality.conf import PROFILE
from tests.bench import databases, part_zone, servers

NAME = "geo_bench_inspection"
TICKETS, PERMITS, CHECKS = 100_000, 20_000, 2_000
ROUNDS, SECONDS = 5, 3
TOKEN = "bench"
PEER = (
    "django==5.2.19",
    "djangorestframework==3.16.1",
    "psycopg2-binary==2.9.13",
    "granian==2.8.7",
)


def _seed() -> None:
    """Tickets that run now, permits of a year, terms and goodness, and hours without end."""
    connection = databases.connect(NAME)
    with connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM parking_zones_paidhours")
        cursor.execute(
            "INSERT INTO parking_zones_paidhours (valid, part, opens, closes, free_weekdays,"
            " source) VALUES ('(,)', 1, '00:00', '23:59', '{}', 'bench')"
        )
        cursor.execute("INSERT INTO parking_zones_goodin (valid, source) VALUES ('(,)', 'bench')")
        cursor.execute(
            "INSERT INTO parking_zones_parkingticket (public_id, number, plate_key, zone_id,"
            " zone_version, starts_at, ends_at, amount_baisa, lines, channel, state, phone,"
            " language, key, asked_at, decided_at, why_lapsed)"
            " SELECT 't' || i, 'PT-' || i, 'OM-' || i || '-B', z.id, 1, now(),"
            " now() + interval '5 hours', 1000, '[]', 'app', 'paid', '+968' || i, 'ar', 'k' || i,"
            " now(), now(), '' FROM generate_series(1, %s) i"
            " JOIN parking_zones_zone z ON z.number = (i %% 200)::text",
            [TICKETS],
        )
        cursor.execute(
            "WITH made AS (INSERT INTO parking_zones_parkingpermit (public_id, number, kind,"
            " zone_id, plot_number, unit, holder, holder_name, civil_number, commercial_number,"
            " phone, language, months, starts_on, ends_on, issued_at, ended_why, source)"
            " SELECT 'p' || i, 'PP-' || i, 'one_zone', z.id, '', '', 'person', 'x', '', '', '',"
            " 'ar', 12, current_date, current_date + 365, now(), '', ''"
            " FROM generate_series(1, %s) i JOIN parking_zones_zone z"
            " ON z.number = (i %% 200)::text RETURNING id, kind, zone_id, public_id)"
            " INSERT INTO parking_zones_permitvehicle (permit_id, plate_key, valid, kind, zone_id)"
            " SELECT id, 'OM-' || substr(public_id, 2) || '-M', tstzrange(now(),"
            " now() + interval '365 days'), kind, zone_id FROM made",
            [PERMITS],
        )
        cursor.execute(
            "CREATE TABLE bench_check (id bigserial PRIMARY KEY, plate text, zone_id bigint,"
            f" at timestamptz, place geometry(Point, {crs.METRIC}))"
        )
        cursor.execute(
            "CREATE TABLE bench_kept (id bigserial PRIMARY KEY, performer_id bigint, plate text,"
            " zone_id bigint, at timestamptz, place geometry(Point, 4326), result jsonb)"
        )
        cursor.execute("CREATE TABLE bench_token (key text PRIMARY KEY, user_id bigint)")
        cursor.execute(
            "CREATE TABLE bench_enforcer (id bigserial PRIMARY KEY, user_id bigint UNIQUE)"
        )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()


def _bodies() -> list[str]:
    """Plates with a ticket, with a permit and with nothing, at places all over the city."""
    rng = np.random.default_rng(4)
    east, north = crs.metric_point(*PROFILE.centre).coords[0]
    x = east + rng.uniform(-9000, 9000, CHECKS)
    y = north + rng.uniform(-4500, 4500, CHECKS)
    lon, lat = crs.transform_from_metric(x, y)
    plates = [
        f"{rng.integers(1, 99_999)} {'BMD'[n % 3]}" for n in range(CHECKS)
    ]  # fmt: skip
    return [
        f'{{"plate": "{plate}", "lon": {a:.6f}, "lat": {b:.6f}, "accuracy_m": 8}}'
        for plate, a, b in zip(plates, lon, lat, strict=True)
    ]


def _session() -> tuple[str, str]:
    """Sign an inspector in, here and there; returns the cookies and the token of its forms."""
    os.environ["GEO_DB_NAME"] = NAME
    from django.db import connection
    from django.test import Client

    from municipality.people.models import User

    connection.settings_dict["NAME"] = NAME
    connection.close()
    client = Client(SERVER_NAME="localhost")
    person = User.objects.get_or_create(username="i", roles=["inspector"])[0]
    client.force_login(person)
    with connection.cursor() as cursor:
        theirs = "INSERT INTO {} VALUES (%s, %s) ON CONFLICT DO NOTHING"
        cursor.execute(theirs.format("bench_token (key, user_id)"), [TOKEN, person.pk])
        cursor.execute(theirs.format("bench_enforcer (id, user_id)"), [1, person.pk])
    client.get("/en/inspect/")
    held = {name: client.cookies[name].value for name in ("sessionid", "csrftoken")}
    return f"sessionid={held['sessionid']}; csrftoken={held['csrftoken']}", held["csrftoken"]


def run() -> dict[str, float]:
    """Measure and print; returns the ratios."""
    if databases.make(NAME):
        part_zone.seed(NAME)
        _seed()
    cookies, token = _session()
    env = {"GEO_DB_NAME": NAME, "GEO_DB_ROLE": "owner", "BENCH_SRID": str(crs.METRIC),
           "DJANGO_SETTINGS_MODULE": "geo_portal.settings.dev", "GEO_LIMITS": "off"}  # fmt: skip
    bodies = _bodies()
    signed = {"Cookie": cookies, "X-CSRFToken": token}
    peer = servers.peer("parkkihubi", *PEER)
    held = {name: databases.owner()[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
    their_env = {
        "BENCH_SRID": str(crs.METRIC), "BENCH_DATABASE": json.dumps(held | {"NAME": NAME}),
    }  # fmt: skip
    with (
        servers.granian(
            "geo_portal.wsgi:application", interface="wsgi", env=env, probe="/healthz"
        ) as a,
        servers.granian(
            "tests.bench.bare_check:application", interface="wsgi", env=env, probe="/"
        ) as b,
        servers.granian(
            "tests.bench.parkkihubi_app:application", interface="wsgi", env=their_env, python=peer
        ) as c,
    ):
        rows = {
            "ours": (a, "/api/parking/check", signed),
            "bare": (b, "/bare", {}),
            "theirs": (c, "/check", {"Authorization": f"ApiKey {TOKEN}"}),
            "theirs, bare": (c, "/bare", {}),
        }
        found: dict[str, list[float]] = {name: [] for name in rows}
        for number in range(ROUNDS + 1):
            for name, (address, path, headers) in rows.items():
                rate = servers.posts_a_second(
                    address, path, bodies, seconds=SECONDS if number else 1, headers=headers
                )
                if number:  # the first round warms
                    found[name].append(rate)
    rate = {name: statistics.median(values) for name, values in found.items()}
    print(
        f"check of a plate, 200 zones, {TICKETS:,} live tickets, {PERMITS:,} permits, 8 connections"
    )
    for name, value in rate.items():
        print(f"  {name:12} {value:8.0f} requests/s   rounds {[round(v) for v in found[name]]}")
    ratios = {f"to_{name}": rate["ours"] / rate[name] for name in rate if name != "ours"}
    print(f"  ours / one zone query and one INSERT = {ratios['to_bare']:.2f} (goal 0.3)")
    print(f"  ours / parkkihubi's design = {ratios['to_theirs']:.2f} (goal 5)")
    print(f"  ours / the same without framework and sign-in = {ratios['to_theirs, bare']:.2f}")
    return ratios
