"""Cases for machines: ``/api/cases``, and the request of a plot extract."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from geo_portal.casework.asking import actors_of, acts_on, case_of
from geo_portal.casework.extract_views import choose, served_of
from municipality import asked, geojson, geometry_gate
from municipality.asked import today
from municipality.billing.bills.queries import bills_about
from municipality.cases.actions import CannotMove, move
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.cases.queries import cases_of, for_whom, timeline
from municipality.documents.models import IssuedPaper
from municipality.moments import utc_text
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.people.acting_person import actor_of, office_ids, person_of
from municipality.people.models import User
from municipality.problems import Problem, bad_value
from municipality.stored import shape_of
from municipality.words import Text
from plots.extracts.actions import LONGEST_KEY, Wanted, request_extract
from plots.register.queries import plot_on

router = Router(tags=["cases"])
extracts_router = Router(tags=["cases"])

LATEST = 200
KEY_TOO_LONG = Text(
    f"المفتاح أطول من {LONGEST_KEY} حرفًا.", f"The key has more than {LONGEST_KEY} characters."
)
NOT_OF_KIND = {  # the value of a member that is known is of another type
    str: Text("قيمة الحقل ليست نصًا.", "The member's value is not a text."),
    int: Text("قيمة الحقل ليست عددًا صحيحًا.", "The member's value is not a whole number."),
    dict: Text("قيمة الحقل ليست كائنًا.", "The member's value is not an object."),
    list: Text("قيمة الحقل ليست قائمة.", "The member's value is not a list."),
    bool: Text("قيمة الحقل ليست true أو false.", "The member's value is not true or false."),
    object: Text("قيمة الحقل غير مقبولة.", "The member's value is not taken."),
}
NOT_WRITTEN = Text(
    "في قيمة الحقل رمز لا يُكتب.", "The member's value holds a character that no text has."
)
EXTRACT_BODY: dict[str, Any] = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "language": {
                            "type": "string", "enum": ["ar", "en"], "default": "ar",
                            "description": "of the paper",
                        },
                        "purpose": {"type": "string", "description": "what it is needed for"},
                        "key": {
                            "type": "string", "maxLength": LONGEST_KEY,
                            "description": "the asker's own of this request: sent again with it, "
                            "the case that it opened is answered",
                        },
                        "for": {
                            "type": "string",
                            "description": "id of a delegation one holds, as GET /api/delegations "
                            "tells it; absent: for oneself",
                        },
                    },
                }
            }
        }
    }
}  # fmt: skip


def body_of(request: HttpRequest, fields: dict[str, type]) -> dict[str, Any]:
    """Read a JSON object with some of these fields, each of its type; raises Problem 400."""
    body = geometry_gate.strict_json(request.body or b"{}")
    names = ", ".join(fields)
    wrong = Text(f"المقبول: {names}.", f"Send {names}.")
    if not isinstance(body, dict) or set(body) - set(fields):
        raise Problem(400, "bad_fields", wrong)
    for name, value in body.items():
        is_bool = isinstance(value, bool)  # which is a whole number too, to the language
        if not isinstance(value, fields[name]) or (is_bool and fields[name] is not bool):
            raise bad_value(name, NOT_OF_KIND[fields[name]], status=400)
        if isinstance(value, str) and "\x00" in value:
            raise bad_value(name, NOT_WRITTEN, status=400)
    return body


def _brief(case: Case, *, asker: User, offices: tuple[int, ...]) -> dict[str, Any]:
    state = machine_of(case.kind).state(case.state)
    return {
        "id": case.public_id,
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "state_name": state.name.as_json(),
        "for": for_whom(case, person_id=asker.pk, offices=offices) or None,
        "plot": case.plot_id,
        "plot_number": case.plot_number or None,
        "opened_at": utc_text(case.opened_at),
        "due_at": utc_text(case.due_at) if case.due_at else None,
        "closed_at": utc_text(case.closed_at) if case.closed_at else None,
    }


def _whole(request: HttpRequest, case: Case) -> dict[str, Any]:
    at, asker = timezone.now(), person_of(request)
    return {
        **_brief(case, asker=asker, offices=office_ids(asker, on=today())),
        "moves": case.moves,
        "expires_at": utc_text(case.expires_at) if case.expires_at else None,
        "place": geojson.geometry(shape_of(case.place)) if case.place is not None else None,
        "acts": [
            {"edge": edge.name, "name": edge.act.as_json(), "needs_text": edge.text is not None}
            for edge, _ in acts_on(case, actors_of(request), at=at)
        ],
        "steps": [
            {
                "name": step.words.as_json(),
                "mark": step.mark,
                "at": utc_text(step.at) if step.at else None,
            }
            for step in timeline(case)
        ],
        "bills": [
            {
                "id": bill.public_id,
                "number": bill.number,
                "state": bill.state,
                "total_baisa": bill.total_baisa,
                "issued_at": utc_text(bill.issued_at),
            }
            for bill in bills_about(case.stream)
        ],
        "papers": [
            {"kind": paper.kind, "number": paper.number, "code": paper.code, "state": paper.state}
            for paper in IssuedPaper.objects.filter(about=case.stream).order_by("issued_at", "pk")
        ],
    }


@router.get("", summary="My cases, the latest first")
@open_to(SIGNED_IN)
def mine(request: HttpRequest) -> JsonResponse:
    """Answer the cases that a person or one of their offices is on.

    ``for`` names whose case it is where it is not the person's own: an office, or who let them act.
    """
    asked.only(request, ())
    person = person_of(request)
    offices = office_ids(person, on=today())
    found = cases_of(person_id=person.pk, offices=offices, on=today())
    rows = found.prefetch_related("parties")[:LATEST]
    return JsonResponse({"cases": [_brief(case, asker=person, offices=offices) for case in rows]})


@router.get("/{public_id}", summary="One case: its stage, its steps, what can be done")
@open_to(SIGNED_IN)
def detail(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer a case to a party of it or to its officers."""
    asked.only(request, ())
    return JsonResponse(_whole(request, case_of(request, public_id, at=timezone.now())))


