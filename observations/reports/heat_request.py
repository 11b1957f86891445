"""What a heat address asks for: strict reading, by name, with a sentence for every mistake."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from maps.heat.denominators.measure import Measure, measure_named, measures
from maps.heat.lattice import SIZES, level_of
from maps.heat.queries import Selection
from maps.heat.release import BASE_LEVEL
from maps.heat.views import ExactHeat, Heat, PublicHeat
from maps.viewers import recent_roles
from municipality import asked, crs
from municipality.conf import PROFILE
from municipality.digits import NotANumber, number, western
from municipality.geometry_gate import looks_like
from municipality.people.access import roles_of
from municipality.places.models import Area, Wilayat
from municipality.problems import bad_value
from municipality.words import Text
from observations.reports.heat import (
    CHANNEL_CODES,
    EXACT_ROLES,
    HEAT,
    STATUS_CODES,
    category_ids,
)
from observations.reports.heat_planner import PLANNER_ONLY, shape_of, weight_of
from observations.reports.models import Category

SELECTED = ("from", "to", "category", "status", "channel", "wilayat", "area", "polygon")
MEASURED = ("per", "weight", "half_life_days", "on")
FILTERS = (*SELECTED, *MEASURED)
FAR = 2**31
DESCRIBED = {
    "from": "first day, YYYY-MM-DD (public: first of a month)",
    "to": "day after the last, YYYY-MM-DD (public: first of a month)",
    "category": "codes, with commas or repeated (public: one)",
    "status": "codes: new, referred, in_progress, closed, rejected (planner only)",
    "channel": "codes: app, portal, phone, … (planner only)",
    "wilayat": "ids or codes (public: one)",
    "area": "ids or codes (planner only)",
    "per": "count, km2, 1000_residents, road_km or plot: what value is; null without denominator",
    "polygon": "GeoJSON or WKT (multi)polygon in WGS 84; long ones by POST (planner only)",
    "weight": "severity or age: value is the weighted sum (planner only)",
    "half_life_days": "with weight=age: days after which a report weighs half; 90 by default",
    "on": "with weight=age: the day the age is counted to; today by default",
    "neighbours": "queen (eight cells, default), rook (four) or band",
    "band_m": "with neighbours=band: metres between the middles of cells",
    "show": "significant cells (default) or all that were tested",
    "by": "cell, wilayat or area",
    "before_from": "first day of the period compared with; by default as long, just before",
    "before_to": "day after its last",
    "against": "days (default): the length of the periods; city: the change of the whole city",
    "bbox": "west,south,east,north in degrees; default: the whole city",
    "cell_m": f"width of a cell in metres: {', '.join(map(str, SIZES))} (public: from 100)",
    "theme": "light or dark",
    "x": "column of the cell: it begins at x * cell_m metres east",
    "y": "row of the cell: it begins at y * cell_m metres north",
}


def described(*others: str, filters: tuple[str, ...] = FILTERS) -> dict[str, Any]:
    """Return the query parameters of an address for the OpenAPI document."""
    return {
        "parameters": [
            {"in": "query", "name": name, "required": name in ("x", "y"),
             "schema": {"type": "string"}, "description": DESCRIBED[name]}
            for name in (*others, *filters)
        ]
    }  # fmt: skip


NOT_PUBLIC = Text(
    "الأرقام المنشورة تُصفَّى بالشهر والتصنيف والولاية فقط؛ {name} للمخططين.",
    "Published numbers are filtered by month, category and wilayat only; {name} is for planners.",
)
WHOLE_MONTHS = Text(
    "الأرقام المنشورة لأشهر كاملة: ابدأ وانتهِ بأول يوم من شهر، مثل 2026-11-01.",
    "Published numbers are of whole months: begin and end on the first of a month, as 2026-11-01.",
)
ONE_ONLY = Text(
    "الأرقام المنشورة تقبل قيمة واحدة في {name}.", "Published numbers take one {name} at a time."
)
REVERSED = Text(
    "يجب أن يسبق تاريخ البداية from تاريخ النهاية to، وto غير داخل في المدة.",
    "from must lie before to; to itself is not part of the period.",
)
BBOX = Text(
    "الإطار أربعة أعداد: الغرب، الجنوب، الشرق، الشمال، بالدرجات.",
    "bbox is four numbers: west, south, east, north, in degrees.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A view of the heat and the measure it is told in."""

    heat: Heat
    measure: Measure


def exact(request: HttpRequest, *, tile: bool) -> bool:
    """Tell whether the asker may see every filter and count."""
    roles = recent_roles(request) if tile else roles_of(request)
    return bool(roles & EXACT_ROLES)


def _listed(request: HttpRequest, name: str) -> list[str]:
    """Return the values of a parameter, given several times or with commas; [] where absent."""
    texts = [part.strip() for text in request.GET.getlist(name) for part in text.split(",")]
    return [text for text in texts if text]


def _codes(request: HttpRequest, name: str, known: Mapping[str, int]) -> frozenset[int] | None:
    texts = _listed(request, name)
    if not texts:
        return None
    unknown = [text[:40] for text in texts if text not in known]
    if unknown:
        shown = ", ".join(unknown[:3])
        raise bad_value(
            name, Text(f"قيمة غير معروفة في {name}: {shown}.", f"Unknown {name}: {shown}.")
        )
    return frozenset(known[text] for text in texts)


