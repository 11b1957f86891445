"""Writers, folds and readers at once, on connections of their own: never a wrong sum.

Each race has its control: the same race with the lock off must go wrong, else it proves nothing.
"""

import contextlib
import datetime as dt
import random
import threading
import time

import pytest
from django.db import connection, transaction

from maps.heat import index
from maps.heat.index import HELD, fold
from maps.heat.models import HeatPiece
from maps.heat.queries import ALL, count_cells
from observations.reports.heat import HEAT
from observations.reports.models import Category, Observation
from tests import side_by_side
from tests.observations.conftest import ORACLE, as_dict, report

DAY = dt.date(2016, 3, 5)
X, Y = 640_000.0, 2_610_000.0


@pytest.fixture
def category(transactional_db) -> int:
    HELD.clear()
    return Category.objects.create(code="waste", name_ar="نفايات", name_en="Waste").pk


def at_once(*works) -> None:
    """Run works side by side; raise what any of them raised."""
    for error in side_by_side.at_once(*works):
        raise error


def writer(seed: int, category: int, rounds: int):
    """Add, move and withdraw reports of its own; some of its transactions are rolled back."""

    def work() -> None:
        rng = random.Random(seed)
        mine: list[int] = []
        for _ in range(rounds):
            try:
                with transaction.atomic():
                    if len(mine) < 5 or rng.random() < 0.5:
                        x, y = rng.uniform(0, 3000), rng.uniform(0, 3000)
                        row = report(X + x, Y + y, DAY, category)
                        row.save()
                        added = [row.pk]
                    else:
                        added = []
                        pick = rng.choice(mine)
                        if rng.random() < 0.7:
                            x = X + rng.uniform(0, 3000)
                            with connection.cursor() as cursor:
                                cursor.execute(
                                    "UPDATE observations_observation SET point ="
                                    " ST_SetSRID(ST_MakePoint(%s, ST_Y(point)), ST_SRID(point))"
                                    " WHERE id = %s",
                                    [x, pick],
                                )
                        else:
                            Observation.objects.filter(pk=pick).delete()
                    if rng.random() < 0.2:
                        raise ZeroDivisionError
                mine = list(Observation.objects.filter(external_id="").values_list("pk", flat=True))
                mine = mine[seed::3] or mine
                mine += added
            except ZeroDivisionError:
                continue

    return work


def folder(rounds: int):
    def work() -> None:
        for _ in range(rounds):
            fold(HEAT, at_least=2)
            time.sleep(0.002)

    return work


def reader(done: threading.Event, wrong: list[str]):
    """Ask the index and the oracle in one snapshot, again and again."""

    def work() -> None:
        while not done.is_set():
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                found = as_dict(count_cells(HEAT, ALL, level=2))
                truth = ORACLE.cells(ALL, level=2)
            if found != truth:
                wrong.append(f"{sum(found.values())} against {sum(truth.values())}")

    return work


def race(category: int, rounds: int = 120) -> list[str]:
    done, wrong = threading.Event(), []
    writers = [writer(seed, category, rounds) for seed in range(3)]

    def writing() -> None:
        at_once(*writers)
        done.set()

    at_once(writing, folder(rounds), folder(rounds), reader(done, wrong))
    return wrong


def test_every_snapshot_during_writes_and_folds_is_exact(category):
    assert race(category) == []
    assert as_dict(count_cells(HEAT, ALL, level=0)) == ORACLE.cells(ALL, level=0)
    fold(HEAT, at_least=1)
    assert as_dict(count_cells(HEAT, ALL, level=0)) == ORACLE.cells(ALL, level=0)
    assert not HeatPiece.objects.filter(sign=-1).exists()


def two_folds_of_one_block(category: int) -> int:
    """Let two folds read the same pieces before either writes; return the reports indexed."""
    for i in range(12):
        report(X + i, Y, DAY, category).save()
    gate = threading.Barrier(2)
    merge = index.merge

    def slow(parts):
        with contextlib.suppress(threading.BrokenBarrierError):  # the other fold was kept out
            gate.wait(2)
        return merge(parts)

    index.merge = slow
    try:
        at_once(lambda: fold(HEAT, at_least=2), lambda: fold(HEAT, at_least=2))
    finally:
        index.merge = merge
    return count_cells(HEAT, ALL, level=0).total()


def test_two_folds_of_one_block_count_nothing_twice(category):
    assert two_folds_of_one_block(category) == 12


def test_without_the_lock_two_folds_count_twice(category, monkeypatch):
    monkeypatch.setattr(index, "_lock_block", lambda layer, block: True)
    assert two_folds_of_one_block(category) != 12


def test_emptying_the_table_waits_for_a_fold_that_is_under_way(category):
    for i in range(12):
        report(X + i, Y, DAY, category).save()
    inside, go_on = threading.Event(), threading.Event()
    merge = index.merge

    def held(parts):
        inside.set()
        go_on.wait(5)
        return merge(parts)

    def empty() -> None:
        inside.wait(5)
        threading.Timer(0.3, go_on.set).start()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE observations_observation CASCADE")

    index.merge = held
    try:
        at_once(lambda: fold(HEAT, at_least=2), empty)
    finally:
        index.merge = merge
    assert not HeatPiece.objects.exists()


def test_a_writer_never_waits_for_a_fold(category):
    for i in range(12):
        report(X + i, Y, DAY, category).save()
    inside, written = threading.Event(), threading.Event()
    merge = index.merge

    def held(parts):
        inside.set()
        assert written.wait(5), "the writer waited"
        return merge(parts)

    def write() -> None:
        inside.wait(5)
        report(X, Y, DAY, category).save()
        written.set()

    index.merge = held
    try:
        at_once(lambda: fold(HEAT, at_least=2), write)
    finally:
        index.merge = merge
    assert count_cells(HEAT, ALL, level=0).total() == 13
