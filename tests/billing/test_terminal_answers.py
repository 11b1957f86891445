"""Answers of a terminal that are not what they seem: late, altered, of another, of nobody."""

import pytest

from municipality.billing.models import Bill, Charge, Receipt, Refund
from municipality.billing.payments import charging
from municipality.billing.terminals.actions import Result, answered, pulled
from tests.billing.builders import a_bill, a_cashier, a_shift, a_terminal, asked, minutes

pytestmark = pytest.mark.django_db


def to_terminal(bill: Bill) -> Charge:
    """The cashier sends a bill to the terminal."""
    return charging.ask_terminal(asked=asked(bill, "terminal"), by=a_cashier(), at=minutes(0))


def state_of(charge: Charge) -> str:
    """The state of a charge now."""
    return Charge.objects.get(pk=charge.pk).state


def given_out(bill: Bill) -> Charge:
    """A charge whose amount the terminal has pulled."""
    charge = to_terminal(bill)
    assert pulled(code="T-01", holding="", at=minutes(1)).do == "collect"
    return charge


def approval(token: str, amount_baisa: int = 6_195, rrn: str = "000000000001") -> Result:
    """An approval as a terminal sends it."""
    return Result(token=token, outcome="approved", amount_baisa=amount_baisa, rrn=rrn)


@pytest.fixture
def desk() -> None:
    """A cashier with an open shift and a terminal."""
    a_shift(terminal=a_terminal())


@pytest.mark.usefixtures("desk")
def test_an_answer_counts_for_its_own_bill_only() -> None:
    first = given_out(a_bill())
    answered(code="T-01", result=approval(first.token), at=minutes(2))
    second = given_out(a_bill())
    assert answered(code="T-01", result=approval(first.token), at=minutes(3)).do == "ack"
    assert state_of(second) == "sent" and Receipt.objects.count() == 1


@pytest.mark.usefixtures("desk")
def test_a_token_of_nobody_of_another_terminal_or_not_given_out_pays_nothing() -> None:
    charge = to_terminal(a_bill())
    a_terminal("T-02")
    for code, token in (("T-01", "x" * 22), ("T-02", charge.token), ("T-01", charge.token)):
        assert answered(code=code, result=approval(token), at=minutes(2)).do == "not_ours"
    assert not Receipt.objects.exists()


@pytest.mark.usefixtures("desk")
def test_an_altered_amount_pays_no_bill_and_goes_back() -> None:
    bill = a_bill(6_195)
    charge = given_out(bill)
    answered(code="T-01", result=approval(charge.token, 6_190), at=minutes(2))
    bill.refresh_from_db()
    assert bill.state == "due" and Refund.objects.get().amount_baisa == 6_190
