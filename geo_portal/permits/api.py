"""Applications for building permits, for machines: ``/api/building-permits/applications``."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from geo_portal.casework.api import body_of
from geo_portal.permits.asking import Asked, application_asked, office_of
from geo_portal.permits.opening import ground_asked, owner_told
from geo_portal.permits.shown import application_json, site_json
from geo_portal.permits.sites import drawn_of, sheet_on, taken_into_case
from municipality import asked, crs, geojson, geometry_gate
from municipality.asked import today
from municipality.cases.conversation import Sheet, attach_sheet
from municipality.cases.models import Remark
from municipality.cases.remarks import About, Pin, answer_remark, ask_again, remark, settle_remark
from municipality.documents.file_gate import Unreadable
from municipality.documents.intake import accept
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.problems import Problem, bad_value
from municipality.stored import geos_of
from municipality.words import Text
from plots.building_permits.actions import Owner, Wanted, open_application
from plots.building_permits.approvals import approve, take_back
from plots.building_permits.models import Work
from plots.building_permits.site_versions import draw
from plots.building_permits.words import WORKS

router = Router(tags=["building permits"])

NO_WORK = Text(
    f"نوع العمل أحد: {'، '.join(f'{name.ar} ({work.value})' for work, name in WORKS.items())}.",
    f"The kind of work is one of {', '.join(Work.values)}.",
)
NO_FILE = Text("أرسل الملف في الحقل file.", "Send the file in the field file.")
NOT_TEXT = Text("المطلوب نص.", "A text is wanted.")
OWNER_FIELDS = {name: f"owner/{name}" for name in ("name", "phone", "civil_number")}
ACTS = Text("answer أو settle أو ask_again.", "answer, settle, ask_again.")


def answer(request: HttpRequest, public_id: str, *, status: int = 200) -> JsonResponse:
    """Answer the application as it stands now."""
    at = timezone.now()
    found = application_asked(request, public_id, at=at)
    whole = application_json(found.application, person=found.person, side=found.side, at=at)
    return geojson.response(whole, status=status)


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise bad_value(name, Text("نص قصير.", "A short text."))
    return value


def _owner(body: dict[str, Any]) -> Owner:
    told = body.get("owner", {})
    if set(told) - {*OWNER_FIELDS, "language"}:
        raise bad_value("owner", Text("حقل غير معروف.", "An unknown member."), status=400)
    for name, value in told.items():
        if not isinstance(value, str) or "\x00" in value:
            raise bad_value(f"owner/{name}", NOT_TEXT)
    return owner_told(told, OWNER_FIELDS)


@router.post("", summary="Open an application for a building permit, as a draft")
@open_to("office")
def open_one(request: HttpRequest) -> JsonResponse:
    """Open an application of one's office.

    ``work`` is a kind of work, ``plot`` an id (number) or a number of the register (text) or a
    list of merged plots, ``owner`` an object with ``name``, ``phone``, ``civil_number``,
    ``language``; ``permit`` the number of the permit that is changed, which says the plots where
    ``plot`` is absent; ``key`` the office's own of this request.
    """
    asked.only(request, ())
    on, at = today(), timezone.now()
    office, by = office_of(request, on=on)
    body = body_of(
        request,
        {"work": str, "plot": object, "owner": dict, "use": str, "permit": str, "key": str},
    )
    if body.get("work") not in Work.values:
        raise bad_value("work", NO_WORK)
    work = Work(body["work"])
    ground = ground_asked(work, body.get("plot"), body.get("permit", ""), on=on)
    wanted = Wanted(
        work, ground.plot_ids, _owner(body), _text(body, "use", 40), ground.permit,
        _text(body, "key", 40),
    )  # fmt: skip
    case = open_application(office_id=office, wanted=wanted, by=by, at=at)
    return answer(request, case.public_id, status=201)


@router.get("/{public_id}", summary="One application: site plan, check, papers, remarks, approvals")
@open_to(SIGNED_IN)
def detail(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer an application to its office, its owner and its officers."""
    asked.only(request, ())
    return answer(request, public_id)


@router.put("/{public_id}/site", summary="Draw the site plan of an application; checked at once")
@open_to(SIGNED_IN)
def put_site(request: HttpRequest, public_id: str) -> JsonResponse:
    """Put a site plan in, as for the check: ``crs``, ``site``; ``reasons`` by rule that fails.

    Answers 409 ``not_now`` at a stage at which the drawing does not change.
    """
    asked.only(request, ())
    at = timezone.now()
    found = application_asked(request, public_id, at=at)
    drawn = drawn_of(request)
    with taken_into_case():
        site = draw(case_id=found.case_id, drawn=drawn, by=found.by, at=at)
    return geojson.response(site_json(site, side=found.side))


