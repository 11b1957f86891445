"""Two pairs of eyes on every refund and void: by action, by delegate, by database."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from municipality.actor import Actor
from municipality.billing.bills.facts import Payer
from municipality.billing.models import Charge, Refund
from municipality.billing.payments import refunds
from municipality.notices.models import Message
from municipality.people.models import Delegation
from municipality.problems import Problem
from tests.billing.builders import (
    NOON,
    SUPERVISOR,
    a_bill,
    a_cashier,
    a_shift,
    a_user,
    minutes,
    pay_cash,
)

pytestmark = pytest.mark.django_db
ASKER = Actor(910, "Asking supervisor", "supervisor")


@pytest.fixture
def charge() -> Charge:
    a_shift()
    return pay_cash(a_bill(payer=Payer("سالم", "+96892123456", 7)))


def ask(charge: Charge, by: Actor = ASKER, kind: str = "refund") -> Refund:
    return refunds.ask(charge_id=charge.pk, kind=kind, reason="paid twice", by=by, at=minutes(2))


@pytest.mark.parametrize(
    "decider",
    [
        ASKER,
        Actor(920, "Someone acting for the asker", "supervisor", for_person_id=910),
        Actor(910, "The asker acting for another", "supervisor", for_person_id=920),
        Actor(7, "The payer", "supervisor"),
        Actor(920, "Someone acting for the payer", "supervisor", for_person_id=7),
        a_cashier(),
        Actor(930, "Auditor", "auditor"),
        Actor(940, "Administrator", "admin"),
        Actor(None, "Nobody", "supervisor"),
    ],
    ids=lambda actor: actor.name,
)
def test_the_same_eyes_do_not_decide(charge: Charge, decider: Actor) -> None:
    refund = ask(charge)
    for decide in (refunds.approve, refunds.refuse):
        with pytest.raises(Problem) as refused:
            decide(refund_id=refund.pk, by=decider, at=minutes(3))
        assert refused.value.status == 403
    refund.refresh_from_db()
    assert refund.state == "asked"


def test_asked_in_my_name_is_asked_by_me(charge: Charge) -> None:
    refund = ask(charge, by=Actor(920, "Delegate", "cashier", for_person_id=901))
    with pytest.raises(Problem):
        refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(3))


def test_delegates_of_each_other_are_one_pair_of_eyes(charge: Charge) -> None:
    one, other = a_user("one", "cashier"), a_user("other", "supervisor")
    Delegation.objects.create(
        giver=one, taker=other, kinds=["plot_extract"], made_at=NOON,
        valid=(NOON.date(), dt.date(2027, 1, 1)),
    )  # fmt: skip
    refund = ask(charge, by=Actor(one.pk, "one", "cashier"))
    with pytest.raises(Problem):
        refunds.approve(
            refund_id=refund.pk, by=Actor(other.pk, "other", "supervisor"), at=minutes(3)
        )


def test_the_payers_phone_is_the_payer(charge: Charge) -> None:
    payer = a_user("payer", "supervisor", phone="+96892123456")
    refund = ask(charge)
    with pytest.raises(Problem):
        refunds.approve(refund_id=refund.pk, by=Actor(payer.pk, "x", "supervisor"), at=minutes(3))


def test_the_database_refuses_the_same_eyes_too(charge: Charge) -> None:
    refund = ask(charge, by=Actor(910, "x", "cashier", for_person_id=911))
    for decider in ({"decided_by_id": 910}, {"decided_by_id": 911},
                    {"decided_by_id": 920, "decided_for_id": 910},
                    {"decided_by_id": 920, "decided_for_id": 911}, {"decided_by_id": None}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Refund.objects.filter(pk=refund.pk).update(state="approved", **decider)


def test_without_the_check_the_asker_would_pay_himself(charge: Charge, monkeypatch) -> None:
    """The control: the guard of the action alone is off; the database still refuses."""
    monkeypatch.setattr(refunds, "_other_eyes", lambda *who, **when: None)
    refund = ask(charge)
    with pytest.raises(IntegrityError), transaction.atomic():
        refunds.approve(refund_id=refund.pk, by=ASKER, at=minutes(3))
    payer = Actor(7, "The payer", "supervisor")
    assert refunds.approve(refund_id=refund.pk, by=payer, at=minutes(3)).state == "approved"


def test_other_eyes_approve_and_the_drawer_pays(charge: Charge) -> None:
    refund = ask(charge, by=a_cashier())
    refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(3))
    with pytest.raises(Problem):  # a stale form
        refunds.refuse(refund_id=refund.pk, by=SUPERVISOR, at=minutes(4))
    refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=minutes(5))
    with pytest.raises(Problem):
        refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=minutes(6))
    charge.refresh_from_db()
    assert charge.state == "refunded"
    told = Message.objects.get(to_address="+96892123456")
    assert "6.195" in told.text and charge.bill.number in told.text and "إيصالها" in told.text


def test_nothing_goes_back_before_it_is_approved(charge: Charge) -> None:
    refund = ask(charge)
    with pytest.raises(Problem):
        refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=minutes(3))


def test_a_refused_refund_may_be_asked_again_and_others_not(charge: Charge) -> None:
    refund = ask(charge)
    with pytest.raises(Problem) as refused:
        ask(charge, by=a_cashier(), kind="void")
    assert refused.value.code == "going_back"
    refunds.refuse(refund_id=refund.pk, by=SUPERVISOR, at=minutes(3))
    assert ask(charge).state == "asked"


def test_a_void_is_for_the_same_day_and_every_refund_has_a_reason(charge: Charge) -> None:
    with pytest.raises(Problem) as refused:
        refunds.ask(charge_id=charge.pk, kind="void", reason="x", by=ASKER, at=minutes(24 * 60))
    assert refused.value.code == "only_today"
    with pytest.raises(IntegrityError), transaction.atomic():
        refunds.ask(charge_id=charge.pk, kind="refund", reason="", by=ASKER, at=minutes(2))
