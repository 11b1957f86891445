"""Jobs for the tests, and workers that are killed: forked, so that a kill costs milliseconds."""

import os
import random
import signal
import time
from collections.abc import Callable

from django.db import connection, connections, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from municipality.jobs import progress, queue, worker
from municipality.jobs.worker import Worker
from municipality.words import Text

ran: list[str] = []
EFFECTS = """
CREATE TABLE IF NOT EXISTS tests_effects (key text PRIMARY KEY, place bigserial);
CREATE TABLE IF NOT EXISTS tests_attempts (key text)
"""
POINTS = (
    "before_claim", "after_claim", "in_the_job", "after_the_job", "after_the_effect", "at_the_end",
)  # fmt: skip


@task()
def note(text: str) -> None:
    """Remember that the job ran, in this process."""
    ran.append(text)


@task()
def counted(to: int) -> None:
    """Count, and say how far."""
    for number in range(to + 1):
        progress.report(number, to, Text("عدّ", "Counting"))
    ran.append("counted")


@task()
def fail() -> None:
    """Always fail."""
    raise ValueError("no such plot")


@task()
def effect(key: str) -> None:
    """An idempotent job: one row a key, however often it is run; tries are counted beside."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO tests_attempts VALUES (%s)", [key])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO tests_effects VALUES (%s) ON CONFLICT DO NOTHING", [key])
        die_at("in_the_job")
    die_at("after_the_effect")


_dies_at = ""
_dies_after = 0


def die_at(point: str) -> None:
    """Kill this process where it was told to be killed, the n-th time it comes by."""
    global _dies_after
    if point != _dies_at:
        return
    _dies_after -= 1
    if _dies_after <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


class _Doomed(Worker):
    """A worker that may die at each durable step of its own."""

    def _do(self, job: queue.QueuedJob) -> None:
        die_at("after_claim")
        set_successful = job.set_successful

        def at_the_end(result: object) -> None:
            die_at("after_the_job")
            set_successful(result)
            die_at("at_the_end")

        job.set_successful = at_the_end  # type: ignore[method-assign]
        super()._do(job)

    def _sweep(self) -> None:
        die_at("before_claim")
        super()._sweep()


def fork(work: Callable[[], None]) -> int:
    """Run something in a child with database sessions of its own; returns its pid."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        for wrapper in connections.all():
            wrapper.connection = None  # psycopg2 leaves a parent's session alone
        work()
        status = 0
    finally:
        os._exit(status)


def a_worker_that_dies(point: str = "", after: int = 1) -> int:
    """Start a worker until the queue is empty; it dies at a point, or is killed from outside."""

    def work() -> None:
        global _dies_at, _dies_after
        _dies_at, _dies_after = point, after
        _Doomed().run(until_empty=True)

    return fork(work)


def killed(pid: int, rng: random.Random) -> bool:
    """Kill a worker at a random moment; returns whether it was still at work."""
    time.sleep(rng.random() * 0.08)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def prepare() -> None:
    """Make the tables of effects and begin with nothing."""
    with connection.cursor() as cursor:
        cursor.execute(EFFECTS)
        cursor.execute("TRUNCATE tests_effects, tests_attempts")
    DBTaskResult.objects.all().delete()


def drained(seconds: float = 60.0) -> float:
    """Let a healthy worker do what is left, as long as it takes; returns the seconds it took."""
    begun = time.monotonic()
    while DBTaskResult.objects.filter(status__in=("READY", "RUNNING")).exists():
        assert time.monotonic() - begun < seconds, "a stalled job was not taken over in time"
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        Worker().run(until_empty=True)
        time.sleep(0.02)
    return time.monotonic() - begun


def effects() -> list[str]:
    """The keys whose effect is there, in the order they came."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM tests_effects ORDER BY place")
        return [str(key) for (key,) in cursor.fetchall()]


def attempts() -> int:
    """How often a job was begun."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tests_attempts")
        return int(cursor.fetchone()[0])


assert worker.SWEEP_S <= 60  # what is measured stands or falls with it