@router.post(
    "/{public_id}/check", summary="Check a drawing on an application's plots; keeps nothing"
)
@open_to(SIGNED_IN)
def check_drawing(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer the sheet of a drawing as ``POST /api/building-permits/check`` does.

    What this application itself handed in before is not in its own way.
    """
    asked.only(request, ())
    found = application_asked(request, public_id, at=timezone.now())
    return sheet_on(request, found.application)


@router.post("/{public_id}/papers", summary="Attach a paper or a drawing: kind, sheet, file")
@open_to(SIGNED_IN)
def attach(request: HttpRequest, public_id: str) -> JsonResponse:
    """Take in a file as the next version of a paper; a form of ``kind``, ``sheet``, ``file``."""
    asked.only(request, ())
    at = timezone.now()
    found = application_asked(request, public_id, at=at)
    upload = request.FILES.get("file")
    if upload is None:
        raise bad_value("file", NO_FILE, status=400)
    sheet = Sheet(
        request.POST.get("kind", "")[:40], request.POST.get("sheet", "").replace("\0", "")
    )
    try:
        with taken_into_case():
            attach_sheet(
                case_id=found.case_id, paper=sheet, by=found.by, at=at,
                file=accept(upload, by=found.by, at=at, about=found.application.case.stream),
            )  # fmt: skip
    except Unreadable as refusal:
        raise Problem(422, "not_accepted", refusal.words) from None
    return answer(request, public_id, status=201)


def _auditing(request: HttpRequest, public_id: str) -> tuple[Asked, dict[str, Any]]:
    found = application_asked(request, public_id, at=timezone.now())
    return found, body_of(request, {"key": str, "sha256": str})


@router.post("/{public_id}/approvals", summary="Approve one version, by its key and its hash")
@open_to("architect", "structural")
def approve_one(request: HttpRequest, public_id: str) -> JsonResponse:
    """Approve the version that was looked at; 409 where a newer one has come meanwhile."""
    asked.only(request, ())
    found, body = _auditing(request, public_id)
    with taken_into_case():
        approve(
            case_id=found.case_id, key=body.get("key", ""), sha256=body.get("sha256", ""),
            by=found.by, at=timezone.now(),
        )  # fmt: skip
    return answer(request, public_id)


@router.delete("/{public_id}/approvals", summary="Take one's approval back while one audits")
@open_to("architect", "structural")
def take_one_back(request: HttpRequest, public_id: str) -> JsonResponse:
    """Take an approval of the present stage back."""
    asked.only(request, ())
    found, body = _auditing(request, public_id)
    with taken_into_case():
        take_back(case_id=found.case_id, key=body.get("key", ""), by=found.by, at=timezone.now())
    return answer(request, public_id)


def _fraction(body: dict[str, Any], name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise bad_value(name, Text("عدد بين 0 و1.", "A number from 0 to 1."))
    return float(value)


def _about(found: Asked, body: dict[str, Any]) -> About:
    if "place" in body:
        shape = geometry_gate.shape_from_geojson(
            body["place"], kinds=("Point", "LineString", "Polygon"), srid=crs.LONLAT
        )
        return About(place=geos_of(shape))
    paper = found.application.case.documents.filter(public_id=body.get("document", "")).first()
    if paper is None:
        raise not_found()
    if "page" not in body:
        return About(document=paper)
    x, y = (_fraction(body, name) for name in ("x", "y"))
    return About(document=paper, pin=Pin(body["page"], x, y))


@router.post("/{public_id}/remarks", summary="Pin a remark to a page of a drawing or to a place")
@open_to("registrar", "architect", "structural", "approver")
def remark_one(request: HttpRequest, public_id: str) -> JsonResponse:
    """Write a remark: ``document`` with ``page``, ``x``, ``y`` (fractions), or ``place``."""
    asked.only(request, ())
    at = timezone.now()
    found = application_asked(request, public_id, at=at)
    kinds = {"text": str, "document": str, "page": int, "x": object, "y": object, "place": dict}
    body = body_of(request, kinds)
    with taken_into_case():
        remark(
            case_id=found.case_id, text=_text(body, "text", 2000), about=_about(found, body),
            by=found.by, at=at,
        )  # fmt: skip
    return answer(request, public_id, status=201)


@router.post("/{public_id}/remarks/{int:remark_id}", summary="Answer, settle or ask again")
@open_to(SIGNED_IN)
def on_remark(request: HttpRequest, public_id: str, remark_id: int) -> JsonResponse:
    """Do one thing with a remark: ``act`` is answer (office), settle or ask_again (officers)."""
    asked.only(request, ())
    at = timezone.now()
    found = application_asked(request, public_id, at=at)
    body = body_of(request, {"act": str, "text": str})
    held = Remark.objects.filter(pk=remark_id, case=found.case_id).first()  # unique
    if held is None:
        raise not_found()
    text, by = _text(body, "text", 2000), found.by
    with taken_into_case():
        if body.get("act") == "answer":
            answer_remark(remark_id=held.pk, text=text, by=by, at=at)
        elif body.get("act") == "settle":
            settle_remark(remark_id=held.pk, by=by, at=at)
        elif body.get("act") == "ask_again":
            ask_again(remark_id=held.pk, text=text, by=by, at=at)
        else:
            raise bad_value("act", ACTS)
    return answer(request, public_id)
