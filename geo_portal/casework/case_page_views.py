"""The page of one case, for both sides: its stage, its bill, what was said, what to do."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geo_portal.casework.asking import actors_of, acts_on, case_of, writer_of
from geo_portal.casework.papers_shown import attached_papers, issued_papers
from geo_portal.home.page_config import map_config
from geo_portal.parking.violation_views import panel_of_dispute
from geo_portal.parking_permits.panel import panel_of_permit
from geo_portal.permits.panel import CLERKS, panel_of
from geo_portal.permits.works_panel import panel_of_works
from geo_portal.reporting.panel import WITH_FORMS, panel_of_report, things_of
from geo_portal.reporting.part_panel import panel_of_part
from municipality import geojson
from municipality.actor import Actor
from municipality.asked import today
from municipality.billing.bills.models import Bill
from municipality.billing.bills.queries import explain
from municipality.billing.payments.models import Receipt
from municipality.cases.actions import CannotMove, move
from municipality.cases.conversation import NotSaid, Sheet, attach_sheet, say
from municipality.cases.kinds import machine_of
from municipality.cases.machine import Edge
from municipality.cases.models import Case, Remark
from municipality.cases.queries import for_whom, timeline
from municipality.cases.remarks import About, answer_remark, ask_again, remark, settle_remark
from municipality.cases.rights import Side
from municipality.documents.file_gate import Unreadable
from municipality.documents.intake import accept
from municipality.documents.models import IssuedPaper
from municipality.documents.store import open_kept
from municipality.geometry_gate import position
from municipality.notices.models import Message
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.people.acting_person import is_staff, office_ids, person_of
from municipality.people.contact import read_contact
from municipality.phones import masked, shown
from municipality.problems import Problem
from municipality.stored import geos_of, shape_of
from municipality.words import Text
from observations.reports.transitions import KIND as REPORT_KIND
from parking_zones.parking_permits.requests import HAND_IN
from parking_zones.parking_permits.requests import KIND as PARKING_KIND
from parking_zones.violations.disputes import KIND as DISPUTE_KIND
from plots.building_permits.actions import KIND
from plots.building_permits.construction.opening import KIND as WORKS_KIND
from plots.building_permits.construction.surveys import construction_of

NUL = "\x00"
LONGEST_COUNT, NO_COUNT = 10, -1  # digits of a count of moves; and none at all
NO_FILE = Text("اختر ملفًا أولًا.", "Choose a file first.")


def _bill(case: Case) -> Bill | None:
    """Return the bill of a case that counts: the latest that is due, paid or refunded."""
    counted = (Bill.State.DUE, Bill.State.PAID, Bill.State.REFUNDED)
    bills = Bill.objects.filter(subject=case.stream, state__in=counted)
    return bills.order_by("-issued_at", "-pk").first()


def _receipt(bill: Bill | None) -> Receipt | None:
    """Return the receipt of a bill that is paid; one that went back is no longer shown."""
    if bill is None or bill.state != Bill.State.PAID:
        return None
    return Receipt.objects.filter(bill=bill).first()  # unique


def acts_of(request: HttpRequest, case: Case, *, at: dt.datetime) -> list[Edge]:
    """Return what can be done: first what goes on, then what needs words, last what ends it."""
    edges = [edge for edge, _ in acts_on(case, actors_of(request), at=at)]
    return sorted(edges, key=lambda edge: (edge.is_danger, edge.text is not None))


def _ground(case: Case, remarks: Sequence[Remark]) -> dict[str, Any]:
    """Draw the place of a case: its outline, its plot's number inside, and where remarks are."""
    if case.place is None:
        return {"type": "FeatureCollection", "features": []}
    shape = shape_of(case.place)
    inside = shape.representative_point()
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": geojson.geometry(shape), "properties": {}},
            {
                "type": "Feature",
                "geometry": geojson.geometry(inside),
                "properties": {"number": case.plot_number or case.number},
            },
            *(
                {"type": "Feature", "geometry": geojson.geometry(shape_of(row.place)),
                 "properties": {"number": row.text[:24]}}
                for row in remarks if row.place is not None
            ),
        ],
    }  # fmt: skip


