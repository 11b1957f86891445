"""Reports for machines: ``/api/observations`` (words) and ``/api/heat`` (counts on the lattice)."""

import datetime as dt
import uuid
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from ninja import Router

from maps.heat.exports import FORMATS
from maps.heat.geojson import cells_touching, feature_chunks
from maps.heat.lattice import SIZES, Window, default_cell_m, window_of_bbox
from maps.heat.queries import Cells
from maps.heat.tiles import MIN_ZOOM, png_tile, tile_window, vector_tile
from maps.tiles import TileAddress, tile_address
from maps.views import MVT, content_answer
from municipality import asked, crs
from municipality.people.access import ANYONE, not_found, open_to
from municipality.problems import Problem, bad_value
from municipality.words import Text
from observations.reports import heat_request
from observations.reports.api_answers import about, as_of, cache_of, refuse_too_many
from observations.reports.export_api import (
    AT_ONCE,
    MAX_EXPORTED,
    as_answer,
    counted_for,
    exported_later,
    fetched,
    written,
)
from observations.reports.heat import (
    EXACT_ROLES,
    category_rows,
    place_words,
    status_rows,
    wilayat_rows,
)
from observations.reports.heat_request import Asked, described
from observations.reports.models import Category

observations_router = Router(tags=["observations"])
heat_router = Router(tags=["heat"])

MAX_CELLS = 500_000  # of one answer: a whole city at 50 m has under 200,000 a million reports
STREAMED_FROM = 20_000  # cells: from here an answer is sent while it is written
MAX_TILE_CELLS = 60_000


def chosen_from(*, on: dt.date) -> QuerySet[Category]:
    """Return the categories that a new report of a day may have, in their order."""
    active = Q(retired_on=None) | Q(retired_on__gt=on)
    return Category.objects.filter(active).order_by("position", "id")


@observations_router.get("/categories", summary="Categories of reports")
@open_to(ANYONE)
def categories(request: HttpRequest) -> JsonResponse:
    """Answer the public categories' codes with their Arabic and English names.

    One that is retired is not among them from its day on: nobody chooses it any more.
    """
    asked.only(request, ())
    rows = chosen_from(on=asked.today()).filter(public=True)
    listed = list(rows.values("code", "name_ar", "name_en", "priority"))
    return JsonResponse({"categories": listed}, json_dumps_params={"ensure_ascii": False})


