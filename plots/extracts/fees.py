"""The fee of an extract: one line from the tariff of the day, issued when the facts are right."""

import datetime as dt
from decimal import Decimal

from municipality.actor import Actor
from municipality.billing.bills.actions import cancel, issue
from municipality.billing.bills.facts import Claim, Payer, tariff_line
from municipality.billing.bills.models import Bill
from municipality.billing.payments.refunds import ask_for_service
from municipality.billing.tariffs.models import TariffKind
from municipality.billing.tariffs.queries import price_on
from municipality.cases.models import Case
from municipality.conf import PROFILE
from municipality.stored import shape_of
from municipality.words import Text

PURPOSE = "plot_extract_fee"
LINE = Text("رسم مستخرج قطعة أرض معتمد", "Fee of a certified plot extract")


def issue_fee(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Bill the applicant by the tariff of the day; raises NoTariff, and nothing moves then."""
    day = at.astimezone(PROFILE.time_zone).date()
    tariff = price_on(kind=TariffKind.PLOT_EXTRACT, zone_code="", day=day)
    applicant = next(party for party in case.parties.all() if party.role == "applicant")
    issue(
        claim=Claim(
            purpose=PURPOSE, subject=case.stream, plot_number=case.plot_number,
            place=shape_of(case.place) if case.place is not None else None,
            expires_at=case.expires_at,
        ),
        payer=Payer(
            name=applicant.name, phone=applicant.phone, person_id=applicant.person_id
        ),
        lines=[tariff_line(tariff=tariff, text=LINE, quantity=Decimal(1))],
        by=by,
        at=at,
    )  # fmt: skip


def fee_is_paid(case: Case) -> bool:
    """Tell whether the fee of a case has been paid."""
    return Bill.objects.filter(subject=case.stream, purpose=PURPOSE, state=Bill.State.PAID).exists()


def fee_is_open(case: Case) -> bool:
    """Tell whether a case still owes its fee."""
    return not fee_is_paid(case)


def lock_fee(case_id: int) -> None:
    """Lock the bills of a case before the case: settling takes its locks in that order."""
    bills = Bill.objects.filter(subject=f"case/{case_id}", purpose=PURPOSE)
    list(bills.select_for_update().order_by("pk"))


def cancel_fee(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Cancel a bill that is still due when its case ends; wipes it from a terminal's screen."""
    due = Bill.objects.filter(subject=case.stream, purpose=PURPOSE, state=Bill.State.DUE)
    for bill in due.order_by("pk"):
        cancel(bill_id=bill.pk, by=by, at=at, why=f"{case.number}: {case.state}")


def give_back_fee(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Ask for the fee of a case that ends without its paper to go back; a supervisor approves."""
    paid = Bill.objects.filter(subject=case.stream, purpose=PURPOSE, state=Bill.State.PAID)
    for bill in paid.order_by("pk"):
        ask_for_service(bill_id=bill.pk, reason=text, by=by, at=at)
