"""The sheet of a zone: its map, hours, prices and streets; to read, and to print."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import map_config
from geo_portal.parking_permits.shown import zone_feature
from municipality import asked
from municipality.asked import today
from municipality.digits import western
from municipality.people.access import ANYONE, not_found, open_to
from parking_zones.parking_permits.zone_sheet import (
    ZoneSheet,
    sheet_context,
    sheet_pdf,
    zone_sheet,
)


def _sheet(request: HttpRequest, number: str) -> tuple[ZoneSheet, dt.date]:
    """Return the sheet of a zone and its day; raises Problem 404 where it does not hold then."""
    on = asked.day(request.GET.get("on"), name="on", default=today())
    sheet = zone_sheet(number=western(number), on=on)
    if sheet is None:
        raise not_found()
    return sheet, on


@require_safe
@open_to(ANYONE)
def zone_sheet_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show the sheet of a zone as it holds on a day (``on``, today if not told)."""
    sheet, on = _sheet(request, number)
    drawn = zone_feature(sheet.zone.number, on=on)
    things = {"type": "FeatureCollection", "features": [drawn] if drawn is not None else []}
    context = sheet_context(sheet, on=on, at=timezone.now()) | {
        "config": map_config(request, things=things)
    }
    return render(request, "parking_permits/sheet.html", context)


@require_safe
@open_to(ANYONE)
def zone_sheet_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Give the sheet as PDF, to print and hang up."""
    sheet, on = _sheet(request, number)
    answer = HttpResponse(
        sheet_pdf(sheet, on=on, at=timezone.now()), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="zone-{sheet.zone.number}.pdf"'
    return answer