def _json(found: Asked, body: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = cache_of(found)
    return response


@heat_router.post(
    "/cells",
    summary="Cells of the lattice within a drawn shape",
    openapi_extra=described("bbox", "cell_m"),
    operation_id="heat_cells_within_a_shape",
)
@heat_router.get(
    "/cells",
    summary="Cells of the lattice with their counts",
    openapi_extra=described("bbox", "cell_m"),
)
@open_to(ANYONE)
def cells(request: HttpRequest) -> HttpResponseBase:
    """Answer the cells that touch ``bbox``, each whole, as GeoJSON in WGS 84.

    ``count`` is the sum of the cells.  ``suppressed`` is how many of the public's released
    reports are told only in a larger cell that touches ``bbox``; those told in no cell at all are
    among them where ``bbox`` holds the whole city, as it does by default.  A planner's answer
    withholds nothing.  ``updated_at`` is now for a planner and the latest release for the public
    (null before the first).  At most 500,000 cells; large answers come without a length.
    """
    found = heat_request.read(request, "bbox", "cell_m")
    level = heat_request.cell_size(request, found.heat, default=800)
    box = heat_request.bbox(request)
    counted = found.heat.cells(level=level, window=window_of_bbox(box, level=level))
    counted, lon, lat = cells_touching(counted, box)
    refuse_too_many(counted, MAX_CELLS)
    facts = about(found, counted, box)
    chunks = feature_chunks(counted, lon, lat, measure=found.measure, about=facts)
    streamed = len(counted.x) >= STREAMED_FROM
    answer = StreamingHttpResponse if streamed else HttpResponse
    response = answer(chunks, content_type="application/geo+json")
    response["Cache-Control"] = cache_of(found)
    return response


def _tile(
    request: HttpRequest, z: str, x: str, y: str, *others: str
) -> tuple[Asked, TileAddress, Window, Cells | None]:
    """Read a tile's address and filters; no cells where the zoom is too wide."""
    at = tile_address(z, x, y)
    found = heat_request.read(request, "cell_m", *others)
    level = heat_request.cell_size(request, found.heat, default=default_cell_m(at.z))
    if at.z < MIN_ZOOM:
        return found, at, Window(level, 0, 0, 0, 0), None
    window = tile_window(at, level=level)
    counted = found.heat.cells(level=level, window=window)
    refuse_too_many(counted, MAX_TILE_CELLS)
    return found, at, window, counted


def _picture(request: HttpRequest, found: Asked, body: bytes, kind: str) -> HttpResponse:
    response = content_answer(request, body, content_type=kind, cache=cache_of(found))
    patch_vary_headers(response, ("Cookie",))  # a planner's tile is not the public's
    return response


@heat_router.get(
    "/tiles/{z}/{x}/{y}.mvt", summary="Cells as vector tiles", openapi_extra=described("cell_m")
)
@open_to(ANYONE)
def mvt(request: HttpRequest, z: str, x: str, y: str) -> HttpResponse:
    """Answer layer ``heat``: a cell that touches the tile is in it whole, with its full count."""
    found, at, window, counted = _tile(request, z, x, y)
    body = (
        b"" if counted is None else vector_tile(counted, at, window=window, measure=found.measure)
    )
    return _picture(request, found, body, MVT)


@heat_router.get(
    "/tiles/{z}/{x}/{y}.png",
    summary="Cells as pictures in the seven classes",
    openapi_extra=described("cell_m", "theme"),
)
@open_to(ANYONE)
def png(request: HttpRequest, z: str, x: str, y: str) -> HttpResponse:
    """Answer 256 x 256 pixels; ``theme`` light or dark."""
    theme = asked.one(request, "theme") or "light"
    if theme not in ("light", "dark"):
        raise bad_value("theme", Text("theme: light أو dark.", "theme is light or dark."))
    found, at, window, counted = _tile(request, z, x, y, "theme")
    if counted is None:
        none = Text("التكبير أصغر من أن تُرسم الخلايا.", "Too far out for cells to be drawn.")
        raise Problem(404, "too_far_out", none)
    body = png_tile(counted, at, window=window, measure=found.measure, theme=theme)
    return _picture(request, found, body, "image/png")


@heat_router.get(
    "/cell", summary="What is in one cell", openapi_extra=described("x", "y", "cell_m")
)
@open_to(ANYONE)
def cell(request: HttpRequest) -> HttpResponse:
    """Answer one cell by its column ``x`` and row ``y`` at ``cell_m``: kinds, stages, place."""
    found = heat_request.read(request, "x", "y", "cell_m")
    level = heat_request.cell_size(request, found.heat, default=800)
    x, y = (heat_request.lattice_index(request, name) for name in ("x", "y"))
    sums = found.heat.totals_in_cell(level=level, x=x, y=y)
    size = SIZES[level]
    middle = Point((x + 0.5) * size, (y + 0.5) * size, srid=crs.METRIC)
    words = place_words(middle, on=asked.today()) if sums.count else None
    return _json(
        found,
        {
            "count": sums.count,
            "x": x,
            "y": y,
            "cell_m": size,
            "place_ar": words.ar if words else None,
            "place_en": words.en if words else None,
            "categories": category_rows(sums.categories),
            "statuses": status_rows(sums.statuses),
            "class": found.heat.name,
        },
    )


@heat_router.get(
    "/export.{kind}", summary="Cells as a file", openapi_extra=described("bbox", "cell_m")
)
@open_to(ANYONE)
def export_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Answer the cells of a selection as geojson, csv, gpkg, parquet, tif, png or html.

    A planner's large file is written by the worker: 200 with the file within ten seconds, else
    202 with ``Location``, where it can be fetched for a day.  One at a time: 409.
    """
    if kind not in FORMATS:
        raise not_found()
    found, cells_counted = counted_for(request, kind)
    if found.heat.name == "exact" and AT_ONCE[kind] < cells_counted <= MAX_EXPORTED[kind]:
        return exported_later(request, kind)
    return as_answer(written(request, kind))


@heat_router.get("/exports/{uuid:export_id}", summary="A file that was put in the queue")
@open_to(*sorted(EXACT_ROLES))
def prepared_export(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """Answer the file to who asked for it; 202 while it is being written."""
    asked.only(request, ())
    return fetched(int(request.user.pk or 0), export_id)


def _months(counts: dict[dt.date, int]) -> list[dict[str, Any]]:
    """List every month from the first to the last, those without reports too."""
    rows: list[dict[str, Any]] = []
    if not counts:
        return rows
    at, last = min(counts), max(counts)
    while at <= last:
        rows.append({"month": f"{at:%Y-%m}", "count": counts.get(at, 0)})
        at = at.replace(year=at.year + at.month // 12, month=at.month % 12 + 1)
    return rows


@heat_router.post(
    "/summary",
    summary="Sums within a drawn shape",
    openapi_extra=described(),
    operation_id="heat_sums_within_a_shape",
)
@heat_router.get("/summary", summary="Sums of a selection", openapi_extra=described())
@open_to(ANYONE)
def summary(request: HttpRequest) -> HttpResponse:
    """Answer the sums of a selection by month, wilayat, category and status."""
    found = heat_request.read(request)
    sums = found.heat.totals()
    return _json(
        found,
        {
            "count": sums.count,
            "outside_count": sums.wilayats.get(0, 0),
            "months": _months(sums.months),
            "wilayats": wilayat_rows(sums.wilayats),
            "categories": category_rows(sums.categories),
            "statuses": status_rows(sums.statuses),
            "suppressed": found.heat.suppressed(level=None),
            "class": found.heat.name,
            "updated_at": as_of(found),
        },
    )
