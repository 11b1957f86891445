"""Gi* of 50,000 cells and more, with the correction for false discoveries; the goal is 2 s."""

import statistics
import time

import numpy as np

from maps.heat.statistics.hot_spots import lattice_g_star, verdicts
from maps.heat.statistics.neighbours import Steps, steps_of

GOAL_S = 2.0
ROUNDS = 5
SIDES = (224, 710)  # 50,176 and 504,100 cells
KINDS: dict[str, Steps] = {
    "queen": steps_of("queen"),
    "band of 5 cells": steps_of("band", band_m=2_000, cell_m=400),
}


def run() -> dict[str, float]:
    """Measure and print; returns the seconds of 50,000 cells by kind of neighbours."""
    found: dict[str, float] = {}
    rng = np.random.default_rng(11)
    for side in SIDES:
        counts = rng.poisson(np.exp(rng.normal(0, 1, (side, side))))
        ground = np.ones((side, side), bool)
        for kind, steps in KINDS.items():
            took = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                verdicts(lattice_g_star(counts, ground, steps))
                took.append(time.perf_counter() - start)
            seconds = statistics.median(took)
            goal = f" (goal {GOAL_S:.0f})" if side == SIDES[0] else ""
            print(f"  {side * side:,} cells, {kind}: {seconds:.3f} s{goal}")
            if side == SIDES[0]:
                found[kind] = seconds
    return found
