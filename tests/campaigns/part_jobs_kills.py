"""Kills of the worker (guards.md fault 2): at random moments and at every durable step.

Six jobs of one key in order and four others; one or two workers are killed, then a healthy one
drains the queue.  Nothing is lost, no effect is there twice, the order of the key holds, and a
stalled job is taken over within 60 seconds.
"""

import logging
import os
import random

from django_tasks_db.models import DBTaskResult

from municipality.jobs.ordered import enqueue_in_order
from tests.campaigns.aside import aside
from tests.jobs import builders

TRIALS = {"small": 60, "full": 300}
IN_ORDER, OTHERS = 6, 4


def _trial(seed: int, number: int) -> dict[str, int]:
    rng = random.Random(seed * 100_003 + number)
    logging.getLogger("municipality.jobs").setLevel(logging.ERROR)  # a line a kill says nothing
    builders.prepare()
    for place in range(IN_ORDER):
        enqueue_in_order(builders.effect, "one key", f"key {place}")
    for place in range(OTHERS):
        builders.effect.enqueue(f"other {place}")
    kills = 0
    for turn in range(rng.randint(1, 2)):  # a third death of one job's worker would end the job
        if (number + turn) % 2:
            point = builders.POINTS[number // 2 % len(builders.POINTS)]
            pid = builders.a_worker_that_dies(point, after=rng.randint(1, 8))
            kills += os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -9
        else:
            kills += builders.killed(builders.a_worker_that_dies(), rng)
    took = builders.drained()
    found = builders.effects()
    assert sorted(found) == sorted(
        [f"key {place}" for place in range(IN_ORDER)]
        + [f"other {place}" for place in range(OTHERS)]
    ), found
    in_order = [key for key in found if key.startswith("key")]
    assert in_order == sorted(in_order), in_order
    states = set(DBTaskResult.objects.values_list("status", flat=True))
    assert states == {"SUCCESSFUL"}, states
    return {
        "kills": kills,
        "jobs": IN_ORDER + OTHERS,
        "begun more than once": builders.attempts() - IN_ORDER - OTHERS,
        "ms of taking over": int(1_000 * took),
    }


def trial(seed: int, number: int) -> dict[str, int]:
    """Run one trial on a session of its own: the workers must see what it commits."""
    return aside(lambda: _trial(seed, number))
