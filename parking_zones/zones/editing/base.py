"""What an edit begins from: the zones of one kind as they hold on a day, and a token of them.

The token names every version that the day's zones have, and each change already set for later; an
edit made on other versions than those that stand is stale.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from municipality.calendar.queries import span
from municipality.calendar.rest_days import Span
from municipality.places.stamps import Kept
from municipality.problems import Problem
from municipality.stored import shape_of
from municipality.words import Text
from parking_zones.zones.editing import rings
from parking_zones.zones.editing.coverage import Cell, Coverage
from parking_zones.zones.models import Zone, ZoneVersion

DEGENERATE = Text(
    "في السجل منطقة يقل حدها عن ثلاثة رؤوس متباعدة؛ صحّحها بالاستيراد.",
    "The register holds a zone with fewer than three corners apart; mend it by an import.",
)
LATER = Text(
    "هناك تغيير مقرر ليوم {day}؛ عدّل من ذلك اليوم أو بعده.",
    "A change is already set for {day}; edit from that day on or later.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """One version that holds on the day."""

    version_id: int
    zone_id: int
    version: int
    span: Span


@dataclass(frozen=True)
class Base:
    """The coverage of a kind on a day; ``later`` is the first change set for after it.

    ``ended_on`` says of each number in ``coverage.ended`` since which day the zone is closed; None
    where it never held on a day.
    """

    kind: str
    day: dt.date
    token: str
    held: tuple[Held, ...]
    coverage: Coverage
    later: dt.date | None
    ended_on: Mapping[str, dt.date | None]


# Of each zone of a kind that holds neither on the day nor later: its last version.
ENDED = """
SELECT DISTINCT ON (v.zone_id) v.id FROM parking_zones_zoneversion v
JOIN parking_zones_zone z ON z.id = v.zone_id
WHERE z.kind = %(kind)s AND NOT EXISTS (
  SELECT FROM parking_zones_zoneversion l
  WHERE l.zone_id = v.zone_id AND l.valid && daterange(%(day)s, NULL))
ORDER BY v.zone_id, isempty(v.valid), v.version DESC
"""


def _ended(kind: str, day: dt.date) -> list[ZoneVersion]:
    with connection.cursor() as cursor:
        cursor.execute(ENDED, {"kind": kind, "day": day})
        ids = [row[0] for row in cursor.fetchall()]
    return list(ZoneVersion.objects.filter(pk__in=ids).order_by("zone__number"))


def _rows(kind: str, day: dt.date) -> list[ZoneVersion]:
    """Read the versions of a kind that hold on a day or are set for after it."""
    found = ZoneVersion.objects.filter(zone__kind=kind, valid__overlap=DateRange(day, None))
    return list(found.order_by("zone_id", "version"))


def read_base(*, kind: str, day: dt.date) -> Base:
    """Read the zones of a kind as the tables stand now.

    Raises Problem 409 where a stored boundary is no shape to the millimetre.
    """
    rows = _rows(kind, day)
    zones = {zone.pk: zone for zone in Zone.objects.all()}
    spans = [span(row.valid) for row in rows]
    own = [row for row, one in zip(rows, spans, strict=True) if one.holds_on(day)]
    last = _ended(kind, day)
    cells, ended = (
        tuple(
            Cell(
                zones[row.zone_id].number,
                zones[row.zone_id].name_ar,
                zones[row.zone_id].name_en,
                row.zone_id,
                rings.as_multi(shape_of(row.boundary)),
            )
            for row in rows_of
        )
        for rows_of in (own, last)
    )
    return Base(
        kind=kind,
        day=day,
        token=_token(rows, spans),
        held=tuple(Held(row.pk, row.zone_id, row.version, span(row.valid)) for row in own),
        coverage=Coverage(
            _met(cells), taken=frozenset(zone.number for zone in zones.values()), ended=ended
        ),
        later=_later(spans, day),
        ended_on={zones[row.zone_id].number: span(row.valid).after for row in last},
    )


_KEPT: Kept[dict[tuple[str, dt.date], Base]] = Kept(dict, "zones")
MOST_KEPT = 8  # days and kinds that people look at; each holds a coverage of the city


def kept_base(*, kind: str, day: dt.date) -> Base:
    """Return the base of a kind on a day, read once until a zone changes; for looking only."""
    held = _KEPT.get()
    found = held.get((kind, day))
    if found is None:
        while len(held) >= MOST_KEPT:
            held.pop(next(iter(held)))
        found = held[kind, day] = read_base(kind=kind, day=day)
    return found


def _met(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Give neighbours the same vertices along what they share, as the editor needs them."""
    made = Coverage(cells)
    try:
        shapes = rings.matched(made.shapes, movable=np.ones(len(cells), dtype=bool))
    except rings.Collapsed:
        raise Problem(409, "not_a_coverage", DEGENERATE) from None
    return made.with_shapes(dict(enumerate(shapes))).cells


def _token(rows: Sequence[ZoneVersion], spans: Sequence[Span]) -> str:
    told = "|".join(
        f"{row.zone_id},{row.version},{one.first},{one.after}"
        for row, one in zip(rows, spans, strict=True)
    )
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _later(spans: Sequence[Span], day: dt.date) -> dt.date | None:
    changes = [on for one in spans for on in (one.first, one.after) if on is not None and on > day]
    return min(changes, default=None)
