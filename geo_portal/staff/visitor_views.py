"""The visitor in front: hall and contact centre act for them by the code of their phone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from geo_portal.staff.sent import Sent
from municipality.people import delegations
from municipality.people.access import open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.people.models import User
from municipality.people.phone_codes import NOT_A_MOBILE
from municipality.people.presence import MANDATE, address_of
from municipality.people.signing_in import nonce_of
from municipality.phones import NotAPhone, masked, phone
from municipality.places.demo import is_demo
from municipality.problems import Problem

FORM = ["GET", "HEAD", "POST"]
PHONE = "visitor_phone"


@never_cache
@require_http_methods(FORM)
@open_to("hall", "agent")
def visitor(request: HttpRequest) -> HttpResponse:
    """Ask for the visitor's number and send them a code; show whom this session serves now."""
    typed, errors = Sent.of(request).values.get("phone", ""), {}
    if request.method == "POST":
        try:
            number, at = phone(typed), timezone.now()
            delegations.ask_visitor(
                person_of(request), number, nonce_of(request), address_of(request), at=at
            )
            request.session[PHONE] = number
            return redirect("people:visitor_code")
        except NotAPhone:
            errors = {"phone": NOT_A_MOBILE}
        except Problem as refused:
            errors = {"phone": refused.detail}
    served = User.objects.filter(pk=getattr(request, "acting_for", None) or 0).first()  # by key
    context = {"errors": errors, "phone": typed, "served": served}
    return render(request, "staff/visitor.html", context, status=422 if errors else 200)


def _role(request: HttpRequest) -> str:
    return next(role for role in delegations.ON_BEHALF if person_of(request).has_role(role))


@never_cache
@require_http_methods(FORM)
@open_to("hall", "agent")
def visitor_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that the visitor reads out; then this session acts for them."""
    number, errors = request.session.get(PHONE), {}
    if not number:
        return redirect("people:visitor")
    if request.method == "POST":
        try:
            held = delegations.mandate(
                person_of(request), number, nonce=nonce_of(request),
                code=Sent.of(request).values.get("code", ""),
                by=actor_of(request, _role(request)), at=timezone.now(),
            )  # fmt: skip
            request.session[MANDATE] = held.pk
            return redirect("people:visitor")
        except Problem as refused:
            errors = {"code": refused.detail}
    context = {"errors": errors, "phone": masked(number), "is_demo": is_demo()}
    return render(request, "staff/visitor_code.html", context, status=422 if errors else 200)


@require_POST
@open_to("hall", "agent")
def visitor_end(request: HttpRequest) -> HttpResponse:
    """Serve this visitor no more."""
    request.session.pop(MANDATE, None)
    return redirect("people:visitor")
