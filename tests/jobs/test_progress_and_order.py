"""How far a job is, stopping it, and jobs of one key one after another."""

import datetime as dt
import signal
import threading
import time
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from municipality.history.queries import entries
from municipality.jobs import progress, queue, worker
from municipality.jobs.jobs import tidy
from municipality.jobs.models import JobProgress, Schedule, Turn
from municipality.jobs.ordered import enqueue_in_order
from municipality.jobs.worker import Schedules, Worker
from municipality.words import Text
from tests.builders import a_person
from tests.jobs.builders import counted, fail, note, ran

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    """Begin with an empty queue."""
    ran.clear()
    DBTaskResult.objects.all().delete()


def run_all() -> None:
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    Worker().run(until_empty=True)


def test_a_job_says_how_far_it_is_and_the_last_word_is_the_whole() -> None:
    counted.enqueue(1_000)
    run_all()
    told = JobProgress.objects.get()
    assert (told.done, told.total, told.stage_en) == (1_000, 1_000, "Counting")


def test_progress_is_seen_before_the_job_commits_and_costs_little() -> None:
    job = uuid.uuid4()
    progress.begin(job)
    try:
        with transaction.atomic():
            for number in range(10_000):
                progress.report(number, 10_000)
            transaction.set_rollback(True)
        assert JobProgress.objects.get(job_id=job).done == 0  # one write in half a second
    finally:
        progress.end()


def test_outside_of_a_job_reporting_does_nothing() -> None:
    progress.report(1, 2, Text("x", "x"))
    assert not JobProgress.objects.exists()


def test_a_job_that_was_asked_to_stop_stops_at_its_next_word_and_is_not_tried_again() -> None:
    result = counted.enqueue(10)
    JobProgress.objects.create(job_id=result.id, cancel_asked=True)
    run_all()
    job = DBTaskResult.objects.get()
    assert job.status == "FAILED" and job.exception_class_path.endswith("Cancelled") and ran == []
    assert queue.run_again(job.pk, at=timezone.now())
    run_all()
    assert ran == ["counted"] and DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_jobs_of_one_key_wait_for_each_other_and_for_nobody_else() -> None:
    for number in range(3):
        enqueue_in_order(note, "a", f"a{number}")
    enqueue_in_order(note, "b", "b0")
    first = queue.claim(1, at=timezone.now())
    second = queue.claim(2, at=timezone.now())
    assert first is not None and first.args_kwargs["args"] == ["a0"]
    assert second is not None and second.args_kwargs["args"] == ["b0"]
    assert queue.claim(3, at=timezone.now()) is None
    first.set_successful(None)
    third = queue.claim(3, at=timezone.now())
    assert third is not None and third.args_kwargs["args"] == ["a1"]


def test_a_failing_job_holds_its_key_up_until_it_is_given_up() -> None:
    enqueue_in_order(fail, "a")
    enqueue_in_order(note, "a", "after")
    for _ in range(2):
        run_all()
        assert ran == []
    run_all()
    assert ran == ["after"]


def test_race_the_order_of_a_key_is_the_order_of_the_commits() -> None:
    """The second to put in waits until the first has committed, whoever is faster."""
    first_in, may_commit = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            enqueue_in_order(note, "a", "first")
            first_in.set()
            may_commit.wait(5)
        connection.close()

    thread = threading.Thread(target=slowly)
    thread.start()
    first_in.wait(5)
    threading.Timer(0.2, may_commit.set).start()
    enqueue_in_order(note, "a", "second")
    assert list(Turn.objects.order_by("pk").values_list("key", flat=True)) == ["a", "a"]
    thread.join()
    run_all()
    assert ran == ["first", "second"]


def test_what_is_taken_back_leaves_no_turn() -> None:
    with transaction.atomic():
        enqueue_in_order(note, "a", "never")
        transaction.set_rollback(True)
    assert not Turn.objects.exists() and not DBTaskResult.objects.exists()


def test_what_is_long_over_is_tidied_away() -> None:
    enqueue_in_order(note, "a", "x")
    counted.enqueue(3)
    fail.enqueue()
    for _ in range(3):
        run_all()
    tidy()
    assert DBTaskResult.objects.count() == 3 and not Turn.objects.exists()
    DBTaskResult.objects.update(finished_at=timezone.now() - dt.timedelta(days=8))
    tidy()
    assert [job.status for job in DBTaskResult.objects.all()] == ["FAILED"]
    assert not JobProgress.objects.exists()