def _places(
    request: HttpRequest, name: str, model: type[Wilayat] | type[Area]
) -> frozenset[int] | None:
    """Read ids or codes of places."""
    texts = [western(text) for text in _listed(request, name)]
    if not texts:
        return None
    codes = [t for t in texts if "\0" not in t]  # PostgreSQL knows no NUL in a text
    ids = [int(t) for t in texts if t.isascii() and t.isdigit() and len(t) < 10]
    rows = [
        *model.objects.filter(pk__in=ids).values_list("id", "code"),
        *model.objects.filter(code__in=codes).values_list("id", "code"),
    ]
    known: dict[str, int] = {str(pk): pk for pk, _ in rows} | {str(code): pk for pk, code in rows}
    unknown = [text[:40] for text in texts if text not in known and text.lstrip("0") not in known]
    if unknown:
        shown = ", ".join(unknown[:3])
        raise bad_value(
            name, Text(f"قيمة غير معروفة في {name}: {shown}.", f"Unknown {name}: {shown}.")
        )
    return frozenset(known.get(text, known.get(text.lstrip("0"), 0)) for text in texts)


def day_of(request: HttpRequest, name: str) -> dt.date | None:
    """Read a day; None where the parameter is absent."""
    text = asked.one(request, name)
    return asked.day(text, name=name, default=dt.date.min) if text else None


def _period(request: HttpRequest) -> tuple[dt.date | None, dt.date | None]:
    since, until = day_of(request, "from"), day_of(request, "to")
    if since is not None and until is not None and since >= until:
        raise bad_value("from", REVERSED)
    return since, until


def _public(request: HttpRequest) -> PublicHeat:
    if request.method == "POST":
        raise bad_value("polygon", NOT_PUBLIC.with_values(name="polygon"))
    for name in ("status", "channel", "area", *PLANNER_ONLY):
        if name in request.GET:
            raise bad_value(name, NOT_PUBLIC.with_values(name=name))
    since, until = _period(request)
    for name, day in (("from", since), ("to", until)):
        if day is not None and day.day != 1:
            raise bad_value(name, WHOLE_MONTHS)
    known = dict(Category.objects.filter(public=True).values_list("code", "id"))
    category = _codes(request, "category", known)
    wilayat = _places(request, "wilayat", Wilayat)
    for name, chosen in (("category", category), ("wilayat", wilayat)):
        if chosen is not None and len(chosen) > 1:
            raise bad_value(name, ONE_ONLY.with_values(name=name))
    return PublicHeat(
        HEAT,
        since=since,
        until=until,
        category=next(iter(category)) if category else None,
        wilayat=next(iter(wilayat)) if wilayat else None,
    )


def _exact(request: HttpRequest) -> ExactHeat:
    since, until = _period(request)
    categories: dict[str, int] = {}
    if _listed(request, "category"):
        categories = category_ids()
    selection = Selection(
        since=since,
        until=until,
        category=_codes(request, "category", categories),
        status=_codes(request, "status", STATUS_CODES),
        channel=_codes(request, "channel", CHANNEL_CODES),
        wilayat=_places(request, "wilayat", Wilayat),
        area=_places(request, "area", Area),
    )
    return ExactHeat(HEAT, selection, shape=shape_of(request), weight=weight_of(request))


def read(request: HttpRequest, *others: str) -> Asked:
    """Read who asks and which reports; ``others`` are the address's own parameters.

    Raises Problem 400 for an unknown parameter, 422 for a value that cannot be.
    """
    asked.only(request, (*FILTERS, *others))
    per = asked.one(request, "per") or "count"
    if per not in measures():
        known = ", ".join(measures())
        raise bad_value("per", Text(f"المقياس per واحد من: {known}.", f"per is one of: {known}."))
    tile = request.resolver_match is not None and "z" in request.resolver_match.kwargs
    if not exact(request, tile=tile):
        heat = _public(request)
        return Asked(heat, measure_named(per, on=heat.last_day))
    planned = _exact(request)
    weighted = planned.weight is not None
    return Asked(planned, measure_named(per, on=planned.last_day, weighted=weighted))


def read_exact(request: HttpRequest, *others: str) -> ExactHeat:
    """Read a planner's selection without a measure (statistics of counts); raises Problem."""
    asked.only(request, (*SELECTED, *others))
    return _exact(request)


def cell_size(request: HttpRequest, heat: Heat, *, default: int) -> int:
    """Return the level of ``cell_m``; raises Problem 422 for a size that is not on the lattice."""
    sizes = SIZES if heat.name == "exact" else SIZES[BASE_LEVEL:]
    text = asked.one(request, "cell_m")
    if not text:
        return max(level_of(default), level_of(sizes[0]))
    plain = western(text.strip())
    if plain not in {str(size) for size in sizes}:
        shown = ", ".join(str(size) for size in sizes)
        raise bad_value(
            "cell_m",
            Text(f"عرض الخلية cell_m بالأمتار واحد من: {shown}.", f"cell_m is one of: {shown}."),
        )
    return level_of(int(plain))


def bbox(request: HttpRequest) -> tuple[float, float, float, float]:
    """Read west, south, east, north in degrees; the city's extent where absent."""
    text = asked.one(request, "bbox")
    if text is None:
        return PROFILE.extent
    try:
        west, south, east, north = (number(part) for part in text.split(","))
    except (NotANumber, ValueError):
        raise bad_value("bbox", BBOX) from None
    far = max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90
    if far or (crs.in_extent(south, west) and not crs.in_extent(west, south)):
        raise bad_value("bbox", looks_like(west, south))
    if not (west < east and south < north):
        raise bad_value("bbox", BBOX)
    return west, south, east, north


def lattice_index(request: HttpRequest, name: str) -> int:
    """Read the column or row of a cell."""
    text = asked.one(request, name)
    if text is None:
        raise bad_value(name, Text(f"ينقص المعامل {name}.", f"{name} is missing."))
    return asked.whole(text, name=name, low=-FAR, high=FAR - 1)
