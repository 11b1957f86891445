"""fault 1: the process that pays is killed at every durable call; nothing acknowledged is lost."""

from collections.abc import Iterator
from typing import Any

import pytest

from municipality.billing.models import Receipt
from municipality.billing.payments import charging
from tests.billing.kills import STEPS, Payer, killed, purposes

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def payer(settings: Any) -> Iterator[Payer]:
    settings.GEO_GATEWAY = "tests.billing.worlds.world"
    purposes()
    made = Payer()
    yield made
    made.ends()


def test_killed_at_any_durable_call_a_payment_is_made_once_or_not_at_all(payer: Payer) -> None:
    """A sample; the campaign part_money_kills stands before every call of every step."""
    calls = killed(payer, "cash").calls
    assert calls > 10
    for at in range(1, calls + 2, calls // 6):
        killed(payer, "cash", kill_at=at)
    killed(payer, "webhook", kill_at=calls // 2)
    assert "terminal" in STEPS and killed(payer, "terminal", kill_at=calls // 2)


def test_without_the_key_a_client_that_tries_again_would_pay_twice(
    payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a process that forgets keys refuses or doubles what it had acknowledged."""
    monkeypatch.setattr(charging, "_repeated", lambda asked: None)
    with pytest.raises(Exception, match=r"bill_not_due|duplicate key"):
        killed(payer, "cash")
    assert Receipt.objects.count() == 1
