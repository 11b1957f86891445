"""Permits at 100,000: the rights of a plate, and the zone of the plot that an application names.

No goal is set for either; each is told beside its floor, a bare statement in the same session: one
row by its key for the plate, the zone of one point by the spatial index for the plot.
"""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from municipality import crs
from municipality.city_time import city_day
from tests.bench import databases, part_zone_edit

NAME = "geo_bench_permits"
ASKED, ROUNDS = 2_000, 5


def _seed() -> None:
    """Give each permit of the zone editor's city its vehicle for a year."""
    connection = databases.connect(NAME)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO parking_zones_permitvehicle (permit_id, plate_key, valid, kind, zone_id)"
            " SELECT id, 'OM-' || plot_id || '-M', tstzrange(now() - interval '1 day',"
            " now() + interval '365 days'), kind, zone_id FROM parking_zones_parkingpermit"
        )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()


def _each_s(ask: Callable[[int], object], keys: list[int]) -> float:
    """Return the seconds of one question, of many different ones."""
    begun = time.perf_counter()
    for key in keys:
        ask(key)
    return (time.perf_counter() - begun) / len(keys)


def run() -> dict[str, float]:
    """Measure and print; returns seconds a question."""
    if databases.make(NAME):
        part_zone_edit.seed(NAME)
        _seed()
    os.environ["GEO_DB_NAME"] = NAME
    from django.db import connection
    from django.utils import timezone

    connection.settings_dict["NAME"] = NAME
    connection.close()
    from municipality.reach import EVERYTHING, look_as
    from parking_zones.parking_permits.queries import permits_of
    from parking_zones.parking_permits.zoning import find_zone
    from plots.register.queries import plot_on

    look_as(EVERYTHING)  # behind the wall of rows, as who may see them
    at = timezone.now()
    on = city_day(at)
    keys = np.random.default_rng(5).integers(0, part_zone_edit.PERMITS, ASKED).tolist()
    plots = {key: plot_on(plot_id=key, on=on) for key in keys}

    def bare(sql: str, *values: Any) -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()

    def zone_of(key: int) -> object:
        plot = plots[key]
        assert plot is not None
        return find_zone(plot=plot, at=at)

    def zone_by_sql(key: int) -> object:
        plot = plots[key]
        assert plot is not None
        middle = plot.shape.representative_point()
        return bare(
            "SELECT zone_id FROM parking_zones_zoneversion WHERE valid @> %s::date AND"
            " ST_Covers(boundary, ST_SetSRID(ST_MakePoint(%s, %s), %s))",
            on, middle.x, middle.y, crs.METRIC,
        )  # fmt: skip

    asked: dict[str, Callable[[int], object]] = {
        "permits_of": lambda key: permits_of(plate_key=f"OM-{key}-M", at=at),
        "one row by key": lambda key: bare(
            "SELECT 1 FROM parking_zones_permitvehicle WHERE id = %s", key
        ),
        "find_zone": zone_of,
        "zone of a point in SQL": zone_by_sql,
        "plot_on": lambda key: plot_on(plot_id=key, on=on),
    }
    assert len(permits_of(plate_key=f"OM-{keys[0]}-M", at=at)) == 1
    found: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(ROUNDS + 1):
        for name, ask in asked.items():
            took = _each_s(ask, keys if number else keys[:200])
            if number:  # the first round warms
                found[name].append(took)
    times = {name: statistics.median(values) for name, values in found.items()}
    print(f"{part_zone_edit.PERMITS:,} permits, {ASKED:,} different questions, median of {ROUNDS}")
    for name, value in times.items():
        print(f"  {name:24} {value * 1e6:8.0f} µs   slowest round {max(found[name]) * 1e6:.0f}")
    return times
