"""The administrator's people: who signs in, with which roles, and what was done to whom."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo_portal.staff.act_words import in_words
from geo_portal.staff.sent import Sent
from municipality.history.queries import entries
from municipality.people import lost_phones, persons, second_factor
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of
from municipality.people.contact import read_contact
from municipality.people.models import CodeAlarm, FactorReset, PhoneChange, User
from municipality.people.roles import BY_CODE, ROLES
from municipality.phones import NotAPhone, masked, phone, shown
from municipality.places.models import Directorate
from municipality.problems import Problem
from municipality.words import Text

ADMIN = "admin"
FORM = ["GET", "HEAD", "POST"]
MOST = 100
LATEST = 20
NOT_A_PHONE = Text("اكتب رقم هاتف صحيحًا.", "Enter a valid phone number.")
NOT_A_NAME = Text("أحرف لاتينية وأرقام فقط.", "Latin letters and digits only.")


def _roles(codes: list[str]) -> list[Text]:
    return [BY_CODE[code].name for code in codes if code in BY_CODE]


def _listed(request: HttpRequest) -> list[dict[str, Any]]:
    asked, role = request.GET.get("q", "").strip()[:100], request.GET.get("role", "")
    found = User.objects.select_related("directorate").order_by("username")
    if asked:
        name = Q(first_name__icontains=asked) | Q(last_name__icontains=asked)
        found = found.filter(Q(username__icontains=asked) | name)
    if role in BY_CODE:
        found = found.filter(roles__contains=[role])
    return [{"person": one, "roles": _roles(one.roles)} for one in found[:MOST]]


@require_safe
@open_to(ADMIN)
def people(request: HttpRequest) -> HttpResponse:
    """List people by name and role, without how they are reached."""
    context = {
        "rows": _listed(request),
        "most": MOST,
        "q": request.GET.get("q", "")[:100],
        "role": request.GET.get("role", ""),
        "all_roles": ROLES,
        "alarms": CodeAlarm.objects.filter(seen_at=None).order_by("-began_at")[:5],
        "resets": FactorReset.objects.filter(done_at=None).select_related("person", "asked_by"),
        "phones": PhoneChange.objects.filter(done_at=None).select_related("person", "asked_by"),
    }
    return render(request, "staff/people.html", context)


def _e164(sent: Sent, name: str) -> str:
    text = sent.values.get(name, "").strip()
    if not text:
        return ""
    try:
        return phone(text)
    except NotAPhone:
        sent.errors[name] = NOT_A_PHONE
        return ""


def _new_person(request: HttpRequest, sent: Sent) -> persons.NewPerson | None:
    username = sent.text("username", most=60)
    if username and not (username.isascii() and username.replace("-", "").isalnum()):
        sent.errors["username"] = NOT_A_NAME
    new = persons.NewPerson(
        username=username,
        full_name=sent.text("full_name", most=150),
        roles=tuple(request.POST.getlist("roles")),
        phone=_e164(sent, "phone"),
        directorate=sent.values.get("directorate", ""),
    )
    return None if sent.errors else new


@never_cache
@require_http_methods(FORM)
@open_to(ADMIN)
def person_add(request: HttpRequest) -> HttpResponse:
    """Add a person; the first password is shown once."""
    sent = Sent.of(request) if request.method == "POST" else Sent()
    new = _new_person(request, sent) if request.method == "POST" else None
    if new is not None:
        try:
            person, password = persons.add(new, by=actor_of(request, ADMIN), at=timezone.now())
            return render(
                request, "staff/person_added.html", {"person": person, "password": password}
            )
        except Problem as refused:
            sent.errors |= {error.pointer: error.detail for error in refused.errors}
    context = {
        "values": sent.values,
        "errors": sent.errors,
        "chosen": request.POST.getlist("roles"),
        "all_roles": ROLES,
        "directorates": Directorate.objects.order_by("code"),
    }
    return render(request, "staff/person_add.html", context, status=422 if sent.errors else 200)


def _person(pk: int) -> User:
    found = User.objects.select_related("directorate").filter(pk=pk).first()  # by key
    if found is None:
        raise not_found()
    return found


def _page(request: HttpRequest, person: User, *, status: int = 200, **more: object) -> HttpResponse:
    change = lost_phones.open_change(person)
    context = {
        "person": person,
        "role_names": _roles(person.roles),
        "all_roles": ROLES,
        "directorates": Directorate.objects.order_by("code"),
        "enrolled": second_factor.is_enrolled(person),
        "reset": FactorReset.objects.filter(person=person, done_at=None).first(),  # one open
        "phone_change": change,
        "new_phone": masked(change.phone) if change else "",
        "offices": person.memberships.select_related("consultancy").order_by("-pk"),
        "acts": in_words(entries(f"person/{person.pk}").reverse()[:LATEST]),
        "is_me": request.user.pk == person.pk,
        **more,
    }
    return render(request, "staff/person.html", context, status=status)


@never_cache
@require_safe
@open_to(ADMIN)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person; how they are reached only on asking, with a reason."""
    return _page(request, _person(pk))


