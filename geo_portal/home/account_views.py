"""A person's own account: name, language, phone, password, sessions, second factor, delegates."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo_portal.home.devices import device_name
from geo_portal.staff.people_views import NOT_A_PHONE
from geo_portal.staff.sent import Sent
from municipality.actor import Actor
from municipality.asked import today
from municipality.people import account as acts
from municipality.people import delegations, phone_codes, second_factor, signing_in
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.people.acting_person import actor_of, is_staff, person_of
from municipality.people.models import User
from municipality.people.phone_codes import NOT_A_MOBILE, Asking
from municipality.people.presence import address_of, end_one, leave, leave_everywhere
from municipality.people.signing_in import nonce_of
from municipality.phones import NotAPhone, can_be_texted, masked, phone, shown
from municipality.places.demo import is_demo
from municipality.problems import Problem
from municipality.words import Text

FORM = ["GET", "HEAD", "POST"]
NEW_PHONE = "account_new_phone"
WRONG_OLD = Text(
    "الرمز المرسل إلى رقمك الحالي غير صحيح.", "The code of your present number is wrong."
)
WRONG_NEW = Text("الرمز المرسل إلى الرقم الجديد غير صحيح.", "The code of the new number is wrong.")
WRONG_APP = Text("رمز التطبيق غير صحيح.", "The code of the app is wrong.")
WRONG_PASSWORD = Text("كلمة المرور الحالية غير صحيحة.", "The present password is wrong.")
SAVED = Text("حُفظ.", "Saved.")
KINDS = {  # kinds of service that somebody may be a delegate for
    "plot_extract": Text("مستخرج قطعة أرض", "Plot extract"),
    "building_permit": Text("إباحة بناء", "Building permit"),
    "lease": Text("عقد إيجار", "Lease"),
    "parking_permit": Text("تصريح مواقف", "Parking permit"),
    "violation": Text("مخالفات المواقف", "Parking violations"),
}


def _actor(request: HttpRequest) -> Actor:
    person = person_of(request)
    if not person.roles:
        raise not_found()
    return actor_of(request, next(iter(person.roles), ""))


def _sessions(request: HttpRequest, person: User) -> list[dict[str, Any]]:
    return [
        {
            "row": one,
            "device": device_name(one.agent),
            "here": one.session_key == request.session.session_key,
        }
        for one in person.sign_ins.order_by("-seen_at")[:20]
    ]


def _delegations(person: User) -> dict[str, list[dict[str, Any]]]:
    on = today()

    def rows(held: Any) -> list[dict[str, Any]]:
        return [
            {
                "row": one, "kinds": [KINDS.get(kind, kind) for kind in one.kinds],
                "holds": one.ended_at is None and (on in one.valid or on < one.valid.lower),
            }
            for one in held.select_related("giver", "taker").order_by("-made_at")[:20]
        ]  # fmt: skip

    return {"given": rows(person.given), "taken": rows(person.taken)}


@never_cache
@require_safe
@open_to(SIGNED_IN)
def account(request: HttpRequest) -> HttpResponse:
    """Show the account with its sessions and delegates."""
    person = person_of(request)
    context = {
        "person": person,
        "phone": shown(person.phone) if person.phone else "",
        "sessions": _sessions(request, person),
        "enrolled": second_factor.is_enrolled(person),
        "is_staff": is_staff(person),
        "has_password": person.has_usable_password(),
        **_delegations(person),
    }
    return render(request, "account/account.html", context)


@require_POST
@open_to(SIGNED_IN)
def account_name(request: HttpRequest) -> HttpResponse:
    """Change name and language of messages."""
    person, sent = person_of(request), Sent.of(request)
    acts.set_name(person, sent.values.get("full_name", ""), by=_actor(request), at=timezone.now())
    acts.set_language(person, sent.values.get("language", ""))
    messages.success(request, str(SAVED))
    return redirect("people:account")


@sensitive_post_parameters()
@never_cache
@require_http_methods(FORM)
@open_to(SIGNED_IN)
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; the present one is asked for, and every session ends."""
    person, errors = person_of(request), {}
    if not person.has_usable_password():
        raise not_found()
    if request.method == "POST":
        sent, now = Sent.of(request), timezone.now()
        claimed = signing_in.Claim(person.get_username(), person, person.phone or "")
        try:
            old, new = sent.values.get("old", ""), sent.values.get("password", "")
            if signing_in.check_password(request, claimed, old, at=now):
                acts.set_password(person, new, by=_actor(request), at=now)
                leave(request)
                return redirect("home:sign_in")
            errors = {"old": WRONG_PASSWORD}
        except Problem as refused:
            errors = {"password": refused.detail}
    status = 422 if errors else 200
    return render(request, "account/password.html", {"errors": errors}, status=status)


