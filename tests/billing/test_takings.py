"""The day's takings: what came in, what went back, and what stays."""

import datetime as dt

import pytest
from django.test import Client

from municipality.actor import SYSTEM
from municipality.billing.bills import actions as bills
from municipality.billing.models import Charge, Refund
from municipality.billing.payments import graph, refunds
from municipality.billing.payments.outcomes import Outcome
from municipality.billing.payments.settling import take_answer
from municipality.billing.reconciliation.early import count_overdue
from municipality.billing.reconciliation.queries import Taking, takings
from tests.billing.builders import (
    NOON,
    PURPOSE,
    SUPERVISOR,
    a_bill,
    a_cashier,
    a_shift,
    a_user,
    an_online_charge,
    captured,
    minutes,
    pay_cash,
)

pytestmark = pytest.mark.django_db
NEXT_DAY = 24 * 60.0


def give_back(charge: Charge, after: float) -> None:
    refund = refunds.ask(
        charge_id=charge.pk, kind="refund", reason="x", by=a_cashier(), at=minutes(2)
    )
    refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(3))
    refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=minutes(after), number="rf-1")


def test_what_went_back_stands_in_the_line_of_its_branch_channel_and_service() -> None:
    a_shift()
    pay_cash(a_bill(6_000))
    give_back(pay_cash(a_bill(2_500)), after=4)
    give_back(pay_cash(a_bill(1_000)), after=NEXT_DAY)
    day, after = NOON.date(), minutes(NEXT_DAY).date()
    assert takings(day) == [Taking("SEEB", "cash", PURPOSE, 3, 9_500, 1, 2_500)]
    assert takings(after) == [Taking("SEEB", "cash", PURPOSE, 0, 0, 1, 1_000)]
    assert [row.net_baisa for row in takings(day) + takings(after)] == [7_000, -1_000]
    supervisor = Client()
    supervisor.force_login(a_user("supervisor", "supervisor"))
    page = supervisor.get(f"/en/takings/?day={day}").content.decode()
    assert all(words in page for words in ("Hall", "-2.500", "7.000")) and "SEEB<" not in page
    assert "-1.000" in supervisor.get(f"/takings/?day={after}").content.decode()


def test_a_charge_unknown_for_more_than_a_quarter_of_an_hour_raises_the_alarm() -> None:
    charge = an_online_charge(a_bill())
    outcome = Outcome(graph.UNKNOWN, why="no answer")
    take_answer(charge_id=charge.pk, outcome=outcome, by=SYSTEM, at=minutes(2))
    began = charge.sent_at
    assert began is not None
    assert count_overdue(at=began + dt.timedelta(minutes=14)) == 0
    assert count_overdue(at=began + dt.timedelta(minutes=15)) == 1
    boss = Client()
    boss.force_login(a_user("boss", "supervisor"))
    assert "15 دقيقة" in boss.get("/takings/").content.decode()
    assert "geo_charges_unknown_overdue 1" in Client().get("/metrics").content.decode()


def test_a_returned_capture_that_was_no_receipt_was_never_in_the_takings() -> None:
    bill = a_bill(6_195)
    charge = an_online_charge(bill)
    bills.cancel(bill_id=bill.pk, by=SUPERVISOR, at=minutes(2), why="x")
    take_answer(charge_id=charge.pk, outcome=captured(6_195, "tx"), by=SUPERVISOR, at=minutes(2))
    refund = Refund.objects.get()
    refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(3))
    refunds.gateway_answered(
        refund_id=refund.pk, state="done", number="rf", by=SUPERVISOR, at=minutes(4)
    )
    assert Refund.objects.get().state == "done" and takings(NOON.date()) == []