@router.post("/{public_id}/moves", summary="Take one step of a case")
@open_to(SIGNED_IN)
def take_step(request: HttpRequest, public_id: str) -> JsonResponse:
    """Take the edge named by ``edge`` with its ``text``; ``seen`` is the ``moves`` one has seen.

    Answers 409 ``cannot_move`` where the case may not go there now, or has moved meanwhile.
    """
    at = timezone.now()
    case = case_of(request, public_id, at=at)
    body = body_of(request, {"edge": str, "text": str, "seen": int})
    wanted = body.get("edge", "")
    may = {edge.name: actor for edge, actor in acts_on(case, actors_of(request), at=at)}
    try:
        moved = move(
            case_id=case.pk, edge=wanted, by=may.get(wanted) or actors_of(request)[0], at=at,
            text=body.get("text", ""), seen=body.get("seen"),
        )  # fmt: skip
    except CannotMove as refusal:
        raise Problem(409, "cannot_move", refusal.words) from None
    return JsonResponse(_whole(request, moved))


@extracts_router.post(
    "/{int:plot_id}/extracts",
    summary="Ask for a certified extract of a plot",
    openapi_extra=EXTRACT_BODY,
)
@open_to(SIGNED_IN)
def ask_for_extract(request: HttpRequest, plot_id: int) -> JsonResponse:
    """Open and submit a case; every field is optional.

    ``for`` is the id of a delegation that one holds (``GET /api/delegations``): the case is then
    its giver's, with oneself on it as the delegate.  One that is unknown, ended, another's or of
    another service is answered 404, as a plot that is not there.  ``key`` is the asker's own: sent
    again with it, the same request is answered with the case that it opened.
    """
    asked.only(request, ())
    body = body_of(request, {"language": str, "purpose": str, "for": str, "key": str})
    if body.get("language", "ar") not in ("ar", "en"):
        raise bad_value("language", Text("اللغة ar أو en.", "The language is ar or en."))
    if len(body.get("key", "")) > LONGEST_KEY:
        raise bad_value("key", KEY_TOO_LONG)
    plot = plot_on(plot_id=plot_id, on=today())
    if plot is None:
        raise not_found()
    person = person_of(request)
    choose(request, body.get("for", ""))
    case = request_extract(
        plot=plot, person=served_of(request), by=actor_of(request, next(iter(person.roles), "")),
        at=timezone.now(),
        wanted=Wanted(body.get("language", "ar"), body.get("purpose", ""), body.get("key", "")),
    )  # fmt: skip
    return JsonResponse(_whole(request, case), status=201)