def context_of(request: HttpRequest, case: Case, *, at: dt.datetime) -> dict[str, Any]:
    """Return what the page of a case shows to who asks."""
    person = person_of(request)
    machine = machine_of(case.kind)
    bill = _bill(case)
    _, side = writer_of(request, case, at=at)
    staff = side is not Side.APPLICANT
    parking = panel_of_permit(case, side=side, at=at) if case.kind == PARKING_KIND else None
    acts = acts_of(request, case, at=at)
    if parking is not None and parking["is_writing"] and parking["papers"]:
        acts = [edge for edge in acts if edge.name not in HAND_IN]  # its papers' form hands it in
    report = None
    if case.kind == REPORT_KIND:
        report = panel_of_report(case, side=side, person=person, acts=acts, at=at)
        acts = [edge for edge in acts if edge.name not in WITH_FORMS]  # the panel has their forms
    part = panel_of_part(case, side=side, person_id=person.pk, actors=actors_of(request), at=at)
    drawn_by = case if report is not None else (part["row"].whole if part is not None else None)
    taken = [paper for paper in machine.papers if not paper.when or case.state in paper.when]
    remarks = list(case.remarks.select_related("document__file").order_by("at", "pk"))
    return {
        "permit": panel_of(case, side=side) if case.kind == KIND else None,
        "works": panel_of_works(construction_of(case), side=side)
        if case.kind == WORKS_KIND else None,
        "parking": parking,
        "dispute": panel_of_dispute(case) if case.kind == DISPUTE_KIND else None,
        "report": report,
        "part": part,
        "case": case,
        "whom": for_whom(case, person_id=person.pk, offices=office_ids(person, on=today())),
        "machine": machine,
        "state": machine.state(case.state),
        "steps": timeline(case),
        "papers_taken": taken,
        "papers_first": case.kind == DISPUTE_KIND and not staff and bool(taken),
        "acts_on_top": [edge for edge in acts if staff or not edge.is_danger],
        "acts_below": [edge for edge in acts if edge.is_danger and not staff],
        "bill": bill,
        "bill_receipt": _receipt(bill),
        "lines": explain(bill) if bill else (),
        "papers": issued_papers(case),
        "attached": attached_papers(
            case, request.user.pk, copy="original" if staff else "clean", at=at
        ),
        "conversation": case.conversation.order_by("at", "pk"),
        "remarks": remarks,
        "consultations": case.consultations.order_by("asked_at", "pk")
        if side is Side.MUNICIPALITY else (),
        "meetings": case.meetings.order_by("asked_at", "pk"),
        "now": at,
        "parties": [
            {"party": party, "phone": masked(party.phone) if party.phone else ""}
            for party in case.parties.order_by("pk")
        ]
        if staff else (),
        "messages_sent": Message.objects.filter(about=case.stream).order_by("queued_at", "pk")
        if is_staff(person) else (),
        "is_staff": staff,
        "is_officer": side is Side.MUNICIPALITY,
        "may_check": side is Side.MUNICIPALITY and person.has_role(*CLERKS),
        "may_read_contact": side is Side.MUNICIPALITY,
        "may_write": side is not Side.NEITHER,
        "is_late": case.due_at is not None and case.due_at < at,
        "is_new": "new" in request.GET,
        "config": map_config(
            request, things=_ground(case, remarks) if drawn_by is None else things_of(drawn_by)
        ),
    }  # fmt: skip


@never_cache
@require_safe
@open_to(SIGNED_IN)
def case_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a case to a party of it or to its officers."""
    at = timezone.now()
    case = case_of(request, public_id, at=at)
    return render(request, "casework/case.html", context_of(request, case, at=at))


def _case_of_officer(
    request: HttpRequest, public_id: str, *, at: dt.datetime
) -> tuple[Case, Actor]:
    """Return a case and the officer of it who asks; raises Problem 404 for anybody else."""
    case = case_of(request, public_id, at=at)
    by, side = writer_of(request, case, at=at)
    if side is not Side.MUNICIPALITY:
        raise not_found()
    return case, by


@never_cache
@require_POST
@open_to(SIGNED_IN)
def contact_of_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show an officer of a case how its parties are reached; each look is on the record."""
    at = timezone.now()
    case, by = _case_of_officer(request, public_id, at=at)
    context, reason = context_of(request, case, at=at), request.POST.get("reason", "")
    why = f"{case.number}: {reason.replace(NUL, '')}" if reason.strip() else ""
    try:
        for row in context["parties"]:
            if row["party"].person_id is not None:
                found = read_contact(row["party"].person_id, by=by, reason=why, at=at)
                row |= {"phone": shown(found.phone) if found.phone else "", "email": found.email}
        context["contact_shown"] = True
    except Problem as refused:
        context["refused_contact"] = refused.detail
    status = 422 if "refused_contact" in context else 200
    return render(request, "casework/case.html", context, status=status)


def seen_count(text: str) -> int:
    """Read the count of moves that a page carries; what is none is that of no case."""
    return int(text) if text.isdecimal() and len(text) < LONGEST_COUNT else NO_COUNT


