"""The queue: a job is done once, tried again when it fails, and never lost with its worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from municipality.jobs import queue
from municipality.jobs.models import Schedule
from municipality.jobs.worker import POLL_S, Worker, _is_due, _run_periodic

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
done: list[str] = []


@task()
def note(text: str) -> None:
    """Remember that the job ran."""
    done.append(text)


@task()
def fail() -> None:
    """Always fail."""
    raise ValueError("no")


@task()
def sleep_for_ever(path: str) -> None:
    """Say that it began, and never end."""
    Path(path).write_text(str(os.getpid()))
    time.sleep(600)


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    """Begin with an empty list and an empty queue."""
    done.clear()
    DBTaskResult.objects.all().delete()


def test_each_job_is_done_once_in_order() -> None:
    for number in range(5):
        note.enqueue(str(number))
    assert Worker().run(until_empty=True) == 5
    assert done == ["0", "1", "2", "3", "4"]
    assert Worker().run(until_empty=True) == 0


def test_two_workers_never_claim_one_job() -> None:
    note.enqueue("x")
    first = queue.claim(1, at=timezone.now())
    assert first is not None and queue.claim(2, at=timezone.now()) is None


def test_a_failing_job_is_tried_three_times_and_then_left() -> None:
    fail.enqueue()
    for attempt in range(1, 4):
        DBTaskResult.objects.update(run_after=timezone.now())
        assert Worker().run(until_empty=True) == 1
        assert len(DBTaskResult.objects.get().worker_ids) == attempt
    job = DBTaskResult.objects.get()
    assert job.status == "FAILED" and "ValueError" in job.traceback
    assert Worker().run(until_empty=True) == 0


def test_a_job_of_a_dead_worker_goes_to_a_living_one() -> None:
    note.enqueue("again")
    queue.claim(4_711, at=timezone.now())  # a worker of this number holds no lock: it is dead
    assert queue.sweep() == 1
    Worker().run(until_empty=True)
    assert done == ["again"]


def test_a_job_of_a_living_worker_is_left_to_it() -> None:
    note.enqueue("mine")
    queue.claim(4_712, at=timezone.now())
    other = Worker()
    other.number = 4_712
    other._connect()
    try:
        assert queue.sweep() == 0 and queue.living_workers() == 1
    finally:
        other._listener.close()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A worker in a process of its own, busy with a job that never ends."""
    begun = tmp_path / "begun"
    sleep_for_ever.enqueue(str(begun))
    environment = {
        **os.environ,
        "GEO_DB_NAME": str(connection.settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": "geo_portal.settings.test",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, str(ROOT / "manage.py"), "worker"]
    made = subprocess.Popen(command, env=environment, cwd=ROOT)
    until = time.monotonic() + 30
    while not begun.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert begun.exists()
    yield made, begun
    made.kill()
    made.wait()


def test_a_killed_workers_job_is_given_to_another(
    process: tuple[subprocess.Popen[bytes], Path],
) -> None:
    worker, _ = process
    assert queue.sweep() == 0
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    until = time.monotonic() + 10
    while queue.sweep() == 0 and time.monotonic() < until:
        time.sleep(0.05)
    assert DBTaskResult.objects.get().status == "READY"


def test_a_worker_told_to_stop_gives_its_job_back(
    process: tuple[subprocess.Popen[bytes], Path],
) -> None:
    worker, _ = process
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0
    job = DBTaskResult.objects.get()
    assert job.status == "READY" and job.worker_ids == []


def test_an_idle_worker_stops_at_once() -> None:
    worker = Worker()
    threading.Timer(0.5, worker.stop, (signal.SIGTERM, None)).start()
    begun = time.monotonic()
    assert worker.run() == 0
    assert time.monotonic() - begun < POLL_S - 2


def test_a_schedule_runs_when_due_and_once(settings: object) -> None:
    import datetime as dt

    at, every = timezone.now(), dt.timedelta(seconds=10)
    name = "tests.importing.test_worker.tick"
    assert _is_due(name, every, at=at)
    assert not _is_due(name, every, at=at + dt.timedelta(seconds=9))
    assert _is_due(name, every, at=at + dt.timedelta(seconds=10))
    _run_periodic(name)
    assert done == ["tick"] and Schedule.objects.get(name=name).error == ""
    _run_periodic("tests.importing.test_worker.broken")


def tick() -> None:
    """One turn of a schedule."""
    done.append("tick")
