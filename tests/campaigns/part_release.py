"""The public heat against whoever asks everything: nothing below k is learnt of anybody."""

import random
from unittest import mock

import numpy as np

from maps.heat import views
from maps.heat.release import ATOM, K
from tests.observations.test_heat_release import (
    ask_everything,
    atoms,
    attack,
    attack_boxes,
    skewed,
)

TRIALS = {"small": 8, "full": 1_000}
CONTROL_EVERY = 10  # of the large trials: what is learnt without the guard takes as long again


def _served(months: list, k: int):
    parts = [atoms(reports, k) for reports in months]
    numbers = [np.full(len(a), 2016 * 12 + i) for i, a in enumerate(parts)]
    joined = np.concatenate([np.zeros(0, ATOM), *parts])
    answer = (joined, np.concatenate(numbers))
    return mock.patch.object(views, "released_atoms", lambda layer: answer)


def trial(seed: int, number: int) -> dict[str, int]:
    """Attack three months with the guard on; with it off the same attack must succeed.

    Of few reports, where a group is small soonest; after the short run's trials of 3,000.
    """
    rng = random.Random(f"release {seed} {number}")
    large = number >= TRIALS["small"]
    sizes = [1_000] if large else [3, 40, 90, 300]
    months = [skewed(rng.randrange(1 << 31), rng.choice(sizes)) for _ in range(3)]
    boxes = rng.randrange(1 << 31)
    with _served(months, K):
        told = ask_everything()
        assert attack(told) == []
        assert attack_boxes(boxes, K) == []
    if large and number % CONTROL_EVERY:
        return {"numbers told": len(told)}
    with _served(months, 1):
        unguarded = len(attack(ask_everything()))
    return {"numbers told": len(told), "would be learnt without the guard": unguarded}
