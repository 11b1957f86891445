"""Who gains and who loses by an edit, before it is kept: from the changed ground only.

What moves is the ground whose zone changes (of one zone before, of another or none after).  Bays
and plots are asked for on that ground by the spatial indexes, permits by their plot, tickets by
their zone; no other plot or permit of the city is looked at.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.db import connection
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.baisa import Baisa, share
from municipality.conf import PROFILE
from municipality.importing.tolerances import OVERLAP_WIDTH_M
from parking_zones.zones.book import ZoneBook
from parking_zones.zones.editing.coverage import Cell, Coverage, difference
from parking_zones.zones.editing.rings import as_multi
from parking_zones.zones.editing.tolerances import NOISE_M

REVENUE_DAYS = 90
HOUR = 60  # minutes
LONGEST_TICKET = dt.timedelta(days=31)  # parking_zones.pricing.charge.LONGEST_STAY

GROUND = """
WITH moved AS MATERIALIZED (
  SELECT n, ST_GeomFromWKB(wkb, %(srid)s) AS shape
  FROM unnest(%(numbers)s::int[], %(shapes)s::bytea[]) AS m(n, wkb)
)
"""
BAYS = """
SELECT n, kind, sum(stalls) FROM (
  SELECT DISTINCT ON (b.id) m.n, b.kind, b.stalls
  FROM moved m JOIN parking_zones_bay b
    ON b.shape && m.shape AND ST_Intersects(m.shape, ST_PointOnSurface(b.shape))
  ORDER BY b.id, m.n
) AS found GROUP BY n, kind
"""
PLOTS = """
, touched AS MATERIALIZED (
  SELECT m.n, p.id, ST_Intersects(m.shape, ST_PointOnSurface(p.boundary)) AS moves
  FROM moved m JOIN plots_plot p
    ON p.boundary && m.shape AND ST_Intersects(p.boundary, m.shape)
  WHERE p.valid @> %(day)s::date
)
SELECT t.n, count(DISTINCT t.id), count(DISTINCT t.id) FILTER (WHERE t.moves), count(k.id)
FROM touched t LEFT JOIN parking_zones_parkingpermit k
  ON k.plot_id = t.id AND t.moves AND k.ends_on > %(day)s AND k.kind IN ('one_zone', 'special')
  AND k.zone_id = (%(zones)s::bigint[])[t.n + 1]
GROUP BY t.n
"""
PERMITS = """
SELECT zone_id, count(*) FROM parking_zones_parkingpermit
WHERE zone_id = ANY(%(ids)s) AND ends_on > %(day)s AND kind IN ('one_zone', 'special')
GROUP BY zone_id
"""
TICKETS = """
SELECT zone_id, count(*) FILTER (WHERE starts_at <= %(at)s AND ends_at > %(at)s),
  count(*) FILTER (WHERE ends_at > %(begins)s),
  sum(amount_baisa) FILTER (WHERE starts_at >= %(since)s AND starts_at < %(at)s)
FROM parking_zones_parkingticket
WHERE zone_id = ANY(%(ids)s) AND state = 'paid'
  AND starts_at >= LEAST(%(since)s, %(at)s - %(longest)s::interval)
GROUP BY zone_id
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """Ground whose zone changes; ``of`` or ``to`` None is no zone."""

    of: str | None
    to: str | None
    shape: BaseGeometry


@dataclass(slots=True)
class Moving:
    """What stands on one piece: stalls by kind of bay, plots, and permits that change zone."""

    piece: Piece
    stalls: dict[str, int]
    plots_touched: int = 0
    plots_moving: int = 0
    permits: int = 0
    hour_before: int | None = None  # baisa, for an hour in paid time
    hour_after: int | None = None

    @property
    def difference_baisa(self) -> int | None:
        """What an hour of all its stalls costs more (negative: less); None: a price is unknown."""
        if self.hour_before is None or self.hour_after is None:
            return None
        return (self.hour_after - self.hour_before) * sum(self.stalls.values())


@dataclass(frozen=True, slots=True)
class OfZone:
    """One zone before and after: its ground, its permits, its live tickets, and what it took in.

    ``stalls_before`` and ``stalls_after`` are None where no bay of it is known.  ``tickets_beyond``
    are the paid ones that run into the day of the edit; they and ``permits`` lose a zone that is
    closed, wherever its ground goes.
    """

    number: str
    what: str  # "changed", "opened" or "closed"
    m2_before: float
    m2_after: float
    stalls_before: int | None
    stalls_after: int | None
    permits: int
    live_tickets: int
    tickets_beyond: int
    revenue_baisa: int
    hour_before: int | None
    hour_after: int | None


@dataclass(frozen=True, slots=True)
class Impact:
    """What an edit would do."""

    zones: tuple[OfZone, ...]
    moving: tuple[Moving, ...]


def _thick(shape: BaseGeometry) -> BaseGeometry:
    """Return the parts of a shape that are more than noise along an edge."""
    parts = [
        one for one in shapely.get_parts(as_multi(shape)) if 2 * one.area > NOISE_M * one.length
    ]
    multi: BaseGeometry = shapely.MultiPolygon(parts)
    return multi


