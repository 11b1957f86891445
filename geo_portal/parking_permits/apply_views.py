"""Asking for a permit: plot or bay on the map, the zone told, the price before it is sent."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from geo_portal.home.page_config import map_config
from geo_portal.parking_permits.asking import request_asked
from geo_portal.parking_permits.reading import choose, served_of, told_in_form, wanted_of
from municipality.asked import today
from municipality.cases.actions import CannotMove
from municipality.cases.conversation import NotSaid, Sheet, attach_sheet
from municipality.cases.rights import Side
from municipality.documents.file_gate import Unreadable
from municipality.documents.intake import accept
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.people.delegations import held_by, served_id
from municipality.people.models import Delegation
from municipality.problems import Problem
from municipality.words import Text
from parking_zones.parking_permits.checks import papers_needed
from parking_zones.parking_permits.choosing import choose_bay
from parking_zones.parking_permits.models import PermitKind, PermitRequest
from parking_zones.parking_permits.requests import (
    KIND,
    ask_for_permit,
    decide_place,
    hand_in,
)
from parking_zones.parking_permits.terms import START_WITHIN_DAYS, months_allowed
from parking_zones.parking_permits.words import KINDS
from parking_zones.zones.models import Zone

ABOUT = {
    PermitKind.ONE_ZONE: Text(
        "لساكن أو شركة في قطعة داخل المنطقة", "for who lives or works on a plot inside the zone"
    ),
    PermitKind.ALL_ZONES: Text("في كل المواقف المدفوعة", "in every paid parking zone"),
    PermitKind.RESERVED_BAY: Text(
        "موقف عام محجوز لشركة، تختاره على الخريطة", "a public bay kept for a company, on the map"
    ),
    PermitKind.SPECIAL: Text(
        "لغرض تذكره، في منطقة واحدة، لسنة", "for a purpose you state, in one zone, for a year"
    ),
}
COUNTRIES = {
    "OM": Text("عُمان", "Oman"), "AE": Text("الإمارات", "UAE"), "SA": Text("السعودية", "Saudi"),
    "QA": Text("قطر", "Qatar"), "BH": Text("البحرين", "Bahrain"), "KW": Text("الكويت", "Kuwait"),
    "YE": Text("اليمن", "Yemen"),
}  # fmt: skip
SENT = Text("حُفظت الأوراق.", "The papers are kept.")
SET = Text("حُفظ الموضع.", "The place is set.")


def _held(request: HttpRequest) -> list[Delegation]:
    """Return one delegation a giver to choose among; none while a visitor is served."""
    if served_id(request) is not None:
        return []
    held = held_by(person_of(request).pk, on=today()).filter(kinds__contains=[KIND])
    return list({one.giver_id: one for one in held}.values())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(SIGNED_IN)
def new_permit(request: HttpRequest) -> HttpResponse:
    """Choose kind, place, vehicle and months; POST opens the draft, which its papers complete."""
    refused: Problem | None = None
    told, on = told_in_form(request), today()
    if request.method == "POST":
        try:
            choose(request, told.get("for", ""), on=on)
            person = person_of(request)
            case = ask_for_permit(
                wanted=wanted_of(told, channel=PermitRequest.Channel.WEB, on=on),
                person=served_of(request),
                by=actor_of(request, next(iter(person.roles), "")), at=timezone.now(),
            )  # fmt: skip
        except Problem as problem:
            refused = problem
        else:
            return redirect("casework:case", case.public_id)
    kind = told.get("kind") or request.GET.get("kind", PermitKind.ONE_ZONE)
    context = {
        "kinds": [(one, KINDS[one], ABOUT[one]) for one in PermitKind],
        "chosen": kind if kind in PermitKind.values else PermitKind.ONE_ZONE,
        "told": told,
        "plot": told.get("plot", request.GET.get("number", "")[:60]),
        "plot_id": told.get("plot_id", request.GET.get("plot", "")[:19]),
        "alike": refused.extra.get("plots") if refused else None,
        "refused": refused,
        "field": refused.errors[0].pointer if refused and refused.errors else "",
        "months": months_allowed(kind=PermitKind.ONE_ZONE, on=on),
        "zones": Zone.objects.order_by("number"),
        "countries": COUNTRIES.items(),
        "country": told.get("country", "OM"),
        "today": on,
        "start_within": START_WITHIN_DAYS,
        "key": told.get("key") or secrets.token_urlsafe(16),
        "held": _held(request),
        "served": served_of(request) if served_id(request) else None,
        "config": map_config(
            request, quote_url="/api/parking/permits/quote",
            units_url="/api/parking/permits/units", bays_url="/api/parking/permits/bays",
        ),
    }  # fmt: skip
    return render(request, "parking_permits/new.html", context, status=422 if refused else 200)


@require_POST
@open_to(SIGNED_IN)
def hand_in_papers(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take in the papers of a request, and hand it in where that was asked for."""
    at = timezone.now()
    found = request_asked(request, public_id, at=at)
    if found.side is not Side.APPLICANT:
        raise not_found()
    try:
        for code in papers_needed(found.request):
            upload = request.FILES.get(code)
            if upload is None:
                continue
            attach_sheet(
                case_id=found.case.pk, paper=Sheet(code), by=found.by, at=at,
                file=accept(upload, by=found.by, at=at, about=found.case.stream),
            )  # fmt: skip
        if request.POST.get("submit") and found.case.state == "draft":
            hand_in(case_id=found.case.pk, by=found.by, at=at)
            return redirect(f"{reverse('casework:case', args=[public_id])}?new")
        messages.success(request, str(SENT))
    except (NotSaid, Unreadable, CannotMove) as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:case", public_id)


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


@require_POST
@open_to(SIGNED_IN)
def set_bay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the applicant choose another registered bay while the request is theirs to write."""
    at = timezone.now()
    found = request_asked(request, public_id, at=at)
    try:
        chosen = _id(request.POST.get("bay", "")) or 0
        choose_bay(case_id=found.case.pk, bay_id=chosen, by=found.by, at=at)
        messages.success(request, str(SET))
    except Problem as refused:
        if refused.status == 404:
            raise
        messages.error(request, str(refused.detail))
    return redirect("casework:case", public_id)


@require_POST
@open_to("registrar", "zone_manager")
def set_place(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the officer who checks a request set its zone or its bay."""
    at = timezone.now()
    found = request_asked(request, public_id, at=at)
    if found.side is not Side.MUNICIPALITY:
        raise not_found()
    try:
        decide_place(
            case_id=found.case.pk, zone_id=_id(request.POST.get("zone", "")),
            bay_id=_id(request.POST.get("bay", "")), by=found.by, at=at,
        )  # fmt: skip
        messages.success(request, str(SET))
    except Problem as refused:
        if refused.status == 404:
            raise
        messages.error(request, str(refused.detail))
    return redirect("casework:case", public_id)
