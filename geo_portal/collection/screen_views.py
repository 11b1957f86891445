"""The payer's screen: a second monitor at the desk that shows what the terminal shows."""

import datetime as dt

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geo_portal.collection import shown
from geo_portal.collection.cashier_views import CASHIER, shift_of
from municipality.billing.models import Charge
from municipality.billing.payments import graph
from municipality.people.access import open_to

STAYS = dt.timedelta(seconds=45)  # how long a payer reads "paid"; then the next one is greeted


def _on_screen(request: HttpRequest, *, at: dt.datetime) -> Charge | None:
    """Return the payment that stands at the desk of who asks: in flight, or just settled."""
    shift = shift_of(request)
    if shift is None:
        return None
    newest = shift.charges.select_related("bill", "terminal").order_by("-created_at", "-pk").first()
    if newest is None or newest.state in graph.IN_FLIGHT:
        return newest
    taken = newest.captured_at if newest.state in graph.TAKEN else newest.created_at
    return newest if taken is not None and at - taken <= STAYS else None


@never_cache
@require_safe
@open_to(CASHIER)
def screen(request: HttpRequest) -> HttpResponse:
    """Show the payer the number and the amount that the terminal was given, and nothing else."""
    at = timezone.now()
    charge = _on_screen(request, at=at)
    context = {"key": _key(charge), "charge": charge}
    if charge is not None:
        context |= shown.facts_of(shown.standing_of(charge.bill.public_id, newest=False), at=at)
    return render(request, "collection/screen.html", context)


@never_cache
@require_safe
@open_to(CASHIER)
def screen_state(request: HttpRequest) -> JsonResponse:
    """Tell what stands on the payer's screen, so that it draws itself anew when that changes."""
    return JsonResponse({"key": _key(_on_screen(request, at=timezone.now()))})


def _key(charge: Charge | None) -> str:
    return "" if charge is None else f"{charge.public_id}.{charge.state}"
