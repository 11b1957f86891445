"""Imported reports without a case on a map, for officers: one is picked, looked at and taken up."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import map_config
from geo_portal.reporting.panel import Drawn, alike_of, drawn, spot_and_circle
from municipality.cases.models import Case
from municipality.clock import database_now
from municipality.people.access import not_found, open_to
from municipality.places.models import Wilayat
from municipality.stored import shape_of
from municipality.words import Text
from observations.reports.heat import STATUS_WORDS
from observations.reports.models import Category, Observation, Status
from observations.reports.taking_up import HAS_ENDED, has_ended, without_case
from observations.routing.actions import accuracy_of

TAKERS = ("agent", "department")
A_PAGE, ON_MAP, LONGEST = 20, 500, 60
AROUND_M = 300.0  # what else is drawn around the one that is picked
NAMES = ("category", "wilayat")
TAKEN = Text("لها معاملة، فلا حاجة إلى توليها.", "It has a case: there is nothing to take up.")


def _wanted(request: HttpRequest) -> dict[str, str]:
    told = {name: request.GET.get(name, "").replace("\x00", "")[:LONGEST] for name in NAMES}
    return {name: code for name, code in told.items() if code}


def _found(wanted: dict[str, str]) -> QuerySet[Observation]:
    """Return what is looked for, the latest first."""
    told = {f"{name}__code": code for name, code in wanted.items()}
    rows = without_case().filter(**told).select_related("category", "area", "wilayat")
    return rows.order_by("-reported_on", "-pk")


def _picked(request: HttpRequest) -> Observation | None:
    """Return the report that was picked on the map; Problem 404 for one that is not there."""
    told = request.GET.get("picked", "")
    if not told:
        return None
    try:
        wanted = uuid.UUID(told)
    except ValueError:
        raise not_found() from None
    rows = Observation.objects.select_related("category", "area", "wilayat")
    found = rows.filter(public_id=wanted).first()  # unique
    if found is None:
        raise not_found()
    return found


def _url(seen: Observation, wanted: dict[str, str]) -> str:
    query = urlencode({**wanted, "picked": str(seen.public_id)})
    return f"{reverse('reporting:imported')}?{query}#picked"


def _things(
    rows: Sequence[Observation], picked: Observation | None, wanted: dict[str, str]
) -> dict[str, Any]:
    """Draw what may be picked as points, and above them the one that is, in its circle."""
    shapes: Drawn = [
        (shape_of(row.point), {"number": "", "url": _url(row, wanted)})
        for row in rows
        if picked is None or row.pk != picked.pk
    ]
    if picked is not None:
        name = str(Text(picked.category.name_ar, picked.category.name_en))
        shapes += spot_and_circle(shape_of(picked.point), accuracy_of(picked), number=name)
    return drawn(shapes)


def _panel(picked: Observation, *, at: dt.datetime) -> dict[str, Any]:
    """Write what is known of a picked report, and why it cannot be taken up where it cannot."""
    case = Case.objects.filter(observation__observation=picked).first()  # unique
    why_not = TAKEN if case else HAS_ENDED if has_ended(picked) else None
    return {
        "seen": picked, "case": case, "why_not": why_not,
        "status": STATUS_WORDS[Status(picked.status)], "accuracy_m": accuracy_of(picked),
        "alike": alike_of(picked, at=at),
    }  # fmt: skip


@never_cache
@require_safe
@open_to(*TAKERS)
def imported(request: HttpRequest) -> HttpResponse:
    """Show the open reports of other systems that nobody works at, on the map and as a list.

    The map shows what the list does; where one is picked, it and what lies around it.
    """
    wanted, picked, at = _wanted(request), _picked(request), database_now()
    found = list(_found(wanted)[: ON_MAP + 1])
    rows, more = found[:ON_MAP], len(found) > ON_MAP
    on_map = rows
    if picked is not None:
        on_map = list(_found(wanted).filter(point__dwithin=(picked.point, AROUND_M))[:ON_MAP])
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [{"seen": row, "url": _url(row, wanted)} for row in page],
        "page": page,
        "more": more,
        "query": urlencode(wanted),
        "wanted": wanted,
        "picked": None if picked is None else _panel(picked, at=at),
        "categories": Category.objects.order_by("position", "code"),
        "wilayats": Wilayat.objects.order_by("pk"),
        "config": map_config(request, things=_things(on_map, picked, wanted)),
    }
    return render(request, "reporting/imported.html", context)
