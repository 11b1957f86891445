"""The cashier's desk: find a bill, and take its money one way or another."""

import secrets
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from geo_portal.collection import shown
from geo_portal.collection.forms import amount_baisa, chosen, date, needed, number, words_of
from municipality.asked import today
from municipality.billing.bills.queries import find
from municipality.billing.models import Bill, Refund, Shift
from municipality.billing.payments import charging, graph, refunds
from municipality.billing.payments.charging import Asked, Cheque
from municipality.billing.shifts.actions import expected_baisa
from municipality.billing.terminals.models import Terminal
from municipality.cases.models import Case
from municipality.cases.queries import numbers_in
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.places.models import Branch
from municipality.problems import Problem

CASHIER = "cashier"
LATEST = 10


def shift_of(request: HttpRequest) -> Shift | None:
    """Return the open shift of who asks."""
    shifts = Shift.objects.select_related("branch", "terminal")
    mine = shifts.filter(cashier_id=person_of(request).pk, state=Shift.State.OPEN)
    return mine.order_by("pk").first()


def _found(q: str) -> list[Bill]:
    """Find bills by what a payer shows: also the number of the transaction in their message."""
    year = today().year
    numbers = numbers_in(q, year=year)
    if len(numbers) > 1 and any(letter.isalpha() for letter in q):
        numbers = []  # digits beside letters are a plate, no bare number of a transaction
    cases = Case.objects.filter(number__in=numbers) if numbers else Case.objects.none()
    return list(find(q, year=year, subjects=[case.stream for case in cases]))


@require_safe
@open_to(CASHIER)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the desk: without a shift how to open one, with one how to find a bill."""
    shift, q = shift_of(request), request.GET.get("q", "")[:60]
    person = person_of(request)
    context = {
        "shift": shift,
        "q": q,
        "bills": _found(q) if q else [],
        "branches": Branch.objects.order_by("name_ar") if shift is None else [],
        "terminals": Terminal.objects.filter(is_active=True).order_by("code"),
        "handed": Shift.objects.filter(state=Shift.State.HANDED, handed_to_id=person.pk),
        "expected_baisa": expected_baisa(shift) if shift else 0,
        "latest": shift.charges.filter(state__in=graph.TAKEN)
        .select_related("bill", "receipt")
        .order_by("-captured_at")[:LATEST]
        if shift
        else [],
        "open_charges": shift.charges.filter(state__in=graph.IN_FLIGHT).select_related("bill")
        if shift
        else [],
        "to_pay_back": Refund.objects.filter(state=Refund.State.APPROVED)
        .exclude(charge__channel="online")
        .select_related("charge__bill", "line")
        .order_by("decided_at"),
    }
    return render(request, "collection/desk.html", context)


@require_safe
@open_to(CASHIER)
def bill(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one bill on one screen: amount, number, and what is known of its payment."""
    at = timezone.now()
    stands = shown.standing_of(public_id)
    going = Refund.objects.filter(charge=stands.charge).exclude(state=Refund.State.REFUSED)
    context = shown.facts_of(stands, at=at) | {
        "shift": shift_of(request),
        "key": secrets.token_urlsafe(16),
        "today": today(),
        "refund": going.filter(line=None).order_by("-pk").first(),
        "can_ask_back": not going.exists(),
    }
    return render(request, "collection/bill.html", context)


@require_safe
@open_to(CASHIER)
def bill_state(request: HttpRequest, public_id: str) -> JsonResponse:
    """Tell where the payment stands, for the screen that waits."""
    return JsonResponse(shown.as_json(shown.standing_of(public_id), at=timezone.now()))


def _do(request: HttpRequest, public_id: str, act: Callable[[], object]) -> HttpResponse:
    """Do one thing with a bill and show it again; a refusal is said on the same screen."""
    try:
        act()
    except Problem as refused:
        messages.error(request, words_of(refused))
    return redirect("collection:bill", public_id)


def _asked(request: HttpRequest, public_id: str, channel: str) -> Asked:
    return Asked(
        bill_id=shown.bill_of(public_id).pk,
        channel=channel,
        key=f"desk/{person_of(request).pk}/{needed(request, 'key', longest=40)}",
        shown_baisa=number(request, "shown_baisa"),
    )


@require_POST
@open_to(CASHIER)
def to_terminal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the desk's terminal pull the amount; nobody types it."""
    by = actor_of(request, CASHIER)
    return _do(
        request,
        public_id,
        lambda: charging.ask_terminal(
            asked=_asked(request, public_id, "terminal"), by=by, at=timezone.now()
        ),
    )


@require_POST
@open_to(CASHIER)
def cash(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take cash and say the change."""
    by = actor_of(request, CASHIER)
    return _do(
        request,
        public_id,
        lambda: charging.take_cash(
            asked=_asked(request, public_id, "cash"),
            tendered_baisa=amount_baisa(needed(request, "tendered"), name="tendered"),
            by=by,
            at=timezone.now(),
        ),
    )


@require_POST
@open_to(CASHIER)
def cheque(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a cheque."""
    by = actor_of(request, CASHIER)

    def take() -> object:
        written = Cheque(
            number=needed(request, "cheque_number", longest=30),
            bank=needed(request, "cheque_bank", longest=80),
            date=date(request, "cheque_date", default=today()),
        )
        asked = _asked(request, public_id, "cheque")
        return charging.take_cheque(asked=asked, cheque=written, by=by, at=timezone.now())

    return _do(request, public_id, take)


@require_POST
@open_to(CASHIER)
def stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an amount from the terminal's screen again."""
    by = actor_of(request, CASHIER)
    charge = shown.standing_of(public_id).charge
    if charge is None or charge.shift is None or charge.shift.cashier_id != by.person_id:
        raise not_found()
    return _do(
        request,
        public_id,
        lambda: charging.stop(charge_id=charge.pk, by=by, at=timezone.now()),
    )


@require_POST
@open_to(CASHIER)
def ask_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for a receipt to be voided or its money to go back; someone else approves."""
    by = actor_of(request, CASHIER)
    receipt = shown.receipt_of(public_id)
    kind = chosen(request, "kind", {kind.value: kind for kind in refunds.KINDS_ASKED})
    return _do(
        request,
        receipt.bill.public_id,
        lambda: refunds.ask(
            charge_id=receipt.charge_id,
            kind=kind,
            reason=needed(request, "reason", longest=300),
            by=by,
            at=timezone.now(),
        ),
    )


@require_POST
@open_to(CASHIER)
def paid_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Tell that approved money was given back over the counter or on the terminal."""
    by = actor_of(request, CASHIER)
    refund = Refund.objects.filter(public_id=public_id).first()  # unique
    if refund is None:
        raise not_found()
    try:
        refunds.paid_back(
            refund_id=refund.pk, by=by, at=timezone.now(),
            number=request.POST.get("number", "")[:80],
        )  # fmt: skip
    except Problem as refused:
        messages.error(request, words_of(refused))
    return redirect("collection:desk")
