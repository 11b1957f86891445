"""The SMS process is killed -9 at random: each message accepted once, and once more a kill at most."""

import random

from django.db import connection

from tests.notices.runs import over_kills, running

TRIALS = {"small": 1, "full": 60}
KILLS = 5  # of one trial


def trial(seed: int, number: int) -> dict[str, int]:
    """Kill the process five times between submits and answers."""
    rng = random.Random(f"sms kills {seed} {number}")
    with running(str(connection.settings_dict["NAME"])) as (smsc, binding):
        found = over_kills(smsc, binding, rng, kills=KILLS)
    assert (found.lost, found.out_of_order) == (0, 0), found
    assert found.most_times <= 1 + KILLS and found.repeats_let_through == 0, found
    return {"kills": KILLS, "messages": found.messages, "repeats": found.repeats}
