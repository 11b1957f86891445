"""Races for one bill's money, five hundred rounds of each, and each control without the guards.

The rounds run in threads with connections of their own and commit; the tables of money of the
campaign's database are emptied after each.
"""

from municipality.billing.models import Receipt, Refund
from tests.billing import races
from tests.billing.builders import PURPOSES
from tests.campaigns.aside import aside

TRIALS = {"small": 12, "full": 1_500}
RACES = ("two cashiers", "cashier and online", "refund and void")
CONTROL_EVERY = 50  # rounds of each race
SETTINGS = {"BILL_PURPOSES": PURPOSES}


def _guarded(race: str) -> int:
    """Run one round; returns how many were refused with a reason."""
    if race == "two cashiers":
        refused = len(races.told(races.two_cashiers()))
        assert refused == 1
        races.one_receipt()
    elif race == "cashier and online":
        refused = len(races.told(races.cashier_and_online()))
        races.one_receipt()
    else:
        refused = len(races.told(races.refund_and_void()))
        assert refused == 1
        races.paid_back_once()
    return refused


def _control(race: str) -> None:
    """Run the same round without the guards: it must go wrong."""
    with races.unguarded():
        if race == "two cashiers":
            races.two_cashiers()
            assert Receipt.objects.count() == 2
        elif race == "cashier and online":
            races.cashier_and_online()
            assert Receipt.objects.count() == 2
        else:
            races.refund_and_void()
            assert Refund.objects.filter(state="done").count() == 2


def trial(seed: int, number: int) -> dict[str, int]:
    """Run one round of one race, and its control every so often."""
    race = RACES[number % len(RACES)]
    counts = {f"rounds of {race}": 1, "told who and when": 0, "controls that went wrong": 0}

    def work() -> None:
        races.sweep()
        counts["told who and when"] = _guarded(race)
        races.sweep()
        if number // len(RACES) % CONTROL_EVERY == 0:
            _control(race)
            counts["controls that went wrong"] = 1

    aside(work)
    return counts
