"""What the tables say of a span of days: bays, stays, permits and revenue by zone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.db import connection

from municipality import crs
from municipality.city_time import city_day
from municipality.conf import PROFILE
from parking_zones.occupancy.counting import (
    HOURS,
    Cell,
    Floats,
    Stays,
    capacity,
    minutes_taken,
    paid_cells,
)
from parking_zones.zones.book import ZoneBook, ZoneOnDay

CHANNELS = ("app", "sms")
STALLS = """
SELECT z.id, sum(b.stalls)
FROM (SELECT id, ST_GeomFromWKB(wkb, %(srid)s) AS shape
      FROM unnest(%(ids)s::bigint[], %(shapes)s::bytea[]) AS u(id, wkb)) z
JOIN parking_zones_bay b
  ON b.shape && z.shape AND ST_Intersects(z.shape, ST_PointOnSurface(b.shape))
WHERE b.kind = 'public' GROUP BY z.id
"""
STAYS = """
SELECT zone_id, extract(epoch FROM starts_at)::float8, extract(epoch FROM ends_at)::float8
FROM parking_zones_parkingticket
WHERE zone_id = ANY(%(ids)s) AND state = 'paid' AND ends_at > %(start)s
  AND starts_at < %(end)s AND starts_at >= %(start)s - interval '31 days'
"""
REVENUE = """
SELECT zone_id, channel, extract(hour FROM starts_at AT TIME ZONE %(zone)s)::int,
  count(*), sum(amount_baisa)
FROM parking_zones_parkingticket
WHERE state = 'paid' AND starts_at >= %(start)s AND starts_at < %(end)s
GROUP BY 1, 2, 3
"""
PERMITS = """
SELECT zone_id, kind = 'all_zones',
  sum(least(ends_on, %(after)s::date) - greatest(starts_on, %(first)s::date))::float8