def _ask(request: HttpRequest, person: User, number: str) -> None:
    """Send a code to the new number, and one to the present one where that is the proof."""
    now, nonce, address = timezone.now(), nonce_of(request), address_of(request)
    if person.phone and not _by_app(person):
        old = Asking(person.phone, acts.OLD_PHONE, nonce, address, person.language)
        phone_codes.ask(old, at=now)
    phone_codes.ask(Asking(number, acts.NEW_PHONE, nonce, address, person.language), at=now)


def _by_app(person: User) -> bool:
    return second_factor.is_enrolled(person)


@never_cache
@require_http_methods(FORM)
@open_to(SIGNED_IN)
def phone_change(request: HttpRequest) -> HttpResponse:
    """Ask for the new number; codes go to it and to the present one."""
    person, errors, typed = person_of(request), {}, ""
    if request.method == "POST":
        typed = Sent.of(request).values.get("phone", "")
        try:
            number = phone(typed)
            if not can_be_texted(number):
                raise NotAPhone(typed)
            _ask(request, person, number)
            request.session[NEW_PHONE] = number
            return redirect("people:phone_codes")
        except NotAPhone:
            errors = {"phone": NOT_A_MOBILE}
        except Problem as refused:
            errors = {"phone": refused.detail}
    context = {"errors": errors, "phone": typed}
    return render(request, "account/phone.html", context, status=422 if errors else 200)


def _proved(request: HttpRequest, person: User, number: str, sent: Sent) -> dict[str, Text]:
    """Check both proofs; returns what is wrong."""
    now, nonce = timezone.now(), nonce_of(request)
    old = sent.values.get("old_code", "")
    if _by_app(person):
        claimed = signing_in.Claim(person.get_username(), person)
        if not signing_in.check_code(request, claimed, old, at=now):
            return {"old_code": WRONG_APP}
    elif person.phone and not phone_codes.prove(
        phone=person.phone, purpose=acts.OLD_PHONE, nonce=nonce, code=old, at=now
    ):
        return {"old_code": WRONG_OLD}
    code = sent.values.get("code", "")
    if not phone_codes.prove(phone=number, purpose=acts.NEW_PHONE, nonce=nonce, code=code, at=now):
        return {"code": WRONG_NEW}
    return {}


@never_cache
@require_http_methods(FORM)
@open_to(SIGNED_IN)
def phone_codes_page(request: HttpRequest) -> HttpResponse:
    """Ask for both codes; then the account moves and every session ends."""
    person, number = person_of(request), request.session.get(NEW_PHONE)
    if not number:
        return redirect("people:phone_change")
    errors: dict[str, Text] = {}
    if request.method == "POST":
        try:
            errors = _proved(request, person, number, Sent.of(request))
            if not errors:
                acts.change_phone(person, number, by=_actor(request), at=timezone.now())
                leave(request)
                return redirect("home:sign_in")
        except Problem as refused:
            errors = {"code": refused.detail}
    context = {
        "errors": errors,
        "by_app": _by_app(person),
        "old": masked(person.phone) if person.phone else "",
        "new": masked(number),
        "is_demo": is_demo(),
    }
    return render(request, "account/codes.html", context, status=422 if errors else 200)


@require_POST
@open_to(SIGNED_IN)
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions."""
    end_one(person_of(request), pk)
    return redirect("people:account")


@require_POST
@open_to(SIGNED_IN)
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    leave_everywhere(person_of(request))
    leave(request)
    return redirect(settings.LOGIN_URL)


def _wish(request: HttpRequest, sent: Sent) -> delegations.Wish | None:
    try:
        number = phone(sent.values.get("phone", ""))
    except NotAPhone:
        number, sent.errors["phone"] = "", NOT_A_PHONE
    kinds = tuple(kind for kind in request.POST.getlist("kinds") if kind in KINDS)
    first, last = sent.day("first"), sent.day("last")
    return None if sent.errors else delegations.Wish(number, kinds, first, last)


@require_http_methods(FORM)
@open_to(SIGNED_IN)
def delegate_add(request: HttpRequest) -> HttpResponse:
    """Let another person act in some services over some days."""
    sent = Sent.of(request) if request.method == "POST" else Sent()
    wish = _wish(request, sent) if request.method == "POST" else None
    if wish is not None:
        try:
            delegations.delegate(
                person_of(request), wish, by=_actor(request), at=timezone.now(), on=today()
            )
            return redirect("people:account")
        except Problem as refused:
            sent.errors |= {error.pointer: error.detail for error in refused.errors}
    context = {
        "values": sent.values, "errors": sent.errors, "kinds": KINDS,
        "chosen": request.POST.getlist("kinds"),
    }  # fmt: skip
    return render(request, "account/delegate.html", context, status=422 if sent.errors else 200)


@require_POST
@open_to(SIGNED_IN)
def delegate_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a delegation at once."""
    delegations.end(person_of(request), public_id, by=_actor(request), at=timezone.now())
    return redirect("people:account")
