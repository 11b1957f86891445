"""Money in any order: sequences of send, time-out, capture, decline, duplicate, late, inquiry,
cash, cancel and refund; after each, one receipt or none and books that are the bank's.
"""

import random

from municipality.billing.models import Receipt, Refund
from tests.billing.builders import PURPOSES
from tests.billing.machine import ACTS, Machine

TRIALS = {"small": 80, "full": 10_000}
# What ends a sequence early comes seldom, what makes it interesting often.
WEIGHTS = {"cancel": 1, "cash": 1, "refund": 2, "approve": 8, "approve_again": 2, "send": 6,
           "deliver": 6}  # fmt: skip
SETTINGS = {"BILL_PURPOSES": PURPOSES, "GEO_GATEWAY": "tests.billing.worlds.world"}


def trial(seed: int, number: int) -> dict[str, int]:
    """Let one sequence of 4 to 24 acts happen; raises AssertionError where a law breaks."""
    rng = random.Random(f"money {seed} {number}")
    machine, acts = Machine(), sorted(ACTS)
    weights = [WEIGHTS.get(act, 3) for act in acts]
    happened = rng.randint(4, 24)
    for _ in range(happened):
        act, choice = rng.choices(acts, weights)[0], rng.randrange(21)
        ACTS[act](machine, choice)
        machine.laws()
    machine.end()
    return {
        "acts": happened,
        "captures": sum(len(s.captures) for s in machine.world.sessions.values()),
        "receipts": Receipt.objects.count(),
        "refunds": Refund.objects.count(),
        "sequences": 1,
    }
