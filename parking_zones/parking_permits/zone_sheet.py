"""The sheet of a zone to print and hang up: its map, hours, prices and the list of its streets.

No payment code stands on it: a sign carries the zone's number and the short code alone
(guards.md §1.12).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import shapely
from django.conf import settings
from django.template.loader import render_to_string

from municipality.billing.tariffs.models import Tariff
from municipality.billing.tariffs.queries import NoTariff
from municipality.conf import PROFILE
from municipality.documents.printing import fonts, pdf_of
from municipality.places.demo import is_demo
from municipality.words import Text, in_arabic
from parking_zones.parking_permits.pricing import zone_price
from parking_zones.parking_permits.streets import LIES, Street, streets_of
from parking_zones.pricing.charge import Price
from parking_zones.pricing.paid_hours import MIDNIGHT, HoursRule, rules_in_force
from parking_zones.zones.book import ZoneOnDay, zone_book
from plots.restrictions.sheet import DRAWING_PX, path_of, to_paper

WEEKDAYS = {  # of ISO 8601
    1: Text("الاثنين", "Monday"), 2: Text("الثلاثاء", "Tuesday"),
    3: Text("الأربعاء", "Wednesday"), 4: Text("الخميس", "Thursday"), 5: Text("الجمعة", "Friday"),
    6: Text("السبت", "Saturday"), 7: Text("الأحد", "Sunday"),
}  # fmt: skip
CITY_REST = Text("أيام الراحة الأسبوعية", "weekly days of rest")
HOLIDAYS = Text("الإجازات الرسمية", "public holidays")
NO_FREE_DAY = Text("لا يوم مجاني", "no free day")
BARS_M = (1000, 500, 200, 100, 50, 20, 10)


@dataclass(frozen=True, slots=True)
class ZoneSheet:
    """What the sheet of a zone says on a day."""

    zone: ZoneOnDay
    hours: tuple[str, ...]
    in_ramadan: tuple[str, ...]
    free_days: Text
    price: Price | None
    permit_price: Tariff | None  # of one month
    streets: tuple[Street, ...]
    drawing: dict[str, Any]


def zone_drawing(*, number: str, on: dt.date) -> dict[str, Any] | None:
    """Draw a zone as it holds on a day, north up; None where it does not hold then."""
    zone = zone_book().numbered(number, day=on)
    return None if zone is None else drawing_of(zone, ())


def drawing_of(zone: ZoneOnDay, streets: tuple[Street, ...]) -> dict[str, Any]:
    """Draw a zone with its streets, each with its place in the list; a scale bar in metres."""
    paper, metres_a_px = to_paper(zone.boundary)
    bar_m = next((m for m in BARS_M if m / metres_a_px < DRAWING_PX / 3), BARS_M[-1])
    return {
        "path": path_of(zone.boundary, paper),
        "streets": [_drawn(street, place, paper) for place, street in enumerate(streets, start=1)],
        "bar_m": bar_m,
        "bar_px": round(bar_m / metres_a_px, 1),
        "size": DRAWING_PX,
    }


def _drawn(street: Street, place: int, paper: Any) -> dict[str, Any]:
    longest = max(shapely.get_parts(street.line), key=lambda part: part.length)
    middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    x, y = paper(middle.x, middle.y)
    return {"path": path_of(street.line, paper), "place": place, "x": x, "y": y}


def _clocks(rules: list[HoursRule]) -> tuple[str, ...]:
    spans = sorted({(rule.opens, rule.closes) for rule in rules})
    return tuple(
        f"{opens:%H:%M}–{'24:00' if closes == MIDNIGHT else f'{closes:%H:%M}'}"
        for opens, closes in spans
    )


def _free_days(rules: list[HoursRule]) -> Text:
    """Say on which days parking is free: the city's days of rest, or those of the zone's own."""
    days = next((rule.free_weekdays for rule in rules if rule.free_weekdays is not None), None)
    rest = (
        CITY_REST
        if days is None
        else Text(
            "، ".join(WEEKDAYS[day].ar for day in sorted(days)),
            ", ".join(WEEKDAYS[day].en for day in sorted(days)),
        )
    )
    told = [rest] if days is None or days else []
    if not all(rule.on_holidays for rule in rules):
        told.append(HOLIDAYS)
    if not told:
        return NO_FREE_DAY
    return Text("، ".join(one.ar for one in told), ", ".join(one.en for one in told))


def zone_sheet(*, number: str, on: dt.date) -> ZoneSheet | None:
    """Gather what is in force in a zone on a day; None where it does not hold then."""
    book = zone_book()
    zone = book.numbered(number, day=on)
    if zone is None:
        return None
    rules = rules_in_force(on, zone.zone_id, book.hours)
    streets = tuple(streets_of(zone.boundary))
    try:
        permit_price = zone_price(number, on)
    except NoTariff:
        permit_price = None
    return ZoneSheet(
        zone=zone,
        hours=_clocks([rule for rule in rules if not rule.in_ramadan]),
        in_ramadan=_clocks([rule for rule in rules if rule.in_ramadan]),
        free_days=_free_days(rules),
        price=book.price(number=number, day=on),
        permit_price=permit_price,
        streets=streets,
        drawing=drawing_of(zone, streets),
    )


def sheet_context(sheet: ZoneSheet, *, on: dt.date, at: dt.datetime) -> dict[str, Any]:
    """Return what the page and the paper of a sheet show."""
    arabic = in_arabic()
    return {
        "sheet": sheet,
        "zone": sheet.zone,
        "drawing": sheet.drawing,
        "rows": [(street, LIES[street.lies]) for street in sheet.streets],
        "nameless": sum(not street.has_name for street in sheet.streets),
        "on": on,
        "at": at.astimezone(PROFILE.time_zone),
        "lang": "ar" if arabic else "en",
        "dir": "rtl" if arabic else "ltr",
        "municipality": Text(PROFILE.municipality_ar, PROFILE.municipality_en),
        "is_demo": is_demo(),
        "short_code": settings.GEO_SMS_FROM,
    }


def sheet_pdf(sheet: ZoneSheet, *, on: dt.date, at: dt.datetime) -> bytes:
    """Print a sheet in the language of the page."""
    context = sheet_context(sheet, on=on, at=at) | {"fonts": fonts()}
    return pdf_of(render_to_string("parking_permits/zone_paper.html", context))
