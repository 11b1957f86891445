"""Money in any order: sequences of send, time-out, capture, decline, duplicate, late, inquiry,
cash, cancel and refund; after each, one receipt or none and books that are the bank's.
"""

import random

from django.conf import settings

from municipality.billing.models import Receipt
from tests.billing.builders import PURPOSES
from tests.billing.machine import ACTS, Machine

TRIALS = {"small": 200, "full": 10_000}
settings.BILL_PURPOSES = PURPOSES
settings.GEO_GATEWAY = "tests.billing.worlds.world"


def trial(seed: int, number: int) -> dict[str, int]:
    """Let one sequence of 4 to 24 acts happen; raises AssertionError where a law breaks."""
    rng = random.Random(f"money {seed} {number}")
    machine, acts = Machine(), sorted(ACTS)
    happened = rng.randint(4, 24)
    for _ in range(happened):
        act, choice = rng.choice(acts), rng.randrange(21)
        ACTS[act](machine, choice)
        machine.laws()
    machine.end()
    return {
        "acts": happened,
        "captures": sum(len(s.captures) for s in machine.world.sessions.values()),
        "receipts": Receipt.objects.count(),
        "sequences": 1,
    }
