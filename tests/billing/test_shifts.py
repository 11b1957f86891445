"""Shifts: the drawer is counted, differences have reasons, hand-overs are confirmed."""

import pytest

from municipality.billing.models import Shift
from municipality.billing.payments import charging, refunds
from municipality.billing.shifts import actions
from municipality.billing.shifts.actions import Count, expected_baisa
from municipality.billing.shifts.drawer import counted_baisa
from municipality.problems import Problem
from tests.billing.builders import (
    NOON,
    SUPERVISOR,
    a_bill,
    a_branch,
    a_cashier,
    a_shift,
    a_terminal,
    asked,
    minutes,
    pay_cash,
)

pytestmark = pytest.mark.django_db


def opened(number: int = 1) -> Shift:
    return actions.open_shift(
        branch_id=a_branch().pk, terminal_id=None, float_baisa=50_000, by=a_cashier(number),
        at=NOON,
    )  # fmt: skip


def code_of(refused: pytest.ExceptionInfo[Problem]) -> str:
    return refused.value.code


def test_a_drawer_is_the_float_and_what_came_and_went_in_cash() -> None:
    shift = opened()
    back = pay_cash(a_bill(6_000))
    pay_cash(a_bill(7_000))
    cheque = charging.Cheque("1", "Bank Muscat", NOON.date())
    charging.take_cheque(
        asked=asked(a_bill(9_000), "cheque"), cheque=cheque, by=a_cashier(), at=NOON
    )
    assert expected_baisa(shift) == 63_000
    refund = refunds.ask(charge_id=back.pk, kind="void", reason="x", by=a_cashier(), at=NOON)
    refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=NOON)
    refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=NOON)
    assert expected_baisa(shift) == 57_000
    closed = actions.close_shift(
        shift_id=shift.pk, count=Count({50_000: 1, 5_000: 1, 1_000: 2}), by=a_cashier(),
        at=minutes(60),
    )  # fmt: skip
    assert (closed.state, closed.difference_baisa) == ("closed", 0)


def test_a_difference_needs_a_reason() -> None:
    shift = opened()
    short = Count({20_000: 2})
    with pytest.raises(Problem) as refused:
        actions.close_shift(shift_id=shift.pk, count=short, by=a_cashier(), at=minutes(9))
    assert code_of(refused) == "reason_needed" and "-10.000" in refused.value.detail.en
    count = Count({20_000: 2}, "a note was torn")
    closed = actions.close_shift(shift_id=shift.pk, count=count, by=a_cashier(), at=minutes(9))
    assert closed.difference_baisa == -10_000


@pytest.mark.parametrize("pieces", [{7_000: 1}, {5_000: -1}, {5_000: 10**9}])
def test_a_note_the_city_does_not_have_is_not_counted(pieces: dict[int, int]) -> None:
    with pytest.raises(Problem):
        counted_baisa(pieces)


def test_a_cashier_has_one_open_shift_and_a_terminal_stands_at_one() -> None:
    opened()
    with pytest.raises(Problem) as refused:
        opened()
    assert code_of(refused) == "shift_open"
    terminal = a_terminal()
    a_shift(a_cashier(2), terminal=terminal)
    with pytest.raises(Problem) as refused:
        actions.open_shift(
            branch_id=a_branch().pk, terminal_id=terminal.pk, float_baisa=0, by=a_cashier(3),
            at=NOON,
        )  # fmt: skip
    assert code_of(refused) == "terminal_taken"


def test_a_shift_is_not_closed_under_a_card_payment() -> None:
    shift = a_shift(terminal=a_terminal())
    charge = charging.ask_terminal(asked=asked(a_bill(), "terminal"), by=a_cashier(), at=NOON)
    with pytest.raises(Problem) as refused:
        actions.close_shift(shift_id=shift.pk, count=Count({50_000: 1}), by=a_cashier(), at=NOON)
    assert code_of(refused) == "payment_under_way"
    charging.stop(charge_id=charge.pk, by=a_cashier(), at=NOON)
    actions.close_shift(shift_id=shift.pk, count=Count({50_000: 1}), by=a_cashier(), at=NOON)


def test_a_closed_shift_takes_no_money() -> None:
    shift = opened()
    actions.close_shift(shift_id=shift.pk, count=Count({50_000: 1}), by=a_cashier(), at=NOON)
    with pytest.raises(Problem) as refused:
        pay_cash(a_bill())
    assert code_of(refused) == "no_shift"
    with pytest.raises(Problem):
        actions.close_shift(shift_id=shift.pk, count=Count({50_000: 1}), by=a_cashier(), at=NOON)


def test_a_drawer_is_handed_over_when_the_other_confirms() -> None:
    shift = opened()
    pay_cash(a_bill(5_000))
    count = Count({50_000: 1, 5_000: 1})
    with pytest.raises(Problem):
        actions.hand_over(shift_id=shift.pk, count=count, to_person_id=101, by=a_cashier(), at=NOON)
    actions.hand_over(shift_id=shift.pk, count=count, to_person_id=102, by=a_cashier(), at=NOON)
    for number in (1, 3):
        with pytest.raises(Problem) as refused:
            actions.confirm(shift_id=shift.pk, by=a_cashier(number), at=NOON)
        assert code_of(refused) == "another_person"
    theirs = actions.confirm(shift_id=shift.pk, by=a_cashier(2), at=NOON)
    assert (theirs.float_baisa, theirs.taken_over_from_id) == (55_000, shift.pk)
    pay_cash(a_bill(), a_cashier(2))


def test_a_day_closes_after_its_shifts_and_opens_no_more() -> None:
    shift = opened()
    pay_cash(a_bill(5_000))
    closing = {"branch_id": a_branch().pk, "day": NOON.date(), "by": SUPERVISOR, "at": minutes(9)}
    with pytest.raises(Problem) as refused:
        actions.close_day(**closing)
    assert code_of(refused) == "shifts_open" and "Cashier 1" in refused.value.detail.en
    actions.close_shift(
        shift_id=shift.pk, count=Count({50_000: 1, 5_000: 1}), by=a_cashier(), at=NOON
    )
    closed = actions.close_day(**closing)
    assert (closed.receipts, closed.takings) == (1, {"cash": 5_000})
    for act in (lambda: actions.close_day(**closing), opened):
        with pytest.raises(Problem) as refused:
            act()
        assert code_of(refused) == "day_closed"