def pieces(before: Coverage, now: Coverage) -> tuple[Piece, ...]:
    """Return all ground whose zone changes, cut by the zone before and the zone after."""
    changes = difference(before, now)
    old_shapes = {cell.number: cell.shape for cell in before.cells}
    old = {c.number: old_shapes[c.number] for c in (*changes.changed, *changes.closed)}
    new = {cell.number: cell.shape for cell in (*changes.changed, *changes.opened)}
    found = []
    for number, shape in old.items():
        lost = shapely.difference(shape, new[number]) if number in new else shape
        others = {to: other for to, other in new.items() if to != number}
        found += [Piece(number, to, shapely.intersection(lost, s)) for to, s in others.items()]
        rest = shapely.difference(lost, shapely.union_all(list(others.values())))
        found.append(Piece(number, None, rest))
    had = shapely.union_all(list(old.values()))
    found += [Piece(None, to, shapely.difference(shape, had)) for to, shape in new.items()]
    thick = (Piece(one.of, one.to, _thick(one.shape)) for one in found)
    return tuple(one for one in thick if not one.shape.is_empty)


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _ground(shapes: Sequence[BaseGeometry]) -> dict[str, Any]:
    return {
        "srid": crs.METRIC,
        "numbers": list(range(len(shapes))),
        "shapes": [shapely.to_wkb(shape) for shape in shapes],
    }


def _stalls(shapes: Sequence[BaseGeometry]) -> list[dict[str, int]]:
    """Return the stalls by kind whose middle lies in each shape."""
    found: list[dict[str, int]] = [{} for _ in shapes]
    if shapes:
        for n, kind, stalls in _rows(GROUND + BAYS, _ground(shapes)):
            found[n][kind] = int(stalls)
    return found


def _hour(book: ZoneBook, number: str | None, day: dt.date) -> int | None:
    """Return what an hour in paid time costs on a day, in baisa: nothing where there is no zone."""
    if number is None:
        return 0
    price = book.price(number=number, day=day)
    if price is None:
        return None
    return share(Baisa(price.amount_baisa), numerator=HOUR, denominator=price.per_minutes)


def _moving(
    found: Sequence[Piece], before: Coverage, book: ZoneBook, day: dt.date
) -> tuple[Moving, ...]:
    ids = {cell.number: cell.zone_id for cell in before.cells}
    moving = tuple(
        Moving(
            piece,
            stalls,
            hour_before=_hour(book, piece.of, day),
            hour_after=_hour(book, piece.to, day),
        )
        for piece, stalls in zip(found, _stalls([one.shape for one in found]), strict=True)
    )
    # A plot that only shares a line with the ground is not touched.
    inner = [shapely.buffer(one.shape, -OVERLAP_WIDTH_M, join_style="mitre") for one in found]
    if found:
        zones = [None if one.of is None else ids[one.of] for one in found]
        values = {**_ground(inner), "day": day, "zones": zones}
        for n, touched, moves, permits in _rows(GROUND + PLOTS, values):
            moving[n].plots_touched, moving[n].plots_moving = touched, moves
            moving[n].permits = permits
    return moving


@dataclass(frozen=True, slots=True)
class _Tickets:
    live: int = 0
    beyond: int = 0
    baisa: int = 0


def _tickets(ids: list[int], asked: "Asked") -> dict[int | None, _Tickets]:
    at, begins = asked.at, dt.datetime.combine(asked.day, dt.time(), PROFILE.time_zone)
    since = at - dt.timedelta(days=REVENUE_DAYS)
    values = {
        "ids": ids, "at": at, "begins": max(at, begins), "since": since, "longest": LONGEST_TICKET,
    }  # fmt: skip
    rows = _rows(TICKETS, values)
    return {zone: _Tickets(live, beyond, int(baisa or 0)) for zone, live, beyond, baisa in rows}


def _sum(cells: Sequence[BaseGeometry | None]) -> list[int | None]:
    """Return the stalls in each shape; None where no bay is known there, or there is no shape."""
    counted = iter(_stalls([shape for shape in cells if shape is not None]))
    return [None if shape is None else sum(next(counted).values()) or None for shape in cells]


@dataclass(frozen=True, slots=True)
class Asked:
    """On which day the edit shall hold, and the moment it is now."""

    day: dt.date
    at: dt.datetime


NONE_SOLD = _Tickets()


def impact(*, before: Coverage, now: Coverage, book: ZoneBook, asked: Asked) -> Impact:
    """Return who gains and who loses: by zone, and by ground that moves from one to another."""
    changes = difference(before, now)
    old = {cell.number: cell for cell in before.cells}
    kinds = (("changed", changes.changed), ("opened", changes.opened), ("closed", changes.closed))
    cells: list[tuple[str, Cell]] = [(what, cell) for what, group in kinds for cell in group]
    ids = [cell.zone_id for _, cell in cells if cell.zone_id is not None]
    tickets = _tickets(ids, asked)
    permits = dict(_rows(PERMITS, {"ids": ids, "day": asked.day}))
    shapes_before = [old[c.number].shape if c.number in old else None for _, c in cells]
    shapes_after = [None if what == "closed" else cell.shape for what, cell in cells]
    counted = zip(_sum(shapes_before), _sum(shapes_after), strict=True)
    zones = tuple(
        OfZone(
            number=cell.number,
            what=what,
            m2_before=0.0 if before_shape is None else float(before_shape.area),
            m2_after=0.0 if after_shape is None else float(after_shape.area),
            stalls_before=stalls_before,
            stalls_after=stalls_after,
            permits=permits.get(cell.zone_id, 0),
            live_tickets=tickets.get(cell.zone_id, NONE_SOLD).live,
            tickets_beyond=tickets.get(cell.zone_id, NONE_SOLD).beyond,
            revenue_baisa=tickets.get(cell.zone_id, NONE_SOLD).baisa,
            hour_before=None if what == "opened" else _hour(book, cell.number, asked.day),
            hour_after=None if what == "closed" else _hour(book, cell.number, asked.day),
        )
        for (what, cell), before_shape, after_shape, (stalls_before, stalls_after) in zip(
            cells, shapes_before, shapes_after, counted, strict=True
        )
    )
    return Impact(zones, _moving(pieces(before, now), before, book, asked.day))
