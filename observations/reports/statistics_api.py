"""Statistics with an answer, for planners: hot spots, two periods compared, trends."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Router

from maps.heat.lattice import SIZES
from maps.heat.views import ExactHeat
from municipality import asked
from municipality.people.access import not_found, open_to
from municipality.problems import bad_value
from municipality.words import Text
from observations.reports import heat_request
from observations.reports.changes import Periods, changes
from observations.reports.heat import EXACT_ROLES
from observations.reports.heat_request import SELECTED, described
from observations.reports.hot_spots import (
    CELL_M,
    KINDS,
    MAX_REACH,
    Question,
    hot_spots,
    kept_city_spots,
)
from observations.reports.monthly_trends import month_trends
from observations.reports.statistics_words import (
    BOTH_ENDS,
    NEEDED,
    NEIGHBOURS,
    NO_BAND,
    ONE_OF,
    OVERLAP,
)

statistics_router = Router(tags=["heat"])
PLANNERS = tuple(sorted(EXACT_ROLES))
_SPOT_NAMES = ("cell_m", "neighbours", "band_m", "show")
_COMPARE_NAMES = ("before_from", "before_to", "by", "cell_m", "against")


def _answer(body: dict[str, Any], kind: str = "application/json") -> HttpResponse:
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False}, content_type=kind)
    response["Cache-Control"] = "no-store"
    return response


def _one_of(request: HttpRequest, name: str, known: tuple[str, ...]) -> str:
    """Read a word of a list; the first where it is absent."""
    text = asked.one(request, name) or known[0]
    if text not in known:
        raise bad_value(name, ONE_OF.with_values(name=name, known=", ".join(known)))
    return text


def _question(request: HttpRequest, heat: ExactHeat) -> Question:
    """Read which neighbours and cells are meant; raises Problem 422."""
    level = heat_request.cell_size(request, heat, default=CELL_M)
    size = SIZES[level]
    kind = asked.one(request, "neighbours") or KINDS[0]
    if kind not in KINDS:
        raise bad_value("neighbours", NEIGHBOURS.with_values(known=", ".join(KINDS)))
    band, text = 0.0, asked.one(request, "band_m")
    if kind == "band":
        most = MAX_REACH * size
        band = asked.whole(text or str(size), name="band_m", low=size, high=most)
    elif text is not None:
        raise bad_value("band_m", NO_BAND)
    show = _one_of(request, "show", ("significant", "all"))
    return Question(level, kind, band, show == "all")


@statistics_router.post(
    "/hotspots",
    summary="Hot and cold spots within a drawn shape",
    openapi_extra=described(*_SPOT_NAMES),
    operation_id="heat_hot_spots_within_a_shape",
)
@statistics_router.get(
    "/hotspots", summary="Hot and cold spots", openapi_extra=described(*_SPOT_NAMES)
)
@open_to(*PLANNERS)
def hotspots(request: HttpRequest) -> HttpResponse:
    """Answer cells with significantly many or few reports around them, as GeoJSON in WGS 84.

    Without any parameter: those of the whole city, found by the worker at most a quarter of an
    hour ago (``updated_at``); with any, found now.
    """
    on, at = asked.today(), timezone.now()
    found = heat_request.read(request, *_SPOT_NAMES)
    heat = found.heat
    if not isinstance(heat, ExactHeat):  # open_to let in who may see every count
        raise not_found()
    question = _question(request, heat)
    usual = not request.GET and heat.shape is None
    answer = kept_city_spots(on=on, at=at) if usual else None
    if answer is None:
        answer = hot_spots(heat, question, measure=found.measure, on=on, at=at)
    return _answer(answer, "application/geo+json")


def _needed_day(request: HttpRequest, name: str) -> dt.date:
    day = heat_request.day_of(request, name)
    if day is None:
        raise bad_value(name, NEEDED.with_values(name=name))
    return day


def _periods(request: HttpRequest) -> Periods:
    """Read both periods; raises Problem 422."""
    since, until = _needed_day(request, "from"), _needed_day(request, "to")
    before_since, before_until = (
        heat_request.day_of(request, name) for name in ("before_from", "before_to")
    )
    if (before_since is None) != (before_until is None):
        raise bad_value("before_from", BOTH_ENDS)
    if before_since is None or before_until is None:
        before_since, before_until = since - (until - since), since
    if before_since >= before_until:
        raise bad_value("before_from", heat_request.REVERSED)
    if before_since < until and since < before_until:
        raise bad_value("before_from", OVERLAP)
    return Periods((since, until), (before_since, before_until))


@statistics_router.post(
    "/compare",
    summary="Two periods compared within a drawn shape",
    openapi_extra=described(*_COMPARE_NAMES, filters=SELECTED),
    operation_id="heat_changes_within_a_shape",
)
@statistics_router.get(
    "/compare",
    summary="Two periods compared",
    openapi_extra=described(*_COMPARE_NAMES, filters=SELECTED),
)
@open_to(*PLANNERS)
def compare(request: HttpRequest) -> HttpResponse:
    """Answer where reports rose or fell between two periods beyond chance.

    ``from`` and ``to`` bound the period that is judged; ``by=cell`` answers GeoJSON, ``wilayat``
    and ``area`` rows.
    """
    heat = heat_request.read_exact(request, *_COMPARE_NAMES)
    periods = _periods(request)
    by = _one_of(request, "by", ("cell", "wilayat", "area"))
    against = _one_of(request, "against", ("days", "city"))
    level = heat_request.cell_size(request, heat, default=CELL_M)
    if by != "cell" and "cell_m" in request.GET:
        raise bad_value(
            "cell_m",
            Text("يُستعمل cell_m مع by=cell فقط.", "cell_m belongs to by=cell alone."),
        )
    body = changes(heat, periods, by=by, level=level, against=against, at=timezone.now())
    return _answer(body, "application/geo+json" if by == "cell" else "application/json")


@statistics_router.post(
    "/trends",
    summary="Trends within a drawn shape",
    openapi_extra=described("by", filters=SELECTED),
    operation_id="heat_trends_within_a_shape",
)
@statistics_router.get(
    "/trends", summary="Trends by place", openapi_extra=described("by", filters=SELECTED)
)
@open_to(*PLANNERS)
def trends(request: HttpRequest) -> HttpResponse:
    """Answer the monthly trend of every wilayat or area, told apart from its own noise.

    By default from the month of the first report up to the running month.
    """
    heat = heat_request.read_exact(request, "by")
    by = _one_of(request, "by", ("wilayat", "area"))
    return _answer(month_trends(heat, by=by, on=asked.today(), at=timezone.now()))
