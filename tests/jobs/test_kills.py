"""Fault 2: the worker is killed -9 at random and at every durable step; nothing lost or doubled."""

import contextlib
import os
import threading
import time

import psycopg2
import pytest
from django.db import connection
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from municipality.jobs import queue
from municipality.jobs.ordered import enqueue_in_order
from municipality.sessions import own_session
from tests.campaigns import part_jobs_kills
from tests.jobs import builders

pytestmark = pytest.mark.django_db(transaction=True)


def test_fault_jobs_trials_of_the_campaign() -> None:
    trials = [part_jobs_kills.trial(7, number) for number in range(6)]
    assert sum(trial["kills"] for trial in trials) >= 3


def test_fault_jobs_a_kill_at_each_durable_step() -> None:
    for point in builders.POINTS:
        builders.prepare()
        for place in range(3):
            enqueue_in_order(builders.effect, "k", str(place))
        pid = builders.a_worker_that_dies(point, after=1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -9, point
        assert builders.drained() < 60, point
        assert builders.effects() == ["0", "1", "2"], point


def test_control_with_the_sweeper_off_a_killed_job_stays_for_ever(monkeypatch) -> None:
    builders.prepare()
    builders.effect.enqueue("x")
    os.waitpid(builders.a_worker_that_dies("after_claim"), 0)
    monkeypatch.setattr(queue, "sweep", lambda: 0)
    with pytest.raises(AssertionError, match="not taken over in time"):
        builders.drained(seconds=2)
    assert DBTaskResult.objects.get().status == "RUNNING" and builders.effects() == []


def test_control_a_job_that_is_not_idempotent_is_seen_to_be_doubled(monkeypatch) -> None:
    """What is begun twice is counted: the campaign would see a double effect if there were one."""
    builders.prepare()
    builders.effect.enqueue("x")
    os.waitpid(builders.a_worker_that_dies("after_the_effect"), 0)
    builders.drained()
    assert builders.attempts() == 2 and builders.effects() == ["x"]


def test_control_without_the_turns_a_retried_job_is_overtaken(monkeypatch) -> None:
    def order() -> list[str]:
        builders.prepare()
        for place in range(3):
            enqueue_in_order(builders.effect, "k", str(place))
        first = queue.claim(4_711, at=DBTaskResult.objects.latest("enqueued_at").enqueued_at)
        assert first is not None  # its worker holds no lock: it died in the first job
        builders.Worker().run(until_empty=True)
        builders.drained()
        return builders.effects()

    monkeypatch.setattr(builders.Worker, "_sweep", lambda self: None)
    kept = queue.sweep
    monkeypatch.setattr(
        builders, "drained", lambda: (kept(), builders.Worker().run(until_empty=True))
    )
    assert order() == ["0", "1", "2"]
    from django.db.models import Exists

    from municipality.jobs.models import Turn

    monkeypatch.setattr(queue, "waits_for_another", lambda: Exists(Turn.objects.none()))
    assert order() == ["1", "2", "0"]


taken_over: list[int] = []


@task()
def listener_cut_off() -> None:
    """A job during which the server ends the session by which its worker listens."""
    other = own_session()
    with other.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l "
            "JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' "
            "AND l.classid = %s AND l.pid <> pg_backend_pid() "
            "AND a.datname = current_database() AND a.query LIKE 'LISTEN%%'",
            [queue.LOCK_CLASS],
        )
        assert cursor.fetchall() == [(True,)]
    other.close()
    swept = threading.Thread(target=lambda: (taken_over.append(queue.sweep()), connection.close()))
    swept.start()
    swept.join()


def a_worker_whose_listener_is_cut_off() -> int:
    """Run such a job; returns how many jobs another worker took over from it meanwhile."""
    builders.prepare()
    taken_over.clear()
    listener_cut_off.enqueue()
    with contextlib.suppress(psycopg2.Error):
        builders.Worker().run(until_empty=True)
    return sum(taken_over)


def test_fault_3_a_worker_that_lost_its_listener_keeps_the_job_it_is_in() -> None:
    assert a_worker_whose_listener_is_cut_off() == 0
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_control_without_the_lock_of_the_working_session_the_job_is_begun_twice(
    monkeypatch,
) -> None:
    monkeypatch.setattr(queue, "hold", lambda number: None)
    assert a_worker_whose_listener_is_cut_off() == 1


def test_a_job_that_kills_its_worker_three_times_is_given_up_and_holds_nobody_up() -> None:
    builders.prepare()
    enqueue_in_order(builders.effect, "k", "poison")
    enqueue_in_order(builders.effect, "k", "next")
    for _ in range(3):
        DBTaskResult.objects.filter(status="READY").update(run_after=builders.timezone.now())
        os.waitpid(builders.a_worker_that_dies("in_the_job"), 0)
        until = time.monotonic() + 10
        while not queue.sweep() and time.monotonic() < until:
            time.sleep(0.02)
    builders.drained()
    assert builders.effects() == ["next"]
    assert DBTaskResult.objects.get(status="FAILED").exception_class_path.endswith("WorkerDied")
