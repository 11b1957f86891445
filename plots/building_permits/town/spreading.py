"""Who works on the chunks of a survey: this process, several of this machine, or a Dask cluster.

The answers are the same to the last digit: a chunk is read and answered by itself.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import shapely
from django.db import connection

from municipality.spreading import cluster, name_of
from plots.building_permits.town.chunks import Survey
from plots.building_permits.town.cluster_task import answer
from plots.building_permits.town.survey import Mapper, here

# What a fork is there for: it comes to it with the parent's memory, not through a pipe.
_work: Callable[..., Any]
_tasks: list[tuple[Any, ...]]


def by_processes(workers: int) -> Mapper:
    """Hand the chunks to so many forks of this process, each with its own session.

    A fresh process would load Django first, for as long as it checks 10,000 footprints.
    """
    if workers <= 1:
        return here

    def by(
        work: Callable[..., Any], surveys: Sequence[Survey], *said: Sequence[Any]
    ) -> Iterable[Any]:
        if len(surveys) == 1:
            return here(work, surveys, *said)
        tasks = list(zip(surveys, *said, strict=True))
        with ProcessPoolExecutor(
            workers, mp_context=get_context("fork"), initializer=_begin, initargs=(work, tasks)
        ) as pool:
            return list(pool.map(_nth, range(len(tasks))))

    return by


def _begin(work: Callable[..., Any], tasks: list[tuple[Any, ...]]) -> None:
    """Take what there is to do, and leave the parent's session to the parent."""
    global _work, _tasks
    _work, _tasks = work, tasks
    if connection.connection is None:
        return
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, connection.connection.fileno())  # its farewell would end the parent's session
    os.close(nowhere)
    connection.connection.close()
    connection.connection = None


def _nth(n: int) -> Any:
    return _work(*_tasks[n])


def by_cluster(address: str) -> Mapper:
    """Hand the chunks to the workers of a Dask cluster at an address (tcp://host:port)."""

    def by(
        work: Callable[..., Any], surveys: Sequence[Survey], *said: Sequence[Any]
    ) -> Iterable[Any]:
        names = [name_of(work)] * len(surveys)
        packed = [(shapely.to_wkb(one.shape).tolist(), one.floors, one.height_m) for one in surveys]
        with cluster(address) as client:
            found: list[Any] = client.gather(client.map(answer, names, packed, *said, pure=False))
            return found

    return by
