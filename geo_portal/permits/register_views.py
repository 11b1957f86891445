"""The public register: list and map of permits, one permit, a feed, open data."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import map_config
from municipality import geojson
from municipality.csv_lines import MEDIA_TYPE, csv_lines
from municipality.digits import western
from municipality.people.access import ANYONE, not_found, open_to
from municipality.places.models import Area, Wilayat
from municipality.stored import shape_of
from municipality.words import Text
from plots.building_permits.models import BuildingPermit, Work
from plots.building_permits.paper import last_day
from plots.building_permits.register import Wanted, found_permits, last_moved, permit_numbered
from plots.building_permits.words import RANKS, STATES, WORKS

A_PAGE, A_CHUNK, MOST_OPEN, IN_FEED, ON_MAP = 50, 2_000, 20_000, 100, 500
FIRST_YEAR, LAST_YEAR = 1900, 2200
TITLE = Text("سجل إباحات البناء", "Register of building permits")
MEMBERS = ("q", "work", "state", "year", "wilayat", "area", "page")
FIELDS = ("number", "work", "rank", "state", "plot", "wilayat", "area", "issued_on", "valid_until")


def _wanted(request: HttpRequest) -> Wanted:
    """Read the filter of an address; what says nothing asks for everything."""
    told = {name: request.GET.get(name, "").replace("\x00", "")[:60] for name in MEMBERS}
    year = western(told["year"])
    is_year = year.isdecimal() and FIRST_YEAR < int(year[:5]) < LAST_YEAR
    return Wanted(
        told["q"], told["work"], told["state"], int(year) if is_year else None, told["wilayat"],
        told["area"],
    )  # fmt: skip


def permit_url(permit: BuildingPermit) -> str:
    """Return the address of a permit's page, without its host."""
    serial, _, year = permit.number.partition("/")
    return reverse("permits:permit", args=[int(year), int(serial)])


def _facts(permit: BuildingPermit) -> dict[str, Any]:
    return {
        "number": permit.number,
        "work": permit.work,
        "rank": permit.rank,
        "state": permit.state,
        "plot": permit.plot_numbers,
        "wilayat": permit.wilayat.code if permit.wilayat is not None else None,
        "area": permit.area.code if permit.area is not None else None,
        "issued_on": permit.valid.lower.isoformat(),
        "valid_until": last_day(permit).isoformat(),
    }


def _row(permit: BuildingPermit) -> dict[str, Any]:
    return {
        "permit": permit,
        "url": permit_url(permit),
        "work": WORKS[Work(permit.work)],
        "rank": RANKS[BuildingPermit.Rank(permit.rank)],
        "state": STATES[BuildingPermit.State(permit.state)],
        "last_day": last_day(permit),
    }


def _feature(permit: BuildingPermit) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": permit.pk,
        "geometry": geojson.geometry(shape_of(permit.place)),
        "properties": _facts(permit),
    }


@require_safe
@open_to(ANYONE)
def register(request: HttpRequest) -> HttpResponse:
    """Show the permits that are looked for, as a list and on the map."""
    wanted = _wanted(request)
    found = found_permits(wanted)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    things = [
        {**_feature(one), "properties": {"number": one.number, "url": permit_url(one)}}
        for one in found[:ON_MAP]
    ]
    context = {
        "rows": [_row(one) for one in page],
        "page": page,
        "on_map": len(things),
        "wanted": wanted,
        "query": query.urlencode(),
        "works": [(work, WORKS[work]) for work in Work],
        "states": [(state, STATES[state]) for state in BuildingPermit.State],
        "wilayats": Wilayat.objects.order_by("pk"),
        "areas": Area.objects.filter(wilayat__code=wanted.wilayat).order_by("name_ar")
        if wanted.wilayat else (),
        "config": map_config(request, things={"type": "FeatureCollection", "features": things}),
    }  # fmt: skip
    return render(request, "permits/register.html", context)


@require_safe
@open_to(ANYONE)
def permit_page(request: HttpRequest, year: int, serial: int) -> HttpResponse:
    """Show what anyone may know of one permit."""
    permit = permit_numbered(f"{serial}/{year}")
    if permit is None:
        raise not_found()
    things = {"type": "FeatureCollection", "features": [_feature(permit)]}
    context = {**_row(permit), "config": map_config(request, things=things)}
    return render(request, "permits/permit.html", context)


@require_safe
@open_to(ANYONE)
def open_data(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """Give the permits that are looked for: all as CSV; as GeoJSON at most so many, and says so."""
    rows = found_permits(_wanted(request))
    if form == "geojson":
        features = [_feature(one) for one in rows[:MOST_OPEN]]
        body = {
            "type": "FeatureCollection", "features": features,
            "numberMatched": rows.count(), "numberReturned": len(features),
        }  # fmt: skip
        return geojson.response(body)
    if form != "csv":
        raise not_found()
    lines = csv_lines(FIELDS, (_facts(one) for one in rows.iterator(A_CHUNK)))
    answer = StreamingHttpResponse(lines, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="building-permits.csv"'
    return answer


@require_safe
@open_to(ANYONE)
def feed(request: HttpRequest) -> HttpResponse:
    """Tell what last happened to permits as an Atom feed: issued, renewed, ended."""
    made = Atom1Feed(
        title=str(TITLE),
        link=f"{settings.GEO_PUBLIC_URL}{reverse('permits:register')}",
        description="",
        feed_url=f"{settings.GEO_PUBLIC_URL}{request.path}",
    )
    for one in last_moved(_wanted(request))[:IN_FEED]:
        row, address = _row(one), f"{settings.GEO_PUBLIC_URL}{permit_url(one)}"
        made.add_item(
            title=f"{one.number} · {row['work']}",
            link=address,
            description=f"{row['state']} · {one.plot_numbers}",
            unique_id=address,
            pubdate=one.issued_at,
            updateddate=one.changed_at or one.issued_at,
        )
    return HttpResponse(
        made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
