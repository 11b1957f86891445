"""The works under a permit, for machines: ``/api/building-permits/works``."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from geo_portal.casework.api import body_of
from geo_portal.permits.asking import works_asked
from geo_portal.permits.drawing_api import read_on_plots
from geo_portal.permits.shown import works_json
from geo_portal.permits.sites import drawn_of, sheet_on, taken_into_case
from municipality import asked, geojson
from municipality.geometry_gate import accuracy, fix, position
from municipality.located import DEFAULT_ACCURACY_M
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.problems import bad_value
from municipality.words import Text
from plots.building_permits.construction.models import SiteVisit
from plots.building_permits.construction.surveys import construction_of, planned, survey_as_built
from plots.building_permits.construction.visits import Fix, Found, decide, is_coarse, placed
from plots.building_permits.models import PermitApplication

router = Router(tags=["building permits"])

OUTCOMES = Text("النتيجة إحدى: {all}.", "The outcome is one of {all}.").with_values(
    all=", ".join(SiteVisit.Outcome.values)
)
LONGEST = 2000


@router.get("/{public_id}", summary="The works under a permit: stages, visits, what was built")
@open_to(SIGNED_IN)
def detail(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer the works to their office, their owner and their officers."""
    asked.only(request, ())
    found = works_asked(request, public_id, at=timezone.now())
    return geojson.response(works_json(found.works, side=found.side))


@router.put("/{public_id}/site", summary="Put in what was built; compared with what was approved")
@open_to(SIGNED_IN)
def put_as_built(request: HttpRequest, public_id: str) -> JsonResponse:
    """Put the as-built survey in, as a site plan is: ``crs``, ``site``.

    Answers 409 ``not_now`` while the works are inspected, and once they have ended.
    """
    asked.only(request, ())
    at = timezone.now()
    found = works_asked(request, public_id, at=at)
    drawn = drawn_of(request)
    with taken_into_case():
        survey_as_built(case_id=found.case_id, drawn=drawn, by=found.by, at=at)
    return geojson.response(works_json(found.works, side=found.side)["as_built"])


def _planned(request: HttpRequest, public_id: str) -> PermitApplication:
    """Return whose site plan is built; raises Problem 404 where the permit approved none."""
    application = planned(works_asked(request, public_id, at=timezone.now()).works)
    if application is None:
        raise not_found()
    return application


@router.post("/{public_id}/check", summary="Check a survey by the rules; keeps nothing")
@open_to(SIGNED_IN)
def check_survey(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer the sheet of what was built, as ``POST /api/building-permits/check`` does."""
    asked.only(request, ())
    return sheet_on(request, _planned(request, public_id))


@router.post("/{public_id}/drawing", summary="Read a surveyor's DXF and lay it on the plot")
@open_to(SIGNED_IN)
def read_survey(request: HttpRequest, public_id: str) -> JsonResponse:
    """Read ``file`` as ``/applications/{id}/drawing`` does."""
    asked.only(request, ())
    return read_on_plots(request, _planned(request, public_id))


def fix_of(told: dict[str, Any]) -> Fix | None:
    """Read where an inspector stands: ``lon``, ``lat``, ``accuracy_m``; none where none is told.

    Raises Problem 422 for what is no position in the city.
    """
    if not told.get("lon") and not told.get("lat"):
        return None
    point = position(lon=told.get("lon"), lat=told.get("lat"))
    return Fix(point, accuracy(told.get("accuracy_m"), default=DEFAULT_ACCURACY_M))


@router.get("/{public_id}/position", summary="How a fix lies to the plots of the works")
@open_to("site_inspector")
def where(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer ``placed`` (inside, near_edge, outside) and ``distance_to_edge_m`` of a fix.

    ``is_coarse`` tells that its accuracy shows nobody to be on the plot: a text is needed then.
    """
    asked.only(request, ("lon", "lat", "accuracy_m"))
    found = works_asked(request, public_id, at=timezone.now())
    point, accuracy_m = fix(request)
    answer, metres = placed(found.works, Fix(point, accuracy_m))
    return JsonResponse(
        {
            "placed": answer,
            "distance_to_edge_m": round(metres, 2),
            "is_coarse": is_coarse(answer, accuracy_m),
        }
    )


@router.post("/{public_id}/visit", summary="Write what the visit that was asked for came to")
@open_to("site_inspector")
def visit(request: HttpRequest, public_id: str) -> JsonResponse:
    """Write ``outcome`` (passed, failed, stopped, released), ``text``, ``lon``, ``lat``,
    ``accuracy_m``; ``moves`` is the count that was looked at."""
    asked.only(request, ())
    at = timezone.now()
    found = works_asked(request, public_id, at=at)
    number: Any = int | float
    kinds = {
        "outcome": str, "text": str, "lon": number, "lat": number, "accuracy_m": number,
        "moves": int,
    }  # fmt: skip
    body = body_of(request, kinds)
    if body.get("outcome") not in SiteVisit.Outcome.values:
        raise bad_value("outcome", OUTCOMES)
    told = Found(SiteVisit.Outcome(body["outcome"]), body.get("text", "")[:LONGEST], fix_of(body))
    with taken_into_case():
        case = decide(case_id=found.case_id, found=told, by=found.by, at=at, seen=body.get("moves"))
    return geojson.response(works_json(construction_of(case), side=found.side))
