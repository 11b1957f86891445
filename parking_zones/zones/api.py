"""Parking zones for machines: ``/api/parking``."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from municipality import asked, geojson, geometry_gate
from municipality.openapi import parameters
from municipality.people.access import ANYONE, open_to
from parking_zones.zones.book import zone_book
from parking_zones.zones.features import answer_json, zone_feature
from parking_zones.zones.queries import charge_in, city_time, zone_at

router = Router(tags=["parking"])


@router.get(
    "/zones",
    summary="All parking zones of a day, with tariff and hours",
    openapi_extra=parameters("at"),
)
@open_to(ANYONE)
def zones(request: HttpRequest) -> JsonResponse:
    """Answer a FeatureCollection of the zones in force ``at`` a moment (default now)."""
    asked.only(request, ("at",))
    at = asked.moment(asked.one(request, "at"), name="at", default=timezone.now())
    book, day = zone_book(), city_time(at).date()
    features = [
        zone_feature(zone, charge_in(book=book, zone=zone, at=at)) for zone in book.on_day(day)
    ]
    return geojson.response({"type": "FeatureCollection", "features": features})


@router.get(
    "/zones/at",
    summary="Which zone is here: one of four answers, and the tariff",
    openapi_extra=parameters("lon", "lat", "accuracy_m", "at", required=("lon", "lat")),
)
@open_to(ANYONE)
def zones_at(request: HttpRequest) -> JsonResponse:
    """Answer for ``lon``, ``lat`` (WGS 84), ``accuracy_m`` (default 10) and ``at`` (a moment)."""
    asked.only(request, ("lon", "lat", "accuracy_m", "at"))
    point, accuracy_m = geometry_gate.fix(request)
    at = asked.moment(asked.one(request, "at"), name="at", default=timezone.now())
    answer = zone_at(point=point, accuracy_m=accuracy_m, at=at)
    return JsonResponse(answer_json(answer, point=point, accuracy_m=accuracy_m))
