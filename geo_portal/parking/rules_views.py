"""The rules of a zone over a year: open to anyone, for zones and tariffs are open data."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from municipality import asked
from municipality.digits import western
from municipality.people.access import ANYONE, open_to, roles_of
from municipality.words import Text
from parking_zones.pricing.paid_hours import MIDNIGHT, rules_in_force
from parking_zones.pricing.year import Clocks, Gap, Regime, year_of
from parking_zones.rule_changes.ramadan import unknown
from parking_zones.zones.book import Terms, ZoneOnDay, zone_book

FIRST_YEAR, LAST_YEAR = 1990, 2100
GAPS = {
    Gap.HOURS: Text("لا أوقات رسوم", "no paid hours"),
    Gap.PRICE: Text("لا تعرفة", "no price"),
    Gap.TERMS: Text("لا شروط تذاكر", "no terms of tickets"),
    Gap.CALENDAR: Text("لا تقويم", "no calendar"),
}


def _year(request: HttpRequest) -> int:
    """Read the year; this one where none is asked for, or none that there is."""
    text = western(request.GET.get("year", "").strip())
    is_year = text.isascii() and text.isdigit() and len(text) == 4
    return int(text) if is_year and FIRST_YEAR <= int(text) <= LAST_YEAR else asked.today().year


def _zones(year: int) -> list[ZoneOnDay]:
    """Return the zones that hold on some day of a year, each once, in the order of their signs."""
    found: dict[str, ZoneOnDay] = {}
    for one in zone_book().versions:
        ended = one.span.after is not None and one.span.after.year < year
        begins = one.span.first is not None and one.span.first.year > year
        if not ended and not begins:
            found[one.number] = one
    return sorted(found.values(), key=lambda zone: (len(zone.number), zone.number))


def _hours(clocks: Clocks) -> list[str]:
    return [
        f"{opens:%H:%M}–{'24:00' if closes == MIDNIGHT else f'{closes:%H:%M}'}"
        for opens, closes in clocks
    ]


def _row(regime: Regime[Terms]) -> dict[str, Any]:
    return {
        "regime": regime,
        "hours": _hours(regime.clocks),
        "gaps": [str(GAPS[gap]) for gap in sorted(regime.gaps)],
    }


def _table(zone: ZoneOnDay, year: int) -> dict[str, Any]:
    book = zone_book()
    regimes = year_of(
        year,
        rules=book.rules(zone),
        terms_on=lambda day: book.terms(zone_id=zone.zone_id, day=day),
    )
    return table_of(regimes)


def table_of(regimes: Sequence[Regime[Terms]]) -> dict[str, Any]:
    """Return what the table of rules shows: its rows, and the sums that prove them."""
    return {
        "rows": [_row(one) for one in regimes],
        "minutes": sum(one.minutes for one in regimes),
        "paid": sum(one.paid for one in regimes),
        "free": sum(one.free for one in regimes),
        "gap": sum(one.gap for one in regimes),
    }


def _is_ramadan_unknown(zone: ZoneOnDay, year: int) -> bool:
    """Tell whether a zone has hours of Ramadan that the year's table cannot place."""
    book, first = zone_book(), dt.date(year, 1, 1)
    days = (first, dt.date(year, 7, 1), dt.date(year, 12, 31))
    fasting = any(
        rule.in_ramadan for day in days for rule in rules_in_force(day, zone.zone_id, book.hours)
    )
    return fasting and bool(unknown(book.calendar, year, years=1))


@require_safe
@open_to(ANYONE)
def rules_of_a_year(request: HttpRequest) -> HttpResponse:
    """Show what each minute of a year is in one zone, and prove that none is without a rule."""
    year = _year(request)
    zones = _zones(year)
    number = western(request.GET.get("zone", "").strip())
    zone = next((one for one in zones if one.number == number), zones[0] if zones else None)
    context = {
        "zones": zones,
        "zone": zone,
        "year": year,
        "may_change": bool(roles_of(request) & {"zone_manager", "supervisor"}),
        "ramadan_unknown": zone is not None and _is_ramadan_unknown(zone, year),
        "table": None if zone is None else _table(zone, year),
    }
    return render(request, "parking/rules.html", context)
