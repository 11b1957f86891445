"""Which statistics somebody asks for, and which of them they may see."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest

from municipality import asked
from municipality.asked import today
from municipality.people.acting_person import person_of
from municipality.people.models import User
from municipality.places.models import Area, Directorate, Wilayat
from municipality.problems import bad_value
from municipality.words import Text
from observations.reports.models import Category, Channel
from observations.statistics.rows import Asked

EVERYWHERE = ("planner", "supervisor", "agent")
READERS = (*EVERYWHERE, "department")
NAMES = ("from", "to", "category", "wilayat", "area", "channel")
DAY = dt.timedelta(days=1)
MOST_DAYS = 20 * 366
NOBODY_S = 0  # the directorate of an officer who has none: it has no reports
BACKWARDS = Text(
    "اختر مدة من يوم إلى عشرين سنة، أولها قبل آخرها.",
    "Choose a span of a day to twenty years that begins before it ends.",
)
NOT_LISTED = Text("اختر من القائمة.", "Choose from the list.")
_Listed = TypeVar("_Listed", bound=Model)


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen, and what was."""

    categories: Sequence[Category]
    wilayats: Sequence[Wilayat]
    areas: Sequence[Area]
    category: Category | None
    wilayat: Wilayat | None
    area: Area | None
    channel: Channel | None


def directorate_of(person: User) -> int | None:
    """Return the directorate to whose reports somebody is kept; None: they see every report."""
    if not frozenset(person.roles).isdisjoint(EVERYWHERE):
        return None
    return person.directorate_id or NOBODY_S


def directorate_shown(directorate_id: int | None) -> dict[str, Any]:
    """Return what a page says about whose reports are counted."""
    found = Directorate.objects.filter(pk=directorate_id or NOBODY_S).first()  # unique
    return {"is_kept": directorate_id is not None, "directorate": found}


def _listed(request: HttpRequest, name: str, rows: Sequence[_Listed]) -> _Listed | None:
    code = asked.one(request, name)
    if not code:
        return None
    found = next((row for row in rows if getattr(row, "code", None) == code), None)
    if found is None:
        raise bad_value(name, NOT_LISTED)
    return found


def _channel(request: HttpRequest) -> Channel | None:
    code = asked.one(request, "channel")
    if not code:
        return None
    found = next((one for one in Channel if one.name.lower() == code), None)
    if found is None:
        raise bad_value("channel", NOT_LISTED)
    return found


def choices_of(request: HttpRequest) -> Choices:
    """Read the filters of an address; raises Problem 400 and 422."""
    asked.only(request, NAMES)
    categories = list(Category.objects.order_by("position", "code"))
    wilayats = list(Wilayat.objects.order_by("pk"))
    areas = list(Area.objects.order_by("name_ar", "pk"))
    return Choices(
        categories=categories,
        wilayats=wilayats,
        areas=areas,
        category=_listed(request, "category", categories),
        wilayat=_listed(request, "wilayat", wilayats),
        area=_listed(request, "area", areas),
        channel=_channel(request),
    )


def asked_of(request: HttpRequest, choices: Choices) -> Asked:
    """Return the reports that an address asks for, of those its person may count.

    Without days: this year up to today.  Raises Problem 422.
    """
    on = today()
    last = asked.day(asked.one(request, "to"), name="to", default=on)
    first = asked.day(asked.one(request, "from"), name="from", default=last.replace(month=1, day=1))
    if not 1 <= (last - first).days + 1 <= MOST_DAYS:
        raise bad_value("from", BACKWARDS)
    return Asked(
        first=first,
        after=last + DAY,
        category=choices.category.pk if choices.category else None,
        wilayat=choices.wilayat.pk if choices.wilayat else None,
        area=choices.area.pk if choices.area else None,
        channel=int(choices.channel) if choices.channel is not None else None,
        directorate=directorate_of(person_of(request)),
    )
