"""Who works on the chunks of a survey: this process, several of this machine, or a Dask cluster.

The answers are the same to the last digit: a chunk is read and answered by itself.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import django
import shapely

from plots.building_permits.town.cluster_task import answer
from plots.building_permits.town.survey import Answers, Mapper, here


def by_processes(workers: int) -> Mapper:
    """Hand the chunks to so many processes of this machine, each with its own session."""
    if workers <= 1:
        return here

    def by(check: Any, surveys: list[Any], on: Any) -> Iterable[Answers]:
        if len(surveys) == 1:
            return here(check, surveys, on)
        # A fork would share this process's session; a fresh process knows no app until set up,
        # so what it begins with must not be of ours.
        fresh = get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=fresh, initializer=django.setup) as pool:
            return list(pool.map(check, surveys, [on] * len(surveys)))

    return by


def by_cluster(address: str) -> Mapper:
    """Hand the chunks to the workers of a Dask cluster at an address (tcp://host:port).

    Its workers run this project with the same settings and reach the same database.
    """

    def by(check: Any, surveys: list[Any], on: Any) -> Iterable[Answers]:
        from distributed import Client  # only who asks for a cluster loads it

        name = f"{check.__module__}.{check.__qualname__}"
        packed = [(shapely.to_wkb(one.shape).tolist(), one.floors, one.height_m) for one in surveys]
        with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            futures = client.map(
                answer, [name] * len(packed), packed, [on] * len(packed), pure=False
            )
            found: list[Answers] = client.gather(futures)
            return found

    return by


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))
