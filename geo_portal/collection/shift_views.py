"""A cashier's shift on screen: open, count and close, hand over, take over."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from geo_portal.collection.cashier_views import CASHIER, shift_of
from geo_portal.collection.forms import amount_baisa, needed, number, pieces, words_of
from municipality.billing.models import Shift
from municipality.billing.shifts import actions
from municipality.billing.shifts.actions import Count, expected_baisa
from municipality.conf import PROFILE
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.people.models import User
from municipality.problems import Problem


@require_POST
@open_to(CASHIER)
def open_shift(request: HttpRequest) -> HttpResponse:
    """Open a shift with the cash that lies in the drawer."""
    by = actor_of(request, CASHIER)
    branch = number(request, "branch")
    terminal = number(request, "terminal") if request.POST.get("terminal") else None
    try:
        actions.open_shift(
            branch_id=branch,
            terminal_id=terminal,
            float_baisa=amount_baisa(needed(request, "float"), name="float"),
            by=by,
            at=timezone.now(),
        )
    except Problem as refused:
        if refused.code in actions.OF_NO_PLACE:
            raise
        messages.error(request, words_of(refused))
    return redirect("collection:desk")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(CASHIER)
def close_shift(request: HttpRequest) -> HttpResponse:
    """Count the drawer piece by piece, then close the shift or hand it over."""
    shift = shift_of(request)
    if shift is None:
        return redirect("collection:desk")
    error, counted = "", {}
    if request.method == "POST":
        try:
            counted = pieces(request)
            _close(request, shift, Count(counted, request.POST.get("reason", "")[:300]))
            return redirect("collection:desk")
        except Problem as refused:
            error = words_of(refused)
    others = User.objects.filter(roles__contains=[CASHIER], is_active=True)
    context = {
        "shift": shift,
        "error": error,
        "rows": [(value, counted.get(value) or "") for value in PROFILE.denominations_baisa],
        "reason": request.POST.get("reason", ""),
        "expected_baisa": expected_baisa(shift),
        "others": others.exclude(pk=person_of(request).pk).order_by("username"),
    }
    return render(request, "collection/close.html", context, status=422 if error else 200)


def _close(request: HttpRequest, shift: Shift, count: Count) -> None:
    by, at = actor_of(request, CASHIER), timezone.now()
    if request.POST.get("to"):
        to = number(request, "to")
        if not User.objects.filter(pk=to, roles__contains=[CASHIER], is_active=True).exists():
            raise not_found()
        actions.hand_over(shift_id=shift.pk, count=count, to_person_id=to, by=by, at=at)
        return
    actions.close_shift(shift_id=shift.pk, count=count, by=by, at=at)


@require_POST
@open_to(CASHIER)
def take_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm that a drawer was taken over as it was counted."""
    by = actor_of(request, CASHIER)
    handed = Shift.objects.filter(public_id=public_id).first()  # unique
    if handed is None:
        raise not_found()
    try:
        actions.confirm(shift_id=handed.pk, by=by, at=timezone.now())
    except Problem as refused:
        messages.error(request, words_of(refused))
    return redirect("collection:desk")