def test_the_page_shows_what_waits_runs_failed_and_recurs(client) -> None:
    client.force_login(a_person("admin"))
    note.enqueue("waits")
    fail.enqueue()
    DBTaskResult.objects.filter(task_path__endswith="note").update(priority=-1)
    for _ in range(3):
        job = queue.claim(1, at=timezone.now())
        assert job is not None
        try:
            job.task.call()
        except ValueError as error:
            queue.failed(job, error, at=timezone.now() - dt.timedelta(minutes=1))
    running = counted.enqueue(10)
    DBTaskResult.objects.filter(pk=running.id).update(status="RUNNING", worker_ids=["worker:42"],
                                                      started_at=timezone.now())  # fmt: skip
    Schedule.objects.create(
        name="municipality.jobs.jobs.tidy", ran_at=timezone.now() - dt.timedelta(days=1)
    )
    JobProgress.objects.create(job_id=running.id, done=4, total=10, stage_en="Counting")
    Schedule.objects.create(
        name="municipality.documents.jobs.sweep", ran_at=timezone.now(), took_s=0.5,
        error="RowsWithoutFile: 1 of 3 files are gone",
    )  # fmt: skip
    page = client.get("/en/jobs/").content.decode()
    for words in ("No worker is alive", "no such plot", "Counting", 'value="4"', "Run again",
                  "files are gone", "Sweep of orphan files", "Late", "Not run yet", "Virus scanning is off"):  # fmt: skip
        assert words in page, words
    failed = DBTaskResult.objects.get(status="FAILED")
    assert client.post(f"/jobs/{failed.pk}/again").status_code == 302
    assert client.post(f"/jobs/{failed.pk}/again").status_code == 404  # it is not failed any more
    assert client.post(f"/jobs/{running.id}/stop").status_code == 302
    assert JobProgress.objects.get(job_id=running.id).cancel_asked
    acts = [e.act for pk in (failed.pk, running.id) for e in entries(f"job/{pk}")]
    assert acts == ["run_again", "stop"]
    assert "Stopping" in client.get("/en/jobs/").content.decode()


def test_others_find_no_page_of_jobs(client) -> None:
    client.force_login(a_person("supervisor"))
    assert client.get("/jobs/").status_code == 404
    assert client.post(f"/jobs/{uuid.uuid4()}/again").status_code == 404


def test_a_living_worker_stands_on_the_page(client) -> None:
    client.force_login(a_person("admin"))
    worker = Worker()
    worker.number = 4_242
    worker._connect()
    try:
        assert queue.living_numbers() == [4_242] and queue.living_workers() == 1
        assert "No worker is alive" not in client.get("/en/jobs/").content.decode()
    finally:
        worker._listener.close()


ticked = threading.Event()


def tick() -> None:
    """What recurs."""
    ticked.set()


@task()
def wait_for_the_tick() -> None:
    """A long job: it ends only after the schedule has run beside it."""
    ran.append("ticked" if ticked.wait(15) else "waited in vain")


def test_what_recurs_does_not_wait_behind_a_long_job(settings) -> None:
    ticked.clear()
    settings.PERIODIC = {f"{__name__}.tick": 60}
    wait_for_the_tick.enqueue()
    worker = Worker()

    def stop_when_done() -> None:
        until = time.monotonic() + 20
        while not ran and time.monotonic() < until:
            ticked.wait(0.1)
        worker.stop(signal.SIGTERM, None)

    stopper = threading.Thread(target=stop_when_done)
    stopper.start()
    assert worker.run() == 1
    stopper.join()
    assert ran == ["ticked"]
    assert Schedule.objects.get(name=f"{__name__}.tick").error == ""


def cut_off() -> None:
    """End the session this runs in, as a failing network does, and ask it something."""
    ran.append("cut off")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def _turns_of_a_cut_off_thread() -> int:
    """Let what recurs lose its session at every turn; returns how often it was begun."""
    thread = Schedules()
    thread.start()
    until = time.monotonic() + 6
    while ran.count("cut off") < 2 and thread.is_alive() and time.monotonic() < until:
        Schedule.objects.update(ran_at=timezone.now() - dt.timedelta(hours=1))
        time.sleep(0.1)
    thread.end()
    return ran.count("cut off")


def test_what_recurs_goes_on_after_its_session_was_cut_off(settings) -> None:
    settings.PERIODIC = {f"{__name__}.cut_off": 60}
    assert _turns_of_a_cut_off_thread() >= 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_control_where_only_the_databases_own_errors_are_awaited_it_stops_for_good(
    settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PERIODIC = {f"{__name__}.cut_off": 60}
    monkeypatch.setattr(worker, "Error", DatabaseError)
    assert _turns_of_a_cut_off_thread() == 1
