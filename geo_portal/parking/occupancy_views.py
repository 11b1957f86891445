"""How full parking is and what it takes in, for planners; before and after a change of price."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import map_config
from municipality import asked, geojson
from municipality.calendar.rest_days import NoCalendar
from municipality.digits import western
from municipality.people.access import open_to
from municipality.problems import Problem, bad_value
from municipality.reach import as_system
from municipality.words import Text
from parking_zones.occupancy.comparing import Compared, changes_of_price, compare
from parking_zones.occupancy.counting import HOURS
from parking_zones.occupancy.queries import CHANNELS, Use, ZoneUse, last_sold, use_of
from parking_zones.zones.book import ZoneBook, zone_book

DAY = dt.timedelta(days=1)
DAYS = 28  # four weeks: as many of each weekday
MOST_DAYS = 92
NOT_DRAWN = ("parking_zones", "areas")  # the comparison stands in their place
TOO_LONG = Text(
    f"اختر مدة من يوم إلى {MOST_DAYS} يومًا.", f"Choose a span of one to {MOST_DAYS} days."
)
NO_CALENDAR = Text("لا تقويم لبعض هذه الأيام.", "Some of these days have no calendar.")


NO_SUCH_ZONE = Text(
    "لا منطقة مدفوعة بهذا الرقم في آخر يوم من المدة.",
    "No paid zone has this number on the last day of the span.",
)
NO_CHANGE = Text(
    "لم يبدأ سعر في هذا اليوم. اختر من القائمة.",
    "No price began on this day. Choose from the list.",
)


def _span(request: HttpRequest, newest: dt.date) -> tuple[dt.date, dt.date]:
    """Read the first and the last day, both taken; four weeks up to ``newest`` by default."""
    last = asked.day(request.GET.get("to"), name="to", default=newest)
    first = asked.day(request.GET.get("from"), name="from", default=last - (DAYS - 1) * DAY)
    if not 1 <= (last - first).days + 1 <= MOST_DAYS:
        raise bad_value("from", TOO_LONG)
    return first, last + DAY


def _newest(sold: dt.date | None) -> dt.date:
    """Return the last day to show unasked: yesterday, or where weeks lie empty that of a ticket."""
    yesterday = asked.today() - DAY
    return yesterday if sold is None or sold > yesterday - DAYS * DAY else sold


def _change(request: HttpRequest, changes: list[dt.date]) -> dt.date | None:
    """Read the change of price to compare about; raises Problem 422 for a day without one."""
    text = request.GET.get("change", "")
    if not text:
        return None
    day = asked.day(text, name="change", default=dt.date.min)
    if day not in changes:
        raise bad_value("change", NO_CHANGE)
    return day


def _zone(request: HttpRequest, use: Use) -> ZoneUse | None:
    """Read the zone whose hours are asked for; raises Problem 422 for one that does not hold."""
    number = western(request.GET.get("zone", "").strip())
    if not number:
        return None
    found = next((one for one in use.zones if one.zone.number == number), None)
    if found is None:
        raise bad_value("zone", NO_SUCH_ZONE)
    return found


def _hours(use: Use, zone: ZoneUse | None) -> list[dict[str, Any]]:
    """Return a row an hour of the day, of one zone or of all whose bays are known."""
    rows = []
    chosen = use.zones if zone is None else (zone,)
    known = [one for one in chosen if one.stalls is not None]
    for hour in range(HOURS):
        could = sum(one.paid[hour] * (one.stalls or 0) for one in known)
        taken = sum(one.taken[hour] for one in known)
        baisa = [sum(one.baisa(channel, hour) for one in chosen) for channel in CHANNELS]
        if could or any(baisa):
            pct = 100 * taken / could if could else None
            rows.append({"hour": f"{hour:02d}:00", "pct": pct, "baisa": baisa})
    return rows


def _zones(use: Use) -> list[dict[str, Any]]:
    return [
        {
            "use": one,
            "pct": one.occupancy_pct(),
            "baisa": [one.baisa(channel) for channel in CHANNELS],
            "total": one.baisa(),
        }
        for one in sorted(use.zones, key=lambda one: -one.baisa())
    ]


def _feature(one: Compared) -> dict[str, Any]:
    pct = one.revenue_pct
    text = "?" if pct is None else f"{pct:+.0f}%".replace("-", "−")
    text = "±0%" if one.tone == "same" else text
    return {
        "type": "Feature",
        "geometry": geojson.geometry(one.after.zone.boundary),
        "properties": {"number": one.after.zone.number, "tone": one.tone, "text": text},
    }


def _compared(book: ZoneBook, day: dt.date) -> dict[str, Any]:
    """Compare the days from a change of price on with as many before it."""
    days = min(DAYS, (asked.today() - day).days)
    before = use_of(book=book, first=day - days * DAY, after=day)
    after = use_of(book=book, first=day, after=day + days * DAY)
    rows = compare(before=before, after=after, book=book)
    return {
        "day": day,
        "days": days,
        "rows": sorted(rows, key=lambda one: -abs(one.revenue_pct or 0)),
        "features": {"type": "FeatureCollection", "features": [_feature(one) for one in rows]},
    }


@require_safe
@open_to("planner", "zone_manager")
def occupancy(request: HttpRequest) -> HttpResponse:
    """Show paid occupancy and revenue by zone, hour and channel; a change of price on the map."""
    book = zone_book()
    with as_system():
        sold = last_sold(until=asked.today())
    newest = _newest(sold)
    first, after = _span(request, newest)
    changes = changes_of_price(book, until=asked.today())
    chosen = _change(request, changes)
    try:
        with as_system():  # sums of tickets and permits, and no row of either
            use = use_of(book=book, first=first, after=after)
            compared = None if chosen is None else _compared(book, chosen)
    except NoCalendar:
        raise Problem(409, "parking_gap", NO_CALENDAR) from None
    zone = _zone(request, use)
    config = map_config(request, features=compared["features"] if compared else None)
    config["layers"] = [name for name in config["layers"] if name not in NOT_DRAWN]
    context = {
        "config": config,
        "attribution": config["attribution"],
        "use": use,
        "first": first,
        "last": after - DAY,
        "sold": sold,
        "is_earlier": after - DAY == newest < asked.today() - DAY,
        "is_empty": not use.unplaced.tickets and not any(one.tickets for one in use.zones),
        "zone": zone,
        "zones": _zones(use),
        "hours": _hours(use, zone),
        "changes": changes,
        "compared": compared,
    }
    return render(request, "parking/occupancy.html", context)
