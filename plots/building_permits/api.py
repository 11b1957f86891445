"""Building permits for machines: ``/api/building-permits``."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import shapely
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from municipality import asked, crs, geojson, geometry_gate
from municipality.openapi import parameters
from municipality.people.access import ANYONE, open_to
from municipality.people.limits import CHECKS, count
from municipality.places.models import Area, Wilayat
from municipality.problems import FieldProblem, Problem, bad_value
from municipality.words import Text, in_arabic
from plots.building_permits.drawings.astray import off_plot
from plots.building_permits.drawings.geojson import parts_of
from plots.building_permits.sites.checking import NAMES, Line, check, stated
from plots.building_permits.sites.context import NotOneSite, site_of
from plots.building_permits.sites.envelope import envelope_of
from plots.building_permits.sites.parts import Site
from plots.register.limits import MeasuredPlot, measured_plots
from plots.register.models import Plot
from plots.register.queries import plots_numbered

router = Router(tags=["building permits"])

MEMBERS = ("plot", "crs", "site")
MAX_BODY = 2_000_000
MAX_PLOTS = 20
EXACT = 9  # decimals of a degree: a tenth of a millimetre
LONGEST_ID = 19  # digits
NO_PLOT = Text("لا توجد قطعة بهذا الرقم.", "There is no plot of this number.")
SEVERAL = Text(
    "أكثر من قطعة تحمل الرقم {number}؛ اختر قطعتك بمنطقتها.",
    "Several plots have the number {number}; choose yours by its area.",
)
MOST_ALIKE = 100  # plots of one number that are named to choose from
NOT_IDS = Text(
    "المعامل plot معرّفات قطع؛ للبحث بالرقم أرسل number.",
    "The parameter plot holds ids of plots; to ask by number send number.",
)
ONE_OF_BOTH = Text("أرسل plot أو number، لا كليهما.", "Send plot or number, not both.")
NOT_A_PLOT = Text(
    f"معرّف قطعة أو رقمها، أو قائمة منها لا تزيد على {MAX_PLOTS}.",
    f"The id or the number of a plot, or a list of at most {MAX_PLOTS} of them.",
)
NOT_AN_OBJECT = Text("المطلوب كائن JSON.", "A JSON object is wanted.")
UNKNOWN_MEMBER = Text("حقل غير معروف.", "An unknown member.")
TOO_LONG = Text("الطلب أطول من المسموح.", "The request is too long.")


@router.get(
    "/envelope",
    summary="The edges of a site and where building may stand",
    openapi_extra=parameters("plot", "number"),
)
@open_to(ANYONE)
def envelope(request: HttpRequest) -> JsonResponse:
    """Answer each edge with its side, length and setback, and the ground that setbacks leave.

    ``plot`` holds ids, ``number`` numbers of the register, of which one is sent; several with
    commas are merged plots.  422 ``several_plots`` names the plots that share a number.
    """
    asked.only(request, ("plot", "number"))
    count(request, CHECKS, at=timezone.now())
    on = asked.today()
    plots = plots_asked(_several(request), on=on)
    try:
        site = site_of(plots=plots, buildings=shapely.Point(), on=on)
    except NotOneSite as refusal:
        raise bad_value("plot", refusal.why, code="not_one_site") from None
    return geojson.response(envelope_json(plots, site))


def _several(request: HttpRequest) -> list[object]:
    """Read the plots that a query string names, by ids or by numbers; raises Problem 422."""
    ids, numbers = asked.one(request, "plot"), asked.one(request, "number")
    if ids is not None and numbers is not None:
        raise bad_value("number", ONE_OF_BOTH)
    if numbers is not None:
        return list(numbers.split(","))
    several = (ids or "").split(",")
    if any(not one.isdecimal() or len(one) >= LONGEST_ID for one in several):
        raise bad_value("plot", NOT_IDS)
    return [int(one) for one in several]


def envelope_json(plots: list[MeasuredPlot], site: Site) -> dict[str, Any]:
    """Write what may be built where, in WGS 84, with the limits and their source."""
    found = envelope_of(site)

    def exact(shape: shapely.Geometry) -> dict[str, Any]:
        return geojson.geometry(shape, decimals=EXACT)  # drawings are pulled to these corners

    return {
        "plots": [{"id": plot.plot_id, "number": plot.number} for plot in plots],
        "plot": exact(site.plot),
        "plot_m2": round(float(site.plot.area), 2),
        "envelope": None if found.ground.is_empty else exact(found.ground),
        "is_whole": found.is_whole,
        "limits": {name: stated(value[0]) for name, value in asdict(site.limits).items()},
        "limits_source": site.limits_source,
        "edges": [
            {
                "side": edge.side.name.lower(),
                "name": str(NAMES[edge.side]),
                "length_m": round(edge.length_m, 2),
                "setback_m": edge.setback_m,
                "geometry": exact(edge.line),
            }
            for edge in found.edges
        ],
    }


@router.post("/check", summary="Check a site plan against the rules of its plot")
@open_to(ANYONE)
def check_site(request: HttpRequest) -> JsonResponse:
    """Answer each rule with permitted, provided, status and the geometry of a failure.

    ``plot`` is an id (number) or a number of the register (text), or a list of merged plots;
    ``crs`` the system of the coordinates, in and out (``EPSG:n``, default EPSG:4326); ``site`` a
    FeatureCollection whose features' ``properties`` are ``role``, ``floors``, ``height_m``,
    ``use``.  The plot always comes from the register, never from the drawing.
    """
    count(request, CHECKS, at=timezone.now())
    body = _body(request)
    on = asked.today()
    srid = geometry_gate.system(body["crs"]) if "crs" in body else crs.LONLAT
    plots = plots_asked(body.get("plot"), on=on)
    parts = parts_of(body.get("site"), srid=srid)
    drawn = shapely.union_all([shapely.convex_hull(part.shape) for part in parts])
    try:
        site = site_of(plots=plots, buildings=drawn, on=on)
    except NotOneSite as refusal:
        raise bad_value("plot", refusal.why, code="not_one_site") from None
    sheet, off = check(parts, site), off_plot(parts, site.plot)
    return geojson.response(
        {
            "verdict": sheet.verdict,
            "plot": [{"id": plot.plot_id, "number": plot.number} for plot in plots],
            "on": on.isoformat(),
            "off_plot": None if off is None else str(off),
            "rules": lines_json(sheet.lines, srid=srid),
        }
    )


def _body(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MAX_BODY:
        raise bad_value("", TOO_LONG, status=413, code="too_long")
    body = geometry_gate.strict_json(request.body)
    if not isinstance(body, dict):
        raise bad_value("", NOT_AN_OBJECT, status=400)
    for member in body:
        if member not in MEMBERS:
            raise bad_value(member, UNKNOWN_MEMBER, status=400, code="unknown_parameter")
    return body


def plots_asked(asked_for: object, *, on: dt.date) -> list[MeasuredPlot]:
    """Return the plots asked for, each once; raises Problem 422 for what is none."""
    several = asked_for if isinstance(asked_for, list) else [asked_for]
    if not 0 < len(several) <= MAX_PLOTS:
        raise bad_value("plot", NOT_A_PLOT)
    ids = list(dict.fromkeys(_plot_id(one) for one in several))
    found = measured_plots(ids, on=on)
    if len(found) < len(ids):
        raise bad_value("plot", NO_PLOT, code="no_such_plot")
    return found


def _plot_id(one: object) -> int:
    """Read an id, or find the plot by its number where one plot alone has it."""
    if isinstance(one, int) and not isinstance(one, bool) and 0 <= one < 2**63:
        return one
    if not isinstance(one, str) or not 0 < len(one) <= 60 or "\x00" in one:
        raise bad_value("plot", NOT_A_PLOT)
    numbered = list(plots_numbered(one).select_related("area", "wilayat")[:MOST_ALIKE])
    if not numbered:
        raise bad_value("plot", NO_PLOT, code="no_such_plot")
    if len(numbered) > 1:
        raise _several_plots(one, numbered)
    return int(numbered[0].pk)


def _several_plots(number: str, plots: Sequence[Plot]) -> Problem:
    """Make the refusal of a number that several plots have: it names each by its area."""

    def name(place: Area | Wilayat | None) -> str | None:
        return None if place is None else str(Text(place.name_ar, place.name_en or place.name_ar))

    detail = SEVERAL.with_values(number=number)
    alike = [
        {"id": plot.pk, "number": plot.number, "area": name(plot.area),
         "wilayat": name(plot.wilayat)}
        for plot in plots
    ]  # fmt: skip
    return Problem(
        422, "several_plots", detail, [FieldProblem("plot", detail)],
        extra={"number": number, "plots": alike},
    )  # fmt: skip


def lines_json(lines: Sequence[Line], *, srid: int) -> list[dict[str, Any]]:
    """Write the lines of a sheet; where another application builds is told in m² alone."""
    told = [
        None if line.rule == "overlap" or line.where is None or line.where.is_empty else line.where
        for line in lines
    ]
    language = "ar" if in_arabic() else "en"  # asked once: a sheet has forty texts
    shapes = geojson.geometries_in([*told, *(line.edge for line in lines)], srid=srid)
    return [
        {
            "rule": line.rule,
            "name": line.name.in_language(language),
            "beside": None if line.beside is None else line.beside.in_language(language),
            "permitted": line.permitted,
            "provided": line.provided,
            "unit": line.unit,
            "status": line.status,
            "source": line.source.in_language(language),
            "geometry": where,
            "edge": edge,
        }
        for line, where, edge in zip(lines, shapes[: len(lines)], shapes[len(lines) :], strict=True)
    ]
