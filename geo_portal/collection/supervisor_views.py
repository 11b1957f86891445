"""The supervisor's day: takings, what hangs and what closes it, differences, refunds."""

import datetime as dt
from collections.abc import Callable, Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from geo_portal.collection.forms import amount_baisa, chosen, date, needed, number, words_of
from municipality import asked
from municipality.billing.models import Charge, DayClose, Difference, Refund
from municipality.billing.payments import graph, ledger, refunds
from municipality.billing.payments.receipt_paper import CHANNELS
from municipality.billing.reconciliation import actions, queries
from municipality.billing.shifts.actions import close_day as close_the_day
from municipality.cases.kinds import machine_of
from municipality.cases.machine import State
from municipality.cases.models import Case
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of
from municipality.places.models import Branch
from municipality.problems import Problem
from municipality.words import Text

SUPERVISOR, AUDITOR = "supervisor", "auditor"
CONFLICT = 409  # what others did meanwhile is told on the page; a form of nonsense is refused
DAY_IS_CLOSED = Text(
    "أُغلق يوم {day} في {branch}. الإيصالات: {number}.",
    "{branch}: the day {day} is closed. Receipts: {number}.",
)
DECISIONS = {"approve": refunds.approve, "refuse": refunds.refuse}
ON_THE_WEB = Text("الدفع الإلكتروني", "Paid online")
MONTH = dt.timedelta(days=30)
CLOSES = {
    "terminal": Text(
        "جواب الجهاز عند عودته، أو كشف البنك غدًا",
        "the terminal's answer when it is back, or tomorrow's file of the bank",
    ),
    "online": Text(
        "جواب البوابة، ونسألها كل دقيقة، أو كشفها غدًا",
        "the gateway's answer, asked every minute, or tomorrow's file",
    ),
}


@require_safe
@open_to(SUPERVISOR)
def takings(request: HttpRequest) -> HttpResponse:
    """Show one day's money and everything that waits for a decision."""
    asked.only(request, ("day",))
    day = asked.day(asked.one(request, "day"), name="day", default=asked.today())
    rows, branches = queries.takings(day), _branch_names()
    context = {
        "day": day,
        "has_come": day <= asked.today(),
        "rows": [
            (
                branches.get(row.branch_code, row.branch_code),
                CHANNELS[Charge.Channel(row.channel)],
                row,
            )
            for row in rows
        ],
        "total_baisa": sum(row.amount_baisa for row in rows),
        "back_baisa": sum(row.back_baisa for row in rows),
        "net_baisa": sum(row.net_baisa for row in rows),
        "hanging": [(charge, CLOSES[charge.channel]) for charge in queries.hanging()],
        "unknown": graph.UNKNOWN,
        "overdue": queries.overdue(at=timezone.now()).count(),
        "differences": queries.open_differences(),
        "refunds": _with_services(queries.refunds_to_decide()),
        "owed": refunds.OWED,
        "branches": Branch.objects.order_by("name_ar"),
        "closed": DayClose.objects.filter(day=day).select_related("branch"),
    }
    return render(request, "collection/takings.html", context)


def _with_services(waiting: Iterable[Refund]) -> list[tuple[Refund, Case | None, State | None]]:
    """Put beside each refund the case it pays for and its stage: was the service given?"""
    asked_for = list(waiting)
    keys = [one.charge.bill.subject.removeprefix("case/") for one in asked_for]
    cases = {
        case.stream: case
        for case in Case.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()])
    }
    rows = []
    for one in asked_for:
        case = cases.get(one.charge.bill.subject)
        rows.append((one, case, machine_of(case.kind).state(case.state) if case else None))
    return rows


def _branch_names() -> dict[str, Text]:
    """Name the branches by the codes that stand in the books."""
    halls = {one.code.upper(): Text(one.name_ar, one.name_en) for one in Branch.objects.all()}
    return {ledger.WEB: ON_THE_WEB, **halls}


def _do(request: HttpRequest, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except Problem as refused:
        messages.error(request, words_of(refused))
    return redirect("collection:takings")


def _refund(public_id: str) -> Refund:
    found = Refund.objects.filter(public_id=public_id).first()  # unique
    if found is None:
        raise not_found()
    return found


@require_POST
@open_to(SUPERVISOR)
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Approve or refuse a refund or a void, as the second pair of eyes."""
    by, found = actor_of(request, SUPERVISOR), _refund(public_id)
    decision = chosen(request, "decision", DECISIONS)
    return _do(request, lambda: decision(refund_id=found.pk, by=by, at=timezone.now()))


@require_POST
@open_to(SUPERVISOR)
def close_difference(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a difference with words."""
    by = actor_of(request, SUPERVISOR)
    if not Difference.objects.filter(pk=pk).exists():
        raise not_found()
    return _do(
        request,
        lambda: actions.close_difference(
            difference_id=pk, how=needed(request, "how", longest=300), by=by, at=timezone.now()
        ),
    )


@require_POST
@open_to(SUPERVISOR)
def by_statement(request: HttpRequest, public_id: str) -> HttpResponse:
    """Settle an unknown charge as the bank's statement has it."""
    by = actor_of(request, SUPERVISOR)
    charge = Charge.objects.filter(public_id=public_id).first()  # unique
    if charge is None:
        raise not_found()
    return _do(
        request,
        lambda: actions.settle_by_statement(
            charge_id=charge.pk,
            captured_baisa=amount_baisa(request.POST.get("captured") or "0", name="captured"),
            how=needed(request, "how", longest=300),
            by=by,
            at=timezone.now(),
        ),
    )


@require_POST
@open_to(SUPERVISOR)
def close_day(request: HttpRequest) -> HttpResponse:
    """Close a branch's day."""
    by, day = actor_of(request, SUPERVISOR), date(request, "day", default=asked.today())
    try:
        done = close_the_day(branch_id=number(request, "branch"), day=day, by=by, at=timezone.now())
        messages.success(request, str(_closed(done)))
    except Problem as refused:
        if refused.status != CONFLICT:
            raise
        messages.error(request, words_of(refused))
    return redirect(f"{reverse('collection:takings')}?day={day.isoformat()}")


def _closed(done: DayClose) -> Text:
    values = {"day": f"{done.day:%d/%m/%Y}", "number": done.receipts}
    branch = Text(done.branch.name_ar, done.branch.name_en)
    return DAY_IS_CLOSED.with_values(branch=branch, **values)


@require_safe
@open_to(SUPERVISOR, AUDITOR)
def exceptions(request: HttpRequest) -> HttpResponse:
    """Show what was out of the ordinary in a span of days."""
    asked.only(request, ("first", "last"))
    last = asked.day(asked.one(request, "last"), name="last", default=asked.today())
    first = asked.day(asked.one(request, "first"), name="first", default=last - MONTH)
    context = {"first": first, "last": last, "found": queries.exceptions(first=first, last=last)}
    return render(request, "collection/exceptions.html", context)
