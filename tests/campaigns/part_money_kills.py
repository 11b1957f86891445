"""Kills: one payment, killed at random moments and at every durable call of it; each time the
client asks again with its key, and nothing acknowledged is lost or done twice.
"""

import atexit
import random

from tests.billing import kills
from tests.campaigns.aside import aside

TRIALS = {"small": 24, "full": 600}
SYSTEMATIC = 2  # of three trials are swept call by call; the third is killed by a timer
_held: dict[str, kills.Payer] = {}
_calls: dict[str, int] = {}  # durable calls of each step, as its first run counts them


def _payer() -> kills.Payer:
    if "payer" not in _held:
        kills.purposes()
        _held["payer"] = kills.Payer()
        atexit.register(_held["payer"].ends)
    return _held["payer"]


def trial(seed: int, number: int) -> dict[str, int]:
    """Kill one step once; raises AssertionError where something was lost or doubled."""
    rng = random.Random(f"kills {seed} {number}")
    what = kills.STEPS[number % len(kills.STEPS)]

    def work() -> kills.Killed:
        if number % 3 < SYSTEMATIC:
            if what not in _calls:
                _calls[what] = kills.killed(_payer(), what).calls
            at = 1 + number // len(kills.STEPS) % _calls[what]
            return kills.killed(_payer(), what, kill_at=at)
        return kills.killed(_payer(), what, after_ms=rng.uniform(0.5, 40))

    died = not aside(work).acknowledged
    return {"kills": int(died), "acknowledged before": int(not died), f"steps of {what}": 1}
