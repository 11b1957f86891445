"""What the planner's filter bar offers: kinds, stages, wilayats, the period that has reports."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from maps.heat.classes import COUNT_BREAKS, KM2_BREAKS
from maps.heat.denominators.declared import declared
from maps.heat.denominators.measure import UNITS
from maps.heat.queries import ALL, totals
from maps.heat.views import PublicHeat
from municipality.people.access import roles_of
from municipality.people.acting_person import person_of
from municipality.places.models import Area, Wilayat
from municipality.problems import Problem
from municipality.words import Text
from observations.reports.heat import EXACT_ROLES, HEAT, STATUS_WORDS
from observations.reports.models import Category, Channel
from observations.reports.statistics_words import CHANGE_WORDS, SPOT_WORDS, TREND_WORDS
from observations.saved_views.actions import view_of
from observations.statistics.tables import CHANNELS

CELL_M = 800  # the size at which a city fits a screen and a quarter is still seen
PUBLIC_CELL_M = 1_600  # what is told by month seldom fills a smaller cell


def heat_class(request: HttpRequest) -> str:
    """Return ``exact`` for who may see every filter and count, else ``public``."""
    return "exact" if roles_of(request) & EXACT_ROLES else "public"


def _busiest_year(months: Mapping[dt.date, int]) -> dict[str, str]:
    """Return the calendar year with most of these reports, as ``from`` and exclusive ``to``.

    A planner starts with a whole year of the city's own rhythm; a newer year that has hardly
    begun would show an empty map.
    """
    years: Counter[int] = Counter()
    for month, count in months.items():
        years[month.year] += count
    if not years:
        return {"from": "", "to": ""}
    year = max(years, key=lambda y: (years[y], y))
    return {"from": f"{year}-01-01", "to": f"{year + 1}-01-01"}


def _measures() -> list[dict[str, Any]]:
    """List every measure with its unit; ``limits`` of the seven classes, by cell for the count."""
    rows: list[tuple[str, Text, Text, Any]] = [
        ("count", Text("العدد", "Count"), UNITS["count"], COUNT_BREAKS),
        ("km2", Text("لكل كم²", "Per km²"), UNITS["km2"], KM2_BREAKS),
        *((one.name, one.title, one.unit, one.limits) for one in declared().values()),
    ]
    return [
        {"code": code, "limits": limits, **_named(title), "unit_ar": unit.ar, "unit_en": unit.en}
        for code, title, unit, limits in rows
    ]


def _named(words: Text) -> dict[str, str]:
    return {"name_ar": words.ar, "name_en": words.en}


def _coded(words: Mapping[str, Text]) -> list[dict[str, str]]:
    return [{"code": code, **_named(text)} for code, text in words.items()]


def _opened(request: HttpRequest) -> dict[str, str] | None:
    """Return the saved view that the address names; None where it names none that is there."""
    try:
        row = view_of(uuid.UUID(request.GET["view"]), person_id=person_of(request).pk)
    except (KeyError, ValueError, Problem):
        return None
    return {"id": str(row.public_id), "name": row.name, "query": row.query}


def _of_planners(request: HttpRequest) -> dict[str, Any]:
    """Gather what only planners choose from, and the words of the verdicts."""
    return {
        "channels": _coded({channel.name.lower(): CHANNELS[channel] for channel in Channel}),
        "areas": list(Area.objects.order_by("name_ar", "id").values("id", "name_ar", "name_en")),
        "spot_words": _coded(SPOT_WORDS),
        "change_words": _coded(CHANGE_WORDS),
        "trend_words": _coded(TREND_WORDS),
        "view": _opened(request),
    }


def heat_choices(request: HttpRequest) -> dict[str, Any]:
    """Gather the choices of the filter bar for who asks."""
    exact = heat_class(request) == "exact"
    # Whoever sees the release alone is not led by counts that were not released.
    sums = totals(HEAT, ALL) if exact else PublicHeat(HEAT).totals()
    categories = Category.objects.order_by("position", "id")
    if not exact:
        categories = categories.filter(public=True)
    return {
        "heat_class": heat_class(request),
        "categories": list(categories.values("code", "name_ar", "name_en")),
        "statuses": [
            {"code": status.name.lower(), "name_ar": words.ar, "name_en": words.en}
            for status, words in STATUS_WORDS.items()
        ],
        "wilayats": list(Wilayat.objects.order_by("id").values("id", "name_ar", "name_en")),
        "period": _busiest_year(sums.months),
        "cell_m": CELL_M if exact else PUBLIC_CELL_M,
        "measures": _measures(),
        **(_of_planners(request) if exact else {}),
    }