FROM parking_zones_parkingpermit
WHERE starts_on < %(after)s AND ends_on > %(first)s AND kind <> 'reserved_bay'
GROUP BY 1, 2
"""


@dataclass(slots=True)
class ZoneUse:
    """How one zone was used over the days; ``stalls`` None where no public bay of it is known."""

    zone: ZoneOnDay
    stalls: int | None
    taken: Floats
    paid: Floats
    permits: float = 0.0
    tickets: int = 0
    revenue: dict[str, Floats] = field(
        default_factory=lambda: {channel: np.zeros(HOURS) for channel in CHANNELS}
    )

    def occupancy_pct(self, hour: int | None = None) -> float | None:
        """Return minutes paid over minutes to be paid, of an hour or of all; None: unknown."""
        paid = self.paid.sum() if hour is None else self.paid[hour]
        if self.stalls is None or not paid:
            return None
        taken = self.taken.sum() if hour is None else self.taken[hour]
        return float(100 * taken / (self.stalls * paid))

    @property
    def permits_pct(self) -> float | None:
        """Permits in force, on an average day, over the bays; None where no bay is known."""
        return None if self.stalls is None else 100 * self.permits / self.stalls

    def baisa(self, channel: str | None = None, hour: int | None = None) -> int:
        """Return the revenue of a channel or all, of an hour or all, in baisa."""
        chosen = CHANNELS if channel is None else (channel,)
        found = sum(
            self.revenue[one].sum() if hour is None else self.revenue[one][hour] for one in chosen
        )
        return int(found)


@dataclass(slots=True)
class Unplaced:
    """What stands in no zone's numbers: named, not spread over the others.

    Tickets bought without a place, permits for all zones, and revenue of zones that have ended.
    """

    tickets: int = 0
    revenue_baisa: int = 0
    permits: float = 0.0
    ended_baisa: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """All zones of a span of days, and what has no zone."""

    first: dt.date
    after: dt.date
    zones: tuple[ZoneUse, ...]
    unplaced: Unplaced

    @property
    def without_bays(self) -> tuple[str, ...]:
        """The numbers of zones of which no public bay is known."""
        return tuple(one.zone.number for one in self.zones if one.stalls is None)


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), PROFILE.time_zone)


def _cells(
    book: ZoneBook, zones: Sequence[ZoneOnDay], first: dt.date, after: dt.date
) -> dict[int | None, tuple[list[Cell], list[int]]]:
    """Return the paid cells and the positions of the zones that share them."""
    own = {rule.zone_id for rule in book.hours}
    found: dict[int | None, tuple[list[Cell], list[int]]] = {}
    for place, zone in enumerate(zones):
        key = zone.zone_id if zone.zone_id in own else None
        if key not in found:
            found[key] = paid_cells(first=first, after=after, rules=book.rules(zone)), []
        found[key][1].append(place)
    return found


def _taken(
    book: ZoneBook, zones: Sequence[ZoneOnDay], days: tuple[dt.date, dt.date]
) -> tuple[Floats, Floats]:
    """Return minutes taken and minutes that are paid of one bay: zones x hours each."""
    place = {zone.zone_id: index for index, zone in enumerate(zones)}
    start, end = _midnight(days[0]), _midnight(days[1])
    rows = _rows(STAYS, {"ids": list(place), "start": start, "end": end})
    zone = np.array([place[row[0]] for row in rows], dtype=np.int64)
    times = np.array([row[1:] for row in rows], dtype=float).reshape(-1, 2)
    taken, paid = np.zeros((len(zones), HOURS)), np.zeros((len(zones), HOURS))
    for cells, places in _cells(book, zones, *days).values():
        mine = np.isin(zone, places)
        stays = Stays(zone[mine], times[mine, 0], times[mine, 1])
        taken += minutes_taken(stays, cells, len(zones))
        paid[places] = capacity(cells)
    return taken, paid


LAST_SOLD = """
SELECT max(starts_at) FROM parking_zones_parkingticket
WHERE state = 'paid' AND starts_at < %(end)s
"""


def last_sold(*, until: dt.date) -> dt.date | None:
    """Return the last day before another on which a paid ticket begins; None where none does."""
    ((found,),) = _rows(LAST_SOLD, {"end": _midnight(until)})
    return None if found is None else city_day(found)


def use_of(*, book: ZoneBook, first: dt.date, after: dt.date) -> Use:
    """Return how paid zones were used over the days ``[first, after)``.

    The zones are those of the last day; bays are the public ones whose middle lies in them.
    """
    last = after - dt.timedelta(days=1)
    zones = [zone for zone in book.on_day(last) if zone.kind == "paid"]
    ids = [zone.zone_id for zone in zones]
    shapes = [shapely.to_wkb(zone.boundary) for zone in zones]
    stalls = dict(_rows(STALLS, {"srid": crs.METRIC, "ids": ids, "shapes": shapes}))
    taken, paid = _taken(book, zones, (first, after))
    found = {
        zone.zone_id: ZoneUse(zone, stalls.get(zone.zone_id), taken[index], paid[index])
        for index, zone in enumerate(zones)
    }
    unplaced = Unplaced()
    days = (after - first).days
    values = {"ids": ids, "first": first, "after": after, "zone": PROFILE.time_zone.key,
              "start": _midnight(first), "end": _midnight(after)}  # fmt: skip
    for zone_id, channel, hour, count, baisa in _rows(REVENUE, values):
        if zone_id is None:
            unplaced.tickets += count
            unplaced.revenue_baisa += int(baisa)
        elif zone_id not in found:
            unplaced.ended_baisa += int(baisa)
        else:
            found[zone_id].tickets += count
            found[zone_id].revenue[channel][hour] += int(baisa)
    for zone_id, _, day_count in _rows(PERMITS, values):
        if zone_id is None:
            unplaced.permits += day_count / days
        elif zone_id in found:
            found[zone_id].permits += day_count / days
    return Use(first, after, tuple(found.values()), unplaced)