@require_POST
@open_to(SIGNED_IN)
def move_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one edge, in the role that may; a refusal is said on the page of the case."""
    at = timezone.now()
    case = case_of(request, public_id, at=at)
    wanted = request.POST.get("edge", "")
    may = {edge.name: actor for edge, actor in acts_on(case, actors_of(request), at=at)}
    seen = request.POST.get("seen", "")
    try:
        move(
            case_id=case.pk, edge=wanted, by=may.get(wanted) or actors_of(request)[0], at=at,
            text=request.POST.get("text", ""), seen=seen_count(seen) if seen else None,
        )  # fmt: skip
    except CannotMove as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:case", public_id)


@require_POST
@open_to(SIGNED_IN)
def say_on_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add a line to the conversation of a case."""
    at = timezone.now()
    case = case_of(request, public_id, at=at)
    try:
        by, _ = writer_of(request, case, at=at)
        say(case_id=case.pk, text=request.POST.get("text", ""), by=by, at=at)
    except NotSaid as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:case", public_id)


@require_POST
@open_to(SIGNED_IN)
def attach_to_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take in a file through the gate and add it as the next version of a paper."""
    at = timezone.now()
    case = case_of(request, public_id, at=at)
    upload = request.FILES.get("file")
    by, side = writer_of(request, case, at=at)
    if side is Side.NEITHER:
        raise not_found()
    try:
        if upload is None:
            raise NotSaid(NO_FILE)
        sheet = request.POST.get("sheet", "").replace(NUL, "")
        paper = Sheet(request.POST.get("kind", "")[:40], sheet)
        attach_sheet(
            case_id=case.pk, paper=paper, by=by, at=at,
            file=accept(upload, by=by, at=at, about=case.stream),
        )  # fmt: skip
    except (NotSaid, Unreadable) as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:case", public_id)


@require_POST
@open_to(SIGNED_IN)
def remark_on_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write a technical remark about a place of the case, or about a version of a paper."""
    at = timezone.now()
    case, by = _case_of_officer(request, public_id, at=at)
    paper = request.POST.get("document", "")
    about = About()
    if paper:
        about = About(document=case.documents.filter(public_id=paper).first())  # unique
    elif request.POST.get("lon"):
        spot = position(lon=request.POST.get("lon"), lat=request.POST.get("lat"))
        about = About(place=geos_of(spot))
    elif case.place is not None:
        about = About(place=geos_of(shape_of(case.place).representative_point()))
    try:
        if about == About():
            raise not_found()
        remark(case_id=case.pk, text=request.POST.get("text", ""), about=about, by=by, at=at)
    except NotSaid as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:case", public_id)


@require_POST
@open_to(SIGNED_IN)
def settle_remark_of_case(request: HttpRequest, public_id: str, remark_id: int) -> HttpResponse:
    """Mark a remark as answered; for the officers of the case."""
    at = timezone.now()
    case, by = _case_of_officer(request, public_id, at=at)
    found = case.remarks.filter(pk=remark_id).first()  # unique
    if found is None:
        raise not_found()
    settle_remark(remark_id=found.pk, by=by, at=at)
    return redirect("casework:case", public_id)


@require_POST
@open_to(SIGNED_IN)
def answer_remark_of_case(request: HttpRequest, public_id: str, remark_id: int) -> HttpResponse:
    """Answer a remark, for the applicant; ask again, for the officers of the case."""
    at = timezone.now()
    case = case_of(request, public_id, at=at)
    by, side = writer_of(request, case, at=at)
    found = case.remarks.filter(pk=remark_id).first()  # unique
    if found is None:
        raise not_found()
    told = request.POST.get("text", "").replace(NUL, "")
    act = answer_remark if side is Side.APPLICANT else ask_again
    try:
        act(remark_id=found.pk, text=told, by=by, at=at)
    except NotSaid as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:case", public_id)


@require_safe
@open_to(SIGNED_IN)
def paper_of_case(request: HttpRequest, public_id: str, code: str) -> FileResponse:
    """Give the file of a paper that was issued in a case."""
    case = case_of(request, public_id, at=timezone.now())
    paper = IssuedPaper.objects.filter(about=case.stream, code=code).first()  # unique
    if paper is None:
        raise not_found()
    answer = FileResponse(
        open_kept(paper.sha256), content_type="application/pdf", as_attachment=True,
        filename=f"{paper.number}.pdf",
    )  # fmt: skip
    answer["Cache-Control"] = "no-store"
    return answer
