"""An office's DXF drawing, read and laid on its plot: ``…/applications/{id}/drawing``."""

import json
from typing import Any, BinaryIO, cast

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from geo_portal.casework.api import body_of
from geo_portal.permits.asking import application_asked, office_of
from municipality import asked, geojson, geometry_gate
from municipality.asked import today
from municipality.documents.drawings import GATE, read_drawing
from municipality.documents.file_gate import Unreadable
from municipality.documents.sandbox.dxf_limits import DrawingLimits
from municipality.people.access import SIGNED_IN, open_to
from municipality.problems import Problem, bad_value
from municipality.words import Text
from plots.building_permits.drawings.dxf import DrawnPlan, NoUnit, described, unit_doubt
from plots.building_permits.drawings.laying import BAD_STEP, Laid, NoParts, lay, layer_map_of
from plots.building_permits.drawings.placing import NotPlaced
from plots.building_permits.models import OfficeLayerMap, PermitApplication
from plots.building_permits.queries import plots_of
from plots.building_permits.sites.context import NotOneSite, as_one_site
from plots.building_permits.sites.site_plan import TOLERANCE_M2

router = Router(tags=["building permits"])

EXACT = 9  # decimals of a degree
MOST_BYTES = 20_000_000  # of one read while somebody waits; larger ones are no site plan
NO_FILE = Text("أرسل ملف DXF في الحقل file.", "Send the DXF file in the field file.")
TOO_LARGE = Text("مخطط الموقع حتى 20 م.ب.", "A site plan has up to 20 MB.")
NO_UNIT = Text("الرسم لا يذكر وحدته؛ اخترها.", "The drawing names no unit; choose it.")
NO_PLOT = Text("لم تعد القطعة في السجل.", "The plot is no longer in the register.")
NAME = Text("اكتب اسمًا للربط.", "Give the mapping a name.")


def _json(request: HttpRequest, name: str) -> Any:
    text = request.POST.get(name, "")
    return geometry_gate.strict_json(text.encode()) if text else None


def _part(part: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": geojson.geometry(part.shape, decimals=EXACT),
        "properties": {
            "role": part.role, "floors": part.floors, "height_m": part.height_m, "use": part.use,
        },
    }  # fmt: skip


def _laid(laid: Laid) -> dict[str, Any]:
    difference = laid.difference
    if difference is not None and abs(difference.difference_m2) <= TOLERANCE_M2:
        difference = None
    return {
        "site": {"type": "FeatureCollection", "features": [_part(one) for one in laid.parts]},
        "words": str(laid.words),
        "off_plot": None if laid.off is None else str(laid.off),
        "fits": [
            {"misfit_m": round(fit.misfit_m, 3), "misfit_m2": round(fit.misfit_m2, 2),
             "mirrored": fit.placement.mirrored, "good": fit.is_good, "words": str(fit.words)}
            for fit in laid.fits
        ],
        "plot_difference": None if difference is None else {
            "drawn_m2": round(difference.drawn_m2, 2),
            "ground_m2": round(difference.ground_m2, 2),
            "words": str(difference.words),
        },
        "notes": [str(note.words) for note in laid.plan.notes if not note.is_left_out],
        "stops": any(note.stops for note in laid.plan.notes),
    }  # fmt: skip


def _left_out(plan: DrawnPlan) -> list[dict[str, str]]:
    """What of the chosen layers is no part, each with its reason."""
    return [{"layer": one.layer, "why": str(one.words)} for one in plan.notes if one.is_left_out]


@router.post("/{public_id}/drawing", summary="Read a DXF drawing and lay it on the plot")
@open_to(SIGNED_IN)
def read(request: HttpRequest, public_id: str) -> JsonResponse:
    """Read ``file`` by ``mapping`` (roles, facts, unit) and lay it by ``steps``; keeps nothing.

    Answers what was read and what was not, the layers with a guess, and where the parts lie.
    """
    asked.only(request, ())
    found = application_asked(request, public_id, at=timezone.now())
    return read_on_plots(request, found.application)


def read_on_plots(request: HttpRequest, application: PermitApplication) -> JsonResponse:
    """Read an office's drawing and lay it on the plots of an application; keeps nothing."""
    upload = request.FILES.get("file")
    if upload is None:
        raise bad_value("file", NO_FILE, status=400)
    if (upload.size or 0) > MOST_BYTES:
        raise bad_value("file", TOO_LARGE, status=413, code="too_long")
    plots = plots_of(application, on=today())
    try:
        plot = as_one_site(plots) if plots else None
    except NotOneSite as refusal:
        raise bad_value("plot", refusal.why, code="not_one_site") from None
    if plot is None:
        raise bad_value("plot", NO_PLOT, code="no_such_plot")
    try:
        drawing = read_drawing(cast(BinaryIO, upload.file), limits=DrawingLimits(), gate=GATE)
    except Unreadable as refusal:
        raise Problem(422, "not_accepted", refusal.words) from None
    told, steps = _json(request, "mapping"), _json(request, "steps")
    mapping = layer_map_of({} if told is None else told, drawing)
    steps = [] if steps is None else steps
    if not isinstance(steps, list):
        raise bad_value("steps", BAD_STEP)
    doubt = unit_doubt(drawing, mapping, plot=plot)
    answer = described(drawing) | {
        "roles": {name: role.value for name, role in mapping.roles.items()},
        "unit": mapping.unit,
        "unit_doubt": None if doubt is None else str(doubt.words),
        "laid": None,
        "left_out": [],
        "refused": "",
    }
    try:
        laid = lay(drawing, mapping, plot=plot, steps=steps)
        answer |= {"laid": _laid(laid), "left_out": _left_out(laid.plan)}
    except NoUnit:
        answer["refused"] = str(NO_UNIT)
    except NoParts as refusal:
        answer |= {"refused": str(refusal.words), "left_out": _left_out(refusal.plan)}
    except NotPlaced as refusal:
        answer["refused"] = str(refusal.words)
    return geojson.response(answer)


maps_router = Router(tags=["building permits"])


@maps_router.get("", summary="The office's kept mappings of layers")
@open_to("office")
def layer_maps(request: HttpRequest) -> JsonResponse:
    """Answer the mappings that one's office keeps."""
    asked.only(request, ())
    office, _ = office_of(request, on=today())
    rows = OfficeLayerMap.objects.filter(consultancy=office).order_by("name")
    return JsonResponse({"maps": [{"name": row.name, "mapping": row.mapping} for row in rows]})


@maps_router.post("", summary="Keep a mapping of layers under a name")
@open_to("office")
def keep_layer_map(request: HttpRequest) -> JsonResponse:
    """Keep ``mapping`` under ``name``, in the place of an earlier one of that name."""
    asked.only(request, ())
    office, _ = office_of(request, on=today())
    body = body_of(request, {"name": str, "mapping": dict})
    name = " ".join(body.get("name", "").split())[:60]
    if not name or len(json.dumps(body.get("mapping", {}))) > 100_000:
        raise bad_value("name", NAME)
    OfficeLayerMap.objects.update_or_create(
        consultancy_id=office, name=name,
        defaults={"mapping": body.get("mapping", {}), "at": timezone.now()},
    )  # fmt: skip
    return JsonResponse({"name": name}, status=201)
