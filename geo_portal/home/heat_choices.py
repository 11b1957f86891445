"""What the planner's filter bar offers: kinds, stages, wilayats, the period that has reports."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from maps.heat.queries import ALL, totals
from maps.heat.views import PublicHeat
from municipality.people.access import roles_of
from municipality.places.models import Wilayat
from observations.reports.heat import EXACT_ROLES, HEAT, STATUS_WORDS
from observations.reports.models import Category

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
    }
