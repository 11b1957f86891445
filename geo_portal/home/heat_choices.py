"""What the planner's filter bar offers: kinds, stages, wilayats, the period that has reports."""

import datetime as dt
from typing import Any

from django.db.models import Max
from django.http import HttpRequest

from municipality.people.access import roles_of
from municipality.places.models import Wilayat
from observations.reports.models import Category, Observation, Status

STATUS_NAMES = {
    Status.NEW: ("جديد", "New"),
    Status.REFERRED: ("محال", "Referred"),
    Status.IN_PROGRESS: ("قيد التنفيذ", "In progress"),
    Status.CLOSED: ("مغلق", "Closed"),
    Status.REJECTED: ("مرفوض", "Rejected"),
}
CELL_M = 800  # the size at which a city fits a screen and a quarter is still seen


def heat_class(request: HttpRequest) -> str:
    """Return ``exact`` for who may see every filter and count, else ``public``."""
    return "exact" if roles_of(request) & {"planner", "admin"} else "public"


def _month_after(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def last_year() -> dict[str, str]:
    """Return the twelve whole months up to the newest report: ``from`` and exclusive ``to``."""
    newest = Observation.objects.aggregate(newest=Max("reported_on"))["newest"]
    if newest is None:
        return {"from": "", "to": ""}
    end = _month_after(newest)
    return {"from": end.replace(year=end.year - 1).isoformat(), "to": end.isoformat()}


def heat_choices(request: HttpRequest) -> dict[str, Any]:
    """Gather the choices of the filter bar for who asks."""
    exact = heat_class(request) == "exact"
    categories = Category.objects.order_by("position", "id")
    if not exact:
        categories = categories.filter(public=True)
    return {
        "heat_class": heat_class(request),
        "categories": list(categories.values("code", "name_ar", "name_en")),
        "statuses": [
            {"code": status.name.lower(), "name_ar": ar, "name_en": en}
            for status, (ar, en) in STATUS_NAMES.items()
        ],
        "wilayats": list(Wilayat.objects.order_by("id").values("id", "name_ar", "name_en")),
        "period": last_year(),
        "cell_m": CELL_M,
    }
