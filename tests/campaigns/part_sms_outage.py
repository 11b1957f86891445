"""The operator is away; what was queued meanwhile is all handed over, in order for each number."""

import random

from django.db import connection

from tests.notices.runs import over_an_outage, running

TRIALS = {"small": 1, "full": 2}
SECONDS = (20, 600)  # of the first trial, of the second


def trial(seed: int, number: int) -> dict[str, int]:
    """Stay away for 20 seconds (the first trial) or for ten minutes (the second)."""
    rng = random.Random(f"sms outage {seed} {number}")
    with running(str(connection.settings_dict["NAME"])) as (smsc, _):
        found = over_an_outage(smsc, rng, seconds=SECONDS[number], a_second=5)
    assert (found.lost, found.doubled, found.out_of_order) == (0, 0, 0), found
    return {
        "messages": found.queued,
        f"s to drain after {SECONDS[number]} s": found.seconds_to_drain,
    }
