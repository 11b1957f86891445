"""Reports as a heat layer: what the numbers of the index mean in the words of this app."""

import datetime as dt
from typing import Any

from maps.heat.index import HeatLayer, fold
from maps.heat.published import release_months
from municipality.places.models import AreaVersion, Wilayat, WilayatVersion
from municipality.prepared import Prepared
from municipality.words import Text
from observations.reports.models import Category, Channel, Status

HEAT = HeatLayer(name="observations", number=1, table="observations_observation")
SEVERITY_WEIGHTS = (1.0, 1.0, 2.0, 3.0, 4.0)  # of severity 0 (unknown) to 4 (urgent)
EXACT_ROLES = frozenset({"planner", "admin"})  # services.md, release classes

_CATEGORY_IDS = Prepared("category_ids", "SELECT code, id FROM observations_category", {})

STATUS_WORDS = {
    Status.NEW: Text("جديد", "New"),
    Status.REFERRED: Text("محال", "Referred"),
    Status.IN_PROGRESS: Text("قيد التنفيذ", "In progress"),
    Status.CLOSED: Text("مغلق", "Closed"),
    Status.REJECTED: Text("مرفوض", "Rejected"),
}
STATUS_CODES = {status.name.lower(): int(status) for status in Status}
CHANNEL_CODES = {channel.name.lower(): int(channel) for channel in Channel}


def public_kinds() -> list[int]:
    """Return the ids of the categories the public may be told of."""
    return list(Category.objects.filter(public=True).values_list("id", flat=True))


def category_ids() -> dict[str, int]:
    """Return all categories by code; prepared, as every heat tile with a category asks it."""
    return dict(_CATEGORY_IDS.rows({}))


def release_heat(*, on: dt.date, at: dt.datetime, anew: bool = False) -> list[dt.date]:
    """Release the months that are over, for the job and the command; return which."""
    return release_months(HEAT, on=on, at=at, public_kinds=public_kinds(), anew=anew)


def tend_heat(*, on: dt.date, at: dt.datetime) -> dict[str, int]:
    """Fold what has come in and release the months that are over: the job of every few minutes."""
    folded = fold(HEAT)
    return {"folded": folded, "released": len(release_heat(on=on, at=at))}


def category_rows(counts: dict[int, int]) -> list[dict[str, Any]]:
    """Return counted categories with their words, most first."""
    rows = [
        {"code": c.code, "name_ar": c.name_ar, "name_en": c.name_en, "count": counts[c.pk]}
        for c in Category.objects.filter(pk__in=list(counts)).order_by("position", "id")
    ]
    return sorted(rows, key=lambda row: -row["count"])


def status_rows(counts: dict[int, int]) -> list[dict[str, Any]]:
    """Return counted statuses with their words, in the order of the work."""
    return [
        {
            "code": status.name.lower(),
            "name_ar": words.ar,
            "name_en": words.en,
            "count": counts[status],
        }
        for status, words in STATUS_WORDS.items()
        if status in counts
    ]


def wilayat_rows(counts: dict[int, int]) -> list[dict[str, Any]]:
    """Return every wilayat with its count, also those without a report."""
    return [
        {
            "id": w.pk,
            "code": w.code,
            "name_ar": w.name_ar,
            "name_en": w.name_en,
            "count": counts.get(w.pk, 0),
        }
        for w in Wilayat.objects.order_by("id")
    ]


def place_words(point: Any, *, on: dt.date) -> Text | None:
    """Name the housing area and wilayat of a METRIC point on a day; None outside all."""
    area = (
        AreaVersion.objects.filter(valid__contains=on, boundary__covers=point)
        .select_related("area")
        .order_by("area_id")
        .first()
    )
    wilayat = (
        WilayatVersion.objects.filter(valid__contains=on, boundary__covers=point)
        .select_related("wilayat")
        .order_by("wilayat_id")
        .first()
    )
    named = [v for v in (area and area.area, wilayat and wilayat.wilayat) if v]
    if not named:
        return None
    return Text("، ".join(n.name_ar for n in named), ", ".join(n.name_en for n in named))
