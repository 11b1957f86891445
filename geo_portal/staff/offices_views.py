"""The administrator's consultancy offices: licence, members, pilot group, suspension."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo_portal.staff.act_words import in_words
from geo_portal.staff.people_views import NOT_A_PHONE
from geo_portal.staff.sent import Sent
from municipality.asked import today
from municipality.history.queries import entries
from municipality.people import offices as acts
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of
from municipality.people.models import Consultancy, Membership
from municipality.phones import NotAPhone, phone
from municipality.problems import Problem

ADMIN = "admin"
FORM = ["GET", "HEAD", "POST"]
LATEST = 20


@require_safe
@open_to(ADMIN)
def offices(request: HttpRequest) -> HttpResponse:
    """List the offices, and who may file: the pilot group or all."""
    on = today()
    rows = [
        {"office": office, "why_not": acts.why_not(office, on=on), "until": _last(office)}
        for office in Consultancy.objects.order_by("name_ar")
    ]
    return render(request, "staff/offices.html", {"rows": rows, "who_files": acts.who_files()})


def _last(office: Consultancy) -> dt.date | None:
    upper: dt.date | None = office.licence_valid.upper
    return upper - dt.timedelta(days=1) if upper else None


@require_POST
@open_to(ADMIN)
def offices_switch(request: HttpRequest) -> HttpResponse:
    """Let the pilot group alone file, or all offices."""
    acts.let_file(request.POST.get("whom", ""), by=actor_of(request, ADMIN), at=timezone.now())
    return redirect("people:offices")


def _facts(sent: Sent) -> acts.OfficeFacts:
    """Read the form of an office; what is wrong is noted in ``sent``."""
    number = sent.values.get("phone", "").strip()
    try:
        number = phone(number) if number else ""
    except NotAPhone:
        sent.errors["phone"] = NOT_A_PHONE
    return acts.OfficeFacts(
        name_ar=sent.text("name_ar", most=150),
        name_en=sent.text("name_en", most=150),
        licence_number=sent.text("licence_number", most=30),
        licence_class=sent.values.get("licence_class", ""),
        first=sent.day("first"),
        last=sent.day("last"),
        phone=number,
        email=sent.values.get("email", "").strip()[:200],
    )


def _form(request: HttpRequest, sent: Sent, office: Consultancy | None) -> HttpResponse:
    context = {
        "office": office, "values": sent.values, "errors": sent.errors, "classes": acts.CLASSES,
    }  # fmt: skip
    return render(request, "staff/office_form.html", context, status=422 if sent.errors else 200)


def _tried(sent: Sent, act: Callable[[acts.OfficeFacts], Any]) -> Any:
    """Do what the form asks; None, with what is wrong noted, where it cannot be."""
    facts = _facts(sent)
    if sent.errors:
        return None
    try:
        return act(facts) or True
    except Problem as refused:
        sent.errors |= {error.pointer: error.detail for error in refused.errors}
        return None


@require_http_methods(FORM)
@open_to(ADMIN)
def office_add(request: HttpRequest) -> HttpResponse:
    """Register an office."""
    sent = Sent.of(request) if request.method == "POST" else Sent()
    if request.method == "POST":
        by = actor_of(request, ADMIN)
        made = _tried(sent, lambda facts: acts.add(facts, by=by, at=timezone.now()))
        if made is not None:
            return redirect("people:office", made.public_id)
    return _form(request, sent, None)


def _office(public_id: str) -> Consultancy:
    found = Consultancy.objects.filter(public_id=public_id).first()  # unique
    if found is None:
        raise not_found()
    return found


def _written(office: Consultancy) -> Sent:
    last = _last(office)
    return Sent(
        {
            "name_ar": office.name_ar, "name_en": office.name_en,
            "licence_number": office.licence_number, "licence_class": office.licence_class,
            "first": str(office.licence_valid.lower), "last": str(last or ""),
            "phone": office.phone, "email": office.email,
        }
    )  # fmt: skip


@require_http_methods(FORM)
@open_to(ADMIN)
def office_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change what is recorded of an office."""
    office = _office(public_id)
    sent = Sent.of(request) if request.method == "POST" else _written(office)
    if request.method == "POST":
        by = actor_of(request, ADMIN)
        if _tried(sent, lambda facts: acts.change(office, facts, by=by, at=timezone.now())):
            return redirect("people:office", office.public_id)
    return _form(request, sent, office)


def _page(request: HttpRequest, office: Consultancy, **more: object) -> HttpResponse:
    on = today()
    members = office.members.select_related("person").order_by("-valid", "pk")
    context = {
        "office": office,
        "class_name": acts.CLASSES.get(office.licence_class, office.licence_class),
        "first": office.licence_valid.lower,
        "last": _last(office),
        "why_not": acts.why_not(office, on=on),
        "members": [(one, on in one.valid) for one in members],
        "acts": in_words(entries(f"office/{office.pk}").reverse()[:LATEST]),
        **more,
    }
    return render(request, "staff/office.html", context, status=422 if more else 200)


@require_safe
@open_to(ADMIN)
def office(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one office with its members and what was done to it."""
    return _page(request, _office(public_id))


def _done(
    request: HttpRequest, public_id: str, act: Callable[[Consultancy], object]
) -> HttpResponse:
    found = _office(public_id)
    try:
        act(found)
    except Problem as refused:
        return _page(request, found, refused=refused.detail)
    return redirect("people:office", public_id)


@require_POST
@open_to(ADMIN)
def office_suspend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop an office from filing with a reason, or let a suspended one file again."""
    sent, by = Sent.of(request), actor_of(request, ADMIN)

    def turn(found: Consultancy) -> None:
        if sent.wanted("suspended", "active") == "active":
            acts.reinstate(found, by=by, at=timezone.now())
        else:
            acts.suspend(found, sent.values.get("why", ""), by=by, at=timezone.now())

    return _done(request, public_id, turn)


@require_POST
@open_to(ADMIN)
def office_pilot(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an office into the pilot group, or out of it."""
    sent, by = Sent.of(request), actor_of(request, ADMIN)

    def turn(found: Consultancy) -> None:
        into = sent.wanted("in", "out") == "in"
        act = acts.take_into_pilot if into else acts.take_out_of_pilot
        act(found, by=by, at=timezone.now())

    return _done(request, public_id, turn)


@require_POST
@open_to(ADMIN)
def member_add(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add a member from today on, by user name or phone."""
    name, by = Sent.of(request).values.get("member", "").strip(), actor_of(request, ADMIN)
    with suppress(NotAPhone):  # a user name, then
        name = phone(name)
    return _done(
        request, public_id,
        lambda one: acts.add_member(one, name, first=today(), by=by, at=timezone.now()),
    )  # fmt: skip


@require_POST
@open_to(ADMIN)
def member_end(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """End a membership today."""
    by = actor_of(request, ADMIN)

    def finish(found: Consultancy) -> None:
        for member in Membership.objects.filter(consultancy=found, pk=pk, valid__upper_inf=True):
            acts.end_member(member, on=today(), by=by, at=timezone.now())

    return _done(request, public_id, finish)
