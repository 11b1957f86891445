"""The register for machines: ``/api/plots``."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from ninja import Router

from municipality import asked, geojson, geometry_gate
from municipality.openapi import parameters
from municipality.people.access import ANYONE, not_found, open_to
from municipality.people.limits import PLOT_ATTRIBUTES, count
from municipality.problems import bad_value
from municipality.words import Text
from plots.register.features import plot_feature, restriction_json
from plots.register.queries import PlotOnDay, plot_at, plot_on, plots_numbered
from plots.restrictions.queries import restrictions_of
from plots.restrictions.sheet import sheet_pdf

router = Router(tags=["plots"])

MAX_LISTED = 50
MAX_NUMBER = 60  # characters; the register's own columns hold no more
TOO_LONG = Text(
    "عدد حروف المكتوب {n}، ولا يزيد رقم قطعة في السجل على {most}.",
    "That is {n} characters long; no number in the register has more than {most}.",
).with_values(n="{n}", most=MAX_NUMBER)
NOT_TEXT = Text("في الرقم رمز لا يُكتب.", "The number holds a character that no text has.")
MAX_ID = 2**63 - 1
_ID = re.compile(r"[0-9]{1,19}")  # int() refuses thousands of digits with an error of its own


def found_plot(plot_id: str, request: HttpRequest) -> tuple[PlotOnDay, Any]:
    """Return the plot of an address as it was on the day asked for; raises Problem 404 or 429."""
    count(request, PLOT_ATTRIBUTES, at=timezone.now())
    on = asked.day(asked.one(request, "on"), name="on", default=asked.today())
    if not _ID.fullmatch(plot_id) or int(plot_id) > MAX_ID:
        raise not_found()
    plot = plot_on(plot_id=int(plot_id), on=on)
    if plot is None:
        raise not_found()
    return plot, on


@router.get(
    "/at",
    summary="Which plot is here: one of four answers",
    openapi_extra=parameters("lon", "lat", "accuracy_m", "on", required=("lon", "lat")),
)
@open_to(ANYONE)
def at(request: HttpRequest) -> JsonResponse:
    """Answer for ``lon``, ``lat`` (WGS 84), ``accuracy_m`` (default 10) and ``on`` (a day)."""
    asked.only(request, ("lon", "lat", "accuracy_m", "on"))
    point, accuracy_m = geometry_gate.fix(request)
    on = asked.day(asked.one(request, "on"), name="on", default=asked.today())
    answer = plot_at(point=point, accuracy_m=accuracy_m, on=on)
    candidates = [
        {
            "id": candidate.feature.plot_id,
            "number": candidate.feature.facts.number,
            "use_class": candidate.feature.facts.use_class,
            "distance_to_edge_m": round(candidate.distance_to_edge_m, 3),
            "version": candidate.feature.facts.version,
        }
        for candidate in answer.candidates
    ]
    return JsonResponse(
        {
            "result": answer.result.value,
            "accuracy_m": accuracy_m,
            "on": on.isoformat(),
            "candidates": candidates,
        }
    )


@router.get(
    "",
    summary="Plots by old or new number, in any digits",
    openapi_extra=parameters("number", "on", required=("number",)),
)
@open_to(ANYONE)
def by_number(request: HttpRequest) -> JsonResponse:
    """Answer a FeatureCollection of the plots that are known by ``number``."""
    asked.only(request, ("number", "on"))
    number = (asked.one(request, "number") or "").strip()
    if not number:
        raise bad_value(
            "number",
            Text("اكتب رقم القطعة.", "Give the number of the plot."),
            status=400,
            code="missing_value",
        )
    if len(number) > MAX_NUMBER:
        raise bad_value("number", TOO_LONG.with_values(n=len(number)))
    if "\x00" in number:
        raise bad_value("number", NOT_TEXT)
    on = asked.day(asked.one(request, "on"), name="on", default=asked.today())
    count(request, PLOT_ATTRIBUTES, at=timezone.now())
    found = plots_numbered(number).select_related("wilayat", "area", "phase")
    plots = list(found[: MAX_LISTED + 1])
    features = [plot_feature(PlotOnDay(plot.pk, plot), on=on) for plot in plots[:MAX_LISTED]]
    return geojson.response(
        {
            "type": "FeatureCollection",
            "numberReturned": len(features),
            "more": len(plots) > MAX_LISTED,
            "features": features,
        }
    )


@router.get("/{plot_id}", summary="One plot with its limits", openapi_extra=parameters("on"))
@open_to(ANYONE)
def detail(request: HttpRequest, plot_id: str) -> JsonResponse:
    """Answer the plot as a feature, as it is now or as it was ``on`` a day."""
    asked.only(request, ("on",))
    plot, on = found_plot(plot_id, request)
    return geojson.response(plot_feature(plot, on=on))


@router.get(
    "/{plot_id}/restrictions",
    summary="What restricts a plot, theme by theme",
    openapi_extra=parameters("on"),
)
@open_to(ANYONE)
def restrictions(request: HttpRequest, plot_id: str) -> JsonResponse:
    """Answer concerned, not concerned or no data for every theme, with m² and per cent."""
    asked.only(request, ("on",))
    plot, on = found_plot(plot_id, request)
    rows = restrictions_of(shape=plot.shape, on=on)
    return JsonResponse(
        {
            "plot": plot.plot_id,
            "number": plot.facts.number,
            "version": plot.facts.version,
            "on": on.isoformat(),
            "measured_m2": round(plot.shape.area, 2),
            "themes": [restriction_json(row) for row in rows],
        }
    )


@router.get(
    "/{plot_id}/restrictions.pdf",
    summary="What restricts a plot, as a sheet to print",
    openapi_extra=parameters("on", "lang"),
)
@open_to(ANYONE)
def restrictions_sheet(request: HttpRequest, plot_id: str) -> HttpResponse:
    """Answer one A4 page in Arabic, or in English by ``lang=en``."""
    asked.only(request, ("on", "lang"))
    plot, on = found_plot(plot_id, request)
    language = "en" if asked.one(request, "lang") == "en" else "ar"
    with translation.override(language):
        pdf = sheet_pdf(
            plot, on=on, at=timezone.now(), address=request.build_absolute_uri(f"/?plot={plot_id}")
        )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="plot-{plot.plot_id}.pdf"'
    return response
