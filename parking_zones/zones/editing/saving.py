"""An edit is kept: dated versions and history in one transaction, on nothing that has moved on.

Source: spatial.md §3-4: a coverage is checked at every edit, and nothing that was ever applied is
updated in place.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import cast

import shapely
from django.contrib.gis.geos import MultiPolygon
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from municipality.actor import Actor
from municipality.calendar.rest_days import Span
from municipality.history.actions import record
from municipality.history.queries import entries
from municipality.moments import utc_text
from municipality.problems import FieldProblem, Problem, bad_value
from municipality.reach import acting, as_system
from municipality.stored import geos_of
from municipality.words import Text
from parking_zones.inspection.models import ParkingCheck
from parking_zones.rule_changes.proof import gap_of, regimes_of
from parking_zones.tickets.models import ParkingTicket
from parking_zones.zones.book import ZoneOnDay, zone_book
from parking_zones.zones.editing import operations as ops
from parking_zones.zones.editing.base import LATER, Base, read_base
from parking_zones.zones.editing.coverage import (
    Cell,
    Coverage,
    Difference,
    Fault,
    Refused,
    difference,
    faults,
    same_boundary,
)
from parking_zones.zones.models import Zone, ZoneVersion
from parking_zones.zones.queries import city_midnight, city_time

# One writer at a time, an import among them, which asks for no lock of ours; readers go on.
LOCK = "LOCK TABLE parking_zones_zone, parking_zones_zoneversion IN SHARE ROW EXCLUSIVE MODE"
STALE = Text(
    "عُدّلت المناطق بعد أن فتحتها: {who}، {when}. افتحها من جديد ثم أعد تعديلك.",
    "The zones were changed after you opened them: {who_en}, {when_en}. Open them anew and edit "
    "again.",
)
SOMEBODY = Text("استيراد أو تعديل آخر", "an import or another change")
UNKNOWN_TIME = Text("وقت غير معلوم", "at an unknown time")
PAST = Text(
    "لا يُعدّل ما مضى؛ اختر الغد أو يومًا بعده.",
    "What is past is not changed; choose tomorrow or later.",
)
NOT_TODAY = Text(
    "التعديل من الغد؛ لليوم نفسه يلزم أن يُطلب تصحيحًا.",
    "An edit holds from tomorrow; for today it must be asked for as a correction.",
)
APPLIED = Text(
    "طُبّقت المنطقة {number} اليوم: بيعت فيها تذاكر أو فُتّش. يبدأ التعديل من الغد.",
    "Zone {number} was applied today: by a ticket or a check. The edit begins tomorrow.",
)
UNBORN = 0  # no zone has this id: a new one has no rules of its own yet
UNRULED = Text(
    "في المنطقة الجديدة {number} دقائق بلا أوقات أو تعرفة أو شروط: {minutes}.",
    "The new zone {number} has minutes without hours, a price or terms: {minutes}.",
)
NOTHING = Text("لم يتغير حد أي منطقة.", "No boundary of a zone has changed.")
BROKEN = Text(
    "لا تُحفظ المناطق وهي تتداخل أو بينها فراغ غير مقصود أو حدّها يقطع نفسه: {count}.",
    "Zones are not kept while they overlap, leave an unintended gap or cross themselves: {count}.",
)
NOT_DONE = Text("العملية {index}: {why}", "Operation {index}: {why_en}")


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wants to hold from a day on: operations on the zones named by a token."""

    kind: str
    day: dt.date
    token: str
    operations: tuple[ops.Operation, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An edit to be kept: by which decision, and whether today's zones are to be corrected."""

    edit: Edit
    source: str
    corrects_today: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written: the zones concerned with their new versions (None: closed)."""

    day: dt.date
    versions: tuple[tuple[str, int | None], ...]


def stream_of(kind: str) -> str:
    """Return the stream of history of the edits of a kind of zones."""
    return f"zones/{kind}"


def stale(kind: str) -> Problem:
    """Make the refusal of an edit on zones that have changed: by whom, and when."""
    with as_system():  # the last entry of a stream that its writers do not read
        last = entries(stream_of(kind)).filter(act="edit").last()
    who = SOMEBODY if last is None else Text(last.person_name, last.person_name)
    local = None if last is None else city_time(last.at)
    clock = "" if local is None else f"{local:%d/%m/%Y %H:%M}"
    when = UNKNOWN_TIME if local is None else Text(clock, clock)
    told = STALE.with_values(who=who.ar, who_en=who.en, when=when.ar, when_en=when.en)
    by = {} if last is None else {"changed_by": last.person_name, "changed_at": utc_text(last.at)}
    return Problem(409, "zones_changed", told, extra=by)


def base_of(edit: Edit) -> Base:
    """Return what an edit begins from, as it stands now; raises Problem 409 for a stale edit."""
    base = read_base(kind=edit.kind, day=edit.day)
    if base.token != edit.token:
        raise stale(edit.kind)
    return base


def edited(coverage: Coverage, operations: Sequence[ops.Operation], *, done: int = 0) -> Coverage:
    """Return a coverage after operations; raises Problem 422 that names the one refused.

    ``done`` operations were applied to it before, of a list that ``operations`` go on.
    """
    for index, operation in enumerate(operations, start=done):
        try:
            coverage = ops.apply(coverage, operation)
        except Refused as refused:
            told = NOT_DONE.with_values(
                index=index + 1, why=refused.words.ar, why_en=refused.words.en
            )
            pointer = "/".join(filter(None, ("operations", str(index), refused.member)))
            wrong = FieldProblem(pointer, refused.words)  # whoever sees the place needs no number
            raise Problem(422, "zone_edit_refused", told, [wrong]) from None
    return coverage


_Trace = tuple[str, tuple[ops.Operation, ...]]
_TRACES: OrderedDict[_Trace, Coverage] = OrderedDict()
_TRACING = Lock()
MOST_TRACES = 32  # states of edits under way that a process keeps; each shares its zones


def _known(token: str, operations: tuple[ops.Operation, ...]) -> tuple[int, Coverage | None]:
    """Return the longest beginning of a list of operations whose outcome is kept."""
    with _TRACING:
        for count in range(len(operations), 0, -1):
            found = _TRACES.get((token, operations[:count]))
            if found is not None:
                return count, found
    return 0, None


def retraced(base: Base, operations: tuple[ops.Operation, ...]) -> Coverage:
    """Return the coverage after the operations, going on from what was asked before.

    For looking: a hand at work sends the same list with one operation more.  What is kept is made
    from the tables alone (``edited``).
    """
    count, found = _known(base.token, operations)
    coverage = edited(found or base.coverage, operations[count:], done=count)
    with _TRACING:
        _TRACES[base.token, operations] = coverage
        while len(_TRACES) > MOST_TRACES:
            _TRACES.popitem(last=False)
    return coverage


def _check_day(base: Base, wanted: Wanted, at: dt.datetime) -> None:
    """Refuse a day that has begun, but for a correction of today, and one before a later change."""
    today = city_time(at).date()
    if base.day < today:
        raise bad_value("from", PAST)
    if base.day == today and not wanted.corrects_today:
        raise bad_value("from", NOT_TODAY)
    if base.later is not None:
        raise Problem(409, "zones_change_later", LATER.with_values(day=f"{base.later:%d/%m/%Y}"))


def _check_unapplied(changes: Difference, at: dt.datetime) -> None:
    """Refuse to correct today where a zone concerned was applied today; raises Problem 409."""
    midnight = city_midnight(at)
    concerned = (*changes.changed, *changes.opened, *changes.closed)
    ids = [cell.zone_id for cell in concerned if cell.zone_id is not None]
    sold = ParkingTicket.objects.filter(zone_id__in=ids, ends_at__gt=midnight)
    checked = ParkingCheck.objects.filter(zone_id__in=ids, at__gte=midnight)
    used = {
        *sold.exclude(state="lapsed").values_list("zone__number", flat=True)[:1],
        *checked.values_list("zone__number", flat=True)[:1],
    }
    if used:
        raise Problem(409, "zone_applied", APPLIED.with_values(number=min(map(str, used))))


def checked(coverage: Coverage, base: Base) -> list[Fault]:
    """Return the faults of a coverage; raises Problem 422 where its shapes defeat GEOS."""
    try:
        return faults(coverage, before=base.coverage)
    except shapely.GEOSException:
        raise Problem(422, "zone_edit_refused", ops.NO_SHAPE) from None


def _sound(coverage: Coverage, base: Base) -> Difference:
    """Return what changed in a coverage without faults; raises Problem 422 with the faults."""
    found = checked(coverage, base)
    if found:
        raise Problem(422, "not_a_coverage", BROKEN.with_values(count=len(found)))
    changes = difference(base.coverage, coverage)
    if not changes.numbers:
        raise Problem(422, "nothing_changed", NOTHING)
    return changes


def _check_ruled(base: Base, changes: Difference) -> None:
    """Refuse a new paid zone with a minute that no rule covers; raises Problem 422."""
    if base.kind != Zone.Kind.PAID:
        return
    book, span = zone_book(), Span(base.day, None)
    for cell in changes.opened:
        names = cell.name_ar, cell.name_en
        zone = ZoneOnDay(
            cell.zone_id or UNBORN, cell.number, base.kind, *names, 1, span, cell.shape, ""
        )
        ahead = [one for one in regimes_of(book, zone, base.day) if one.last >= base.day]
        if gap := gap_of(ahead):
            raise Problem(
                422, "rules_gap", UNRULED.with_values(number=cell.number, minutes=f"{gap:,}")
            )


@acting
def save(*, wanted: Wanted, by: Actor, at: dt.datetime) -> Saved:
    """Let an edit hold from its day on; ``at`` is aware, ``by`` a zone manager.

    Raises Problem 409 (stale, a later change, applied today) or 422 (refused, not a coverage).
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    base = base_of(wanted.edit)
    _check_day(base, wanted, at)
    coverage = edited(base.coverage, wanted.edit.operations)
    changes = _sound(coverage, base)
    if wanted.corrects_today:
        _check_unapplied(changes, at)
    _check_ruled(base, changes)
    versions = _write(base, changes, wanted.source)
    _check_stored(base, changes)
    _record(base, changes, wanted, Told(by, at, tuple(versions)))
    return Saved(base.day, tuple(versions))


def _end(base: Base, zone_id: int) -> None:
    """Let the version of the day end with it; one that began that day has then held on no day."""
    held = next(one for one in base.held if one.zone_id == zone_id)
    valid = DateRange(held.span.first, base.day)
    if held.span.first == base.day:
        valid = DateRange(empty=True)
    ZoneVersion.objects.filter(pk=held.version_id).update(valid=valid)


def _begin(base: Base, cell: Cell, zone_id: int, source: str) -> int:
    numbers = ZoneVersion.objects.filter(zone_id=zone_id).order_by("-version")
    version = 1 + (numbers.values_list("version", flat=True).first() or 0)
    ZoneVersion.objects.create(
        zone_id=zone_id,
        version=version,
        valid=DateRange(base.day, None),
        boundary=cast(MultiPolygon, geos_of(cell.shape)),
        source=source,
    )
    return version


def _write(base: Base, changes: Difference, source: str) -> list[tuple[str, int | None]]:
    versions: list[tuple[str, int | None]] = []
    for cell in (*changes.changed, *changes.closed):
        if cell.zone_id is not None:
            _end(base, cell.zone_id)
    for cell in changes.changed:
        if cell.zone_id is not None:
            versions.append((cell.number, _begin(base, cell, cell.zone_id, source)))
    for cell in changes.opened:
        if cell.zone_id is not None:  # reopened: its history goes on
            versions.append((cell.number, _begin(base, cell, cell.zone_id, source)))
            continue
        zone = Zone.objects.create(
            number=cell.number,
            kind=base.kind,
            name_ar=cell.name_ar,
            name_en=cell.name_en,
            register_key=f"edit-{cell.number}",
        )
        versions.append((cell.number, _begin(base, cell, zone.pk, source)))
    versions += [(cell.number, None) for cell in changes.closed]
    return versions


class NotStored(RuntimeError):
    """What the tables hold is not what was checked; nothing is kept."""


def _check_stored(base: Base, changes: Difference) -> None:
    """Read the day back from the tables and check it again, before the transaction ends."""
    stored = read_base(kind=base.kind, day=base.day).coverage
    found = {cell.number: cell.shape for cell in stored.cells}
    wrong = [
        cell.number
        for cell in (*changes.changed, *changes.opened)
        if cell.number not in found or not same_boundary(found[cell.number], cell.shape)
    ]
    wrong += [cell.number for cell in changes.closed if cell.number in found]
    left = Coverage(
        stored.cells, intended=stored.holes
    )  # gaps were judged; overlaps are never fine
    if wrong or any(one.m2 for one in faults(left, before=base.coverage)):
        raise NotStored(", ".join(wrong))


@dataclass(frozen=True, slots=True)
class Told:
    """Who kept an edit, when, and the versions that came of it."""

    by: Actor
    at: dt.datetime
    versions: tuple[tuple[str, int | None], ...]


def _record(base: Base, changes: Difference, wanted: Wanted, told: Told) -> None:
    before = {cell.number: cell.shape.area for cell in base.coverage.cells}
    after = {cell.number: cell.shape.area for cell in (*changes.changed, *changes.opened)}
    done: dict[str, int] = {}
    for operation in wanted.edit.operations:
        name = type(operation).__name__.lower()
        done[name] = done.get(name, 0) + 1
    facts = {
        "from": str(base.day),
        "source": wanted.source,
        "corrects_today": wanted.corrects_today,
        "operations": done,
        "zones": [
            {
                "number": number,
                "version": version,
                "m2_before": round(before[number], 2) if number in before else None,
                "m2_after": round(after[number], 2) if number in after else None,
            }
            for number, version in told.versions
        ],
    }
    record(stream=stream_of(base.kind), act="edit", by=told.by, at=told.at, facts=facts)
