"""Zones under thousands of random edits stay a coverage, or say what is wrong with them.

The laws of ``tests/parking_zones/test_zone_edit_laws.py`` over many more towns and hands than
``make test`` draws, from the seed of the trial.
"""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.parking_zones import test_zone_edit_laws as laws

TRIALS = {"small": 1, "full": 50}
DRAWN = 1_000  # towns of each law in a trial
STEPS = (laws.towns, st.integers(0, 10_000), st.tuples(laws.metres, laws.metres))
LAWS = {
    laws.test_whatever_is_done_and_kept_the_zones_are_a_coverage: (laws.towns, st.data()),
    laws.test_what_is_no_coverage_is_always_told: (laws.towns, st.data()),
    laws.test_undo_gives_back_the_same_bits: (laws.towns, st.data()),
    laws.test_moving_a_corner_changes_exactly_the_zones_that_have_it: STEPS,
    laws.test_moving_there_and_back_gives_back_the_same_bits: STEPS,
}


def trial(seed: int, number: int) -> dict[str, int]:
    """Draw towns and hands; a law that is broken raises with the smallest case."""
    for law, drawn in LAWS.items():
        many = settings(
            max_examples=DRAWN,
            deadline=None,
            derandomize=False,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        inner = law.hypothesis.inner_test
        seeded(seed * 1_000 + number)(many(given(*drawn)(inner)))()
    return {"edited towns": DRAWN * len(LAWS)}