def _done(request: HttpRequest, pk: int, act: Callable[[User], object]) -> HttpResponse:
    """Do one thing to a person; a refusal is told on the page."""
    found = _person(pk)
    try:
        act(found)
    except Problem as refused:
        return _page(request, _person(pk), status=refused.status, refused=refused.detail)
    return redirect("people:person", pk)


@require_POST
@open_to(ADMIN)
def person_roles(request: HttpRequest, pk: int) -> HttpResponse:
    """Change roles and directorate."""
    roles, by = tuple(request.POST.getlist("roles")), actor_of(request, ADMIN)
    directorate = request.POST.get("directorate", "")
    return _done(
        request, pk,
        lambda one: persons.set_roles(one, roles, directorate, by=by, at=timezone.now()),
    )  # fmt: skip


@require_POST
@open_to(ADMIN)
def person_disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut somebody out, or let them in again."""
    sent, by = Sent.of(request), actor_of(request, ADMIN)

    def turn(one: User) -> None:
        out = sent.wanted("disabled", "active") == "disabled"
        act = persons.disable if out else persons.enable
        act(one, reason=sent.values.get("reason", ""), by=by, at=timezone.now())

    return _done(request, pk, turn)


@never_cache
@require_POST
@open_to(ADMIN)
def person_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody who forgot theirs a new password, shown once."""
    found, by = _person(pk), actor_of(request, ADMIN)
    try:
        password = persons.new_password(found, by=by, at=timezone.now())
    except Problem as refused:
        return _page(request, found, status=refused.status, refused=refused.detail)
    return render(request, "staff/person_added.html", {"person": found, "password": password})


@require_POST
@open_to(ADMIN)
def person_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a second factor to be reset, or confirm what another administrator asked for."""
    by = actor_of(request, ADMIN)
    asked = FactorReset.objects.filter(person=pk, done_at=None).exists()
    act = persons.confirm_factor_reset if asked else persons.ask_factor_reset
    return _done(request, pk, lambda one: act(one, by=by, at=timezone.now()))


@never_cache
@require_POST
@open_to(ADMIN)
def person_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for another number of a lost phone, or confirm by typing it again."""
    sent, by, at = Sent.of(request), actor_of(request, ADMIN), timezone.now()
    number = _e164(sent, "phone")
    if not number:
        return _page(request, _person(pk), status=422, refused=NOT_A_PHONE)

    def act(one: User) -> None:
        if lost_phones.open_change(one) is not None:
            lost_phones.confirm(one, number, by=by, at=at)
        else:
            lost_phones.ask(one, number, sent.values.get("reason", ""), by=by, at=at)

    return _done(request, pk, act)


@require_POST
@open_to(ADMIN)
def person_phone_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the change of a number that was asked for be."""
    by = actor_of(request, ADMIN)
    return _done(request, pk, lambda one: lost_phones.drop(one, by=by, at=timezone.now()))


@never_cache
@require_POST
@open_to(ADMIN)
def person_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a person is reached; the look and its reason are on the record."""
    found, by = _person(pk), actor_of(request, ADMIN)
    reason = Sent.of(request).values.get("reason", "")
    try:
        contact = read_contact(found.pk, by=by, reason=reason, at=timezone.now())
    except Problem as refused:
        return _page(request, found, status=422, refused=refused.detail)
    return _page(request, found, contact=contact, phone=shown(contact.phone))


@require_POST
@open_to(ADMIN)
def alarm_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that an administrator has seen an alarm."""
    held = CodeAlarm.objects.filter(pk=pk, seen_at=None)
    held.update(seen_at=timezone.now(), seen_by=request.user.pk)
    return redirect("people:people")
