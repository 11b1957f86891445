"""Any order of what may happen to a bill's money ends in one receipt or none, and true books."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from municipality.billing.models import Receipt, Refund
from municipality.billing.payments import settling
from tests.billing.machine import ACTS, Machine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_world(settings: Any) -> Iterator[None]:
    """Let the gateway of these tests be the one in memory."""
    settings.GEO_GATEWAY = "tests.billing.worlds.world"
    yield


class Money(RuleBasedStateMachine):
    """Every sequence in a transaction of its own that is taken back."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.machine = Machine()

    @rule(act=st.sampled_from(sorted(ACTS)), choice=st.integers(0, 20))
    def happens(self, act: str, choice: int) -> None:
        """One thing happens."""
        ACTS[act](self.machine, choice)

    @invariant()
    def laws(self) -> None:
        """What holds at every moment."""
        self.machine.laws()

    def teardown(self) -> None:
        """Reconcile, judge, and take everything back."""
        try:
            self.machine.end()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)


def test_any_order_of_events_ends_in_one_receipt_or_none_and_true_books() -> None:
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=15, stateful_step_count=12, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_a_late_capture_after_everything_else_is_found() -> None:
    """The control of the machine itself: a system that forgets corrections is caught."""
    machine = Machine()
    machine.send(0)
    machine.expire(0)
    machine.deliver(0)
    machine.cash(0)
    machine.approve(1)
    machine.end()
    assert Receipt.objects.count() == 1 and Refund.objects.get().state == "done"


def test_without_corrections_the_books_are_not_the_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling.graph, "is_correction", lambda start, end: False)
    machine = Machine()
    machine.send(0)
    machine.expire(0)
    machine.deliver(0)
    machine.approve(1)
    with pytest.raises(AssertionError):
        machine.end()
