"""The queue in PostgreSQL: claim, return, retry, and the sweeping of jobs whose worker died.

A worker holds a session advisory lock on its number for as long as it lives; PostgreSQL frees
it when the process dies, however it dies.  So no lease and no heartbeat is needed: a running
job whose worker's lock is free is nobody's.  Two sessions share the lock, the one that listens
and, during a job, the one that works: losing the first must not give away a job that goes on.
"""

import datetime as dt
import logging
import uuid
from contextlib import suppress
from typing import Any

from django.db import Error, connection, transaction
from django_tasks_db.models import DBTaskResult

from municipality.jobs.models import JobProgress
from municipality.jobs.ordered import waits_for_another
from municipality.jobs.progress import Cancelled

LOCK_CLASS = 0x6A6F62  # "job": the first key of the workers' advisory locks
MAX_ATTEMPTS = 3
RETRY_AFTER_S = (5, 30)  # before the second and the third attempt
QueuedJob = DBTaskResult[Any, Any]
log = logging.getLogger("municipality.jobs")


def worker_name(number: int) -> str:
    """Name a worker in the queue by the number whose lock it holds."""
    return f"worker:{number}"


def claim(number: int, *, at: dt.datetime) -> QueuedJob | None:
    """Take the first job that is due; another worker's claim in progress is passed over."""
    with transaction.atomic():
        ready = DBTaskResult.objects.ready().exclude(waits_for_another())
        due = ready.select_for_update(skip_locked=True)
        job: QueuedJob | None = due.order_by("-priority", "run_after", "enqueued_at").first()
        if job is None:
            return None
        job.status, job.started_at = "RUNNING", at
        job.worker_ids = [*job.worker_ids, worker_name(number)]
        job.save(update_fields=["status", "started_at", "worker_ids"])
    return job


def hold(number: int) -> None:
    """Hold a worker's lock by the session that its job works in, for as long as the job goes on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", [LOCK_CLASS, number])


def let_go(number: int) -> None:
    """Let go of what ``hold`` took; nothing to do where the session was lost, and it with it."""
    with suppress(Error), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_unlock_shared(%(class)s, %(number)s) FROM pg_locks WHERE "
            "locktype = 'advisory' AND pid = pg_backend_pid() AND classid = %(class)s "
            "AND objid = %(number)s",
            {"class": LOCK_CLASS, "number": number},
        )


def give_back(job: QueuedJob) -> None:
    """Return a job that its worker could not finish before it had to stop; no attempt is lost."""
    DBTaskResult.objects.filter(pk=job.pk, status="RUNNING").update(
        status="READY", worker_ids=job.worker_ids[:-1], started_at=None
    )


def failed(job: QueuedJob, error: BaseException, *, at: dt.datetime) -> bool:
    """Write down a failure; returns whether the job will be tried again."""
    attempts = len(job.worker_ids)
    if attempts >= MAX_ATTEMPTS or isinstance(error, Cancelled):
        job.set_failed(error)
        return False
    wait = RETRY_AFTER_S[min(attempts - 1, len(RETRY_AFTER_S) - 1)]
    DBTaskResult.objects.filter(pk=job.pk).update(
        status="READY", run_after=at + dt.timedelta(seconds=wait), started_at=None
    )
    return True


def run_again(job_id: uuid.UUID, *, at: dt.datetime) -> bool:
    """Let a failed job begin anew, with all its attempts; returns whether it was a failed one."""
    failed_one = DBTaskResult.objects.filter(pk=job_id, status="FAILED")
    with transaction.atomic():
        JobProgress.objects.filter(job_id=job_id).delete()
        done = failed_one.update(
            status="READY", worker_ids=[], run_after=at, started_at=None, finished_at=None,
            exception_class_path="", traceback="",
        )  # fmt: skip
    return bool(done)


def ask_to_stop(job_id: uuid.UUID) -> bool:
    """Ask a running job to stop at its next report; returns whether it reports at all."""
    return bool(JobProgress.objects.filter(job_id=job_id).update(cancel_asked=True))


class WorkerDied(Exception):
    """The worker of a job ended without finishing it, too often."""


def _is_alive(cursor: Any, name: str) -> bool:
    number = int(name.rpartition(":")[2] or 0)
    cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, number])
    if not cursor.fetchone()[0]:
        return True
    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, number])
    return False


def sweep() -> int:
    """Give the jobs of dead workers to the living; returns how many."""
    swept = 0
    with transaction.atomic(), connection.cursor() as cursor:
        running = DBTaskResult.objects.filter(status="RUNNING", worker_ids__0__startswith="worker:")
        for job in running.select_for_update(skip_locked=True):
            if _is_alive(cursor, job.worker_ids[-1]):
                continue
            swept += 1
            if len(job.worker_ids) >= MAX_ATTEMPTS:
                job.set_failed(WorkerDied(job.task_path))
            else:
                job.status, job.started_at = "READY", None
                job.save(update_fields=["status", "started_at"])
            log.warning("job %s of a dead worker: %s", job.pk, job.status)
    return swept


def living_numbers() -> list[int]:
    """Return the numbers of the workers of this database that are alive, by their locks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT l.objid::bigint FROM pg_locks l "
            "JOIN pg_database d ON d.oid = l.database "
            "WHERE l.locktype = 'advisory' AND l.classid = %s AND l.granted "
            "AND d.datname = current_database() ORDER BY 1",
            [LOCK_CLASS],
        )
        return [int(number) for (number,) in cursor.fetchall()]


def living_workers() -> int:
    """Count the workers of this database that are alive."""
    return len(living_numbers())
