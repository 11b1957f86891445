"""What the administrator changes in the calendar: each change names its source and is told.

Source: services.md, Municipal calendar: the rows are the municipality's own, and dates of the
moon are announced.  A change never rewrites a due time that was already told to somebody.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from municipality.actor import Actor
from municipality.calendar.models import Holiday, OfficeHours, Ramadan
from municipality.history.actions import record
from municipality.words import Text

ONE_DAY = dt.timedelta(days=1)
SAME_RAMADAN_DAYS = 60  # two Ramadans are 354 days apart
TAKEN = Text(
    "هذه الإجازة مدونة في بعض هذه الأيام.", "This holiday is already written on some of these days."
)
NOTHING_NEW = Text(
    "لم يتغير شيء: الأيام نفسها ومؤكدة.", "Nothing changes: the same days, confirmed."
)


class Refused(ValueError):
    """The change cannot be made; ``words`` say why."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes the calendar, when, and by which announcement or decision."""

    by: Actor
    at: dt.datetime
    source: str


def days(first: dt.date, last: dt.date) -> DateRange:
    """Make a stored span of days from the first and the last day, both taken."""
    return DateRange(first, last + ONE_DAY)


def _told(valid: Any) -> dict[str, str]:
    last = valid.upper - ONE_DAY if valid.upper else None
    return {"from": str(valid.lower or ""), "to": str(last or "")}


def _record(change: Change, act: str, first: dt.date, facts: dict[str, Any]) -> None:
    record(
        stream=f"calendar/{first.year}", act=act, by=change.by, at=change.at,
        facts={**facts, "source": change.source},
    )  # fmt: skip


def _free(code: str, valid: Any, *, but: Holiday | None = None) -> None:
    others = Holiday.objects.filter(code=code, valid__overlap=valid)
    if any(other != but for other in others):
        raise Refused(TAKEN)


@transaction.atomic
def announce_holiday(*, holiday: Holiday, first: dt.date, last: dt.date, change: Change) -> str:
    """Confirm a holiday on its days or move it to others; returns which: confirm or move."""
    held = Holiday.objects.select_for_update().get(pk=holiday.pk)
    before, valid = held.valid, days(first, last)
    if before == valid and not held.provisional:
        raise Refused(NOTHING_NEW)
    _free(held.code, valid, but=held)
    held.valid, held.provisional, held.source = valid, False, change.source
    held.save(update_fields=["valid", "provisional", "source"])
    act = "confirm" if before == valid else "move"
    told = {"what": held.code, "name_ar": held.name_ar, "name_en": held.name_en}
    _record(change, act, before.lower, {**told, "before": _told(before), "after": _told(valid)})
    return act


@transaction.atomic
def add_holiday(*, holiday: Holiday, change: Change) -> None:
    """Add a holiday that was announced; ``holiday`` is not saved yet."""
    _free(holiday.code, holiday.valid)
    holiday.source = change.source
    holiday.save(force_insert=True)
    told = {"what": holiday.code, "name_ar": holiday.name_ar, "name_en": holiday.name_en}
    after = {**_told(holiday.valid), "provisional": holiday.provisional}
    _record(change, "add", holiday.valid.lower, {**told, "after": after})


@transaction.atomic
def remove_holiday(*, holiday: Holiday, change: Change) -> None:
    """Take out a holiday that will not be taken."""
    held = Holiday.objects.select_for_update().get(pk=holiday.pk)
    told = {"what": held.code, "name_ar": held.name_ar, "name_en": held.name_en}
    _record(change, "remove", held.valid.lower, {**told, "before": _told(held.valid)})
    held.delete()


@transaction.atomic
def announce_ramadan(*, first: dt.date, last: dt.date, change: Change) -> None:
    """Write down the announced days of Ramadan, in place of the computed ones of that year."""
    valid, near = days(first, last), dt.timedelta(days=SAME_RAMADAN_DAYS)
    held = (
        Ramadan.objects.select_for_update()
        .filter(valid__overlap=DateRange(first - near, last + near))
        .order_by("valid")
        .first()
    )
    before = _told(held.valid) if held else None
    held = held or Ramadan()
    held.valid, held.provisional, held.source = valid, False, change.source
    held.save()
    told = {"what": "ramadan", "name_ar": "رمضان", "name_en": "Ramadan"}
    _record(change, "announce", first, {**told, "before": before, "after": _told(valid)})


def _cut(held: OfficeHours, new: OfficeHours) -> None:
    """Leave of a row what lies before and after the new one."""
    was = held.valid
    pieces = []
    if was.lower is None or was.lower < new.valid.lower:
        pieces.append(DateRange(was.lower, new.valid.lower))
    if new.valid.upper is not None and (was.upper is None or new.valid.upper < was.upper):
        pieces.append(DateRange(new.valid.upper, was.upper))
    held.delete()
    for piece in pieces:
        held.pk, held.valid = None, piece
        held.save(force_insert=True)


@transaction.atomic
def set_hours(*, hours: OfficeHours, change: Change) -> None:
    """Let new office hours hold over their days; the old ones hold before and after."""
    old = OfficeHours.objects.select_for_update().filter(
        directorate=hours.directorate, in_ramadan=hours.in_ramadan, valid__overlap=hours.valid
    )
    replaced = [
        {**_told(row.valid), "opens": str(row.opens), "closes": str(row.closes)} for row in old
    ]
    for row in old:
        _cut(row, hours)
    hours.source = change.source
    hours.save(force_insert=True)
    told = {
        "what": "ramadan_hours" if hours.in_ramadan else "hours",
        "directorate": hours.directorate.code if hours.directorate else None,
        "before": replaced,
        "after": {**_told(hours.valid), "opens": str(hours.opens), "closes": str(hours.closes)},
    }
    _record(change, "hours", hours.valid.lower, told)
