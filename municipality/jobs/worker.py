"""The worker: one process, one job at a time, told of new ones by NOTIFY.

What recurs runs beside the jobs, in a thread with a session of its own: an import of ten minutes
must not hold up the mail.
"""

import contextlib
import datetime as dt
import logging
import secrets
import select
import signal
import socket
import threading
import time
from types import FrameType
from typing import Any

import psycopg2
from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from municipality.jobs import progress, queue
from municipality.jobs.models import Schedule
from municipality.sessions import own_session

GRACE_S = 8  # after SIGTERM a job may finish; then it is given back
POLL_S = 5.0  # NOTIFY wakes the worker at once; this is for jobs that become due
SWEEP_S = 5.0
LOOK_S = 1.0  # between two looks at what recurs
log = logging.getLogger("municipality.jobs")


class GivenBack(BaseException):
    """Raised inside a job when the worker must stop: its transaction is taken back."""


class Worker:
    """Runs jobs until it is told to stop."""

    def __init__(self) -> None:
        self.number = secrets.randbelow(2**31 - 1) + 1
        self.stopping = False
        self._in_job = False
        self._swept_at = 0.0
        self._listener: Any = None
        self._told, self._teller = socket.socketpair()  # a signal alone does not end select

    def _connect(self) -> None:
        """Hold the lock that says "alive" and listen, on a connection of its own."""
        self._listener = own_session()
        with self._listener.cursor() as cursor:
            held = [queue.LOCK_CLASS, self.number]
            cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", held)
            cursor.execute("LISTEN geo_jobs")

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM, SIGINT: take no new job; give the present one back if it does not end soon."""
        self.stopping = True
        self._teller.send(b"!")
        if self._in_job:
            signal.signal(signal.SIGALRM, self._too_late)
            signal.setitimer(signal.ITIMER_REAL, GRACE_S)

    def _too_late(self, signum: int, frame: FrameType | None) -> None:
        if self._in_job:
            raise GivenBack

    def run(self, *, until_empty: bool = False) -> int:
        """Work until stopped (or until the queue is empty); returns how many jobs ended."""
        ended = 0
        self._connect()
        log.info("worker %s listens", self.number)
        schedules = None if until_empty else Schedules()
        try:
            if schedules:
                schedules.start()
            while not self.stopping:
                close_old_connections()
                self._hear()
                self._sweep()
                job = queue.claim(self.number, at=timezone.now())
                if job is not None:
                    self._do(job)
                    ended += 1
                elif until_empty:
                    break
                else:
                    self._wait()
        finally:
            if schedules:
                schedules.end()
            with contextlib.suppress(psycopg2.Error):
                self._listener.close()
        return ended

    def _wait(self) -> None:
        """Sleep until NOTIFY, a signal or the poll."""
        select.select([self._listener, self._told], [], [], POLL_S)

    def _hear(self) -> None:
        """Read what was notified; a lost session ends the worker, for others take it for dead."""
        self._listener.poll()
        self._listener.notifies.clear()

    def _sweep(self) -> None:
        if time.monotonic() - self._swept_at >= SWEEP_S:
            self._swept_at = time.monotonic()
            queue.sweep()

    def _do(self, job: queue.QueuedJob) -> None:
        self._in_job = True
        progress.begin(job.pk)
        try:
            queue.hold(self.number)
            result = job.task.call(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
            self._in_job = False
            job.set_successful(result)
        except GivenBack:
            self._in_job = False
            connection.close()
            queue.give_back(job)
            log.warning("job %s given back: the worker stops", job.pk)
        except Exception as error:  # one job's fault never ends the worker; it is written down
            self._in_job = False
            again = queue.failed(job, error, at=timezone.now())
            log.exception("job %s failed%s", job.pk, ", will be tried again" if again else "")
        finally:
            self._in_job = False
            progress.end()
            queue.let_go(self.number)
            signal.setitimer(signal.ITIMER_REAL, 0)


class Schedules(threading.Thread):
    """Runs what recurs, one after another; whichever worker is first to a turn has it."""

    def __init__(self) -> None:
        super().__init__(name="schedules", daemon=True)
        self._over = threading.Event()

    def run(self) -> None:
        """Look every second for what is due until the worker ends."""
        while not self._over.wait(LOOK_S):
            try:
                close_old_connections()
                self._look()
            except Error:  # away for a moment: the next look tries again
                log.exception("the schedules could not be read")
        connection.close()

    def _look(self) -> None:
        for name, seconds in settings.PERIODIC.items():
            if self._over.is_set():
                return
            if _is_due(name, dt.timedelta(seconds=seconds), at=timezone.now()):
                _run_periodic(name)

    def end(self) -> None:
        """Take no new turn, and give the present one a moment to end."""
        self._over.set()
        self.join(GRACE_S / 2)


def _is_due(name: str, every: dt.timedelta, *, at: dt.datetime) -> bool:
    """Move the schedule forward if its time has come; only one worker can."""
    if Schedule.objects.filter(name=name, ran_at__lte=at - every).update(ran_at=at):
        return True
    _, made = Schedule.objects.get_or_create(name=name, defaults={"ran_at": at})
    return made


def _run_periodic(name: str) -> None:
    begun, error = time.perf_counter(), ""
    try:
        import_string(name)()
    except Exception as problem:  # written down; the next turn tries again
        error = f"{type(problem).__name__}: {problem}"[:300]
        log.exception("periodic job %s failed", name)
    Schedule.objects.filter(name=name).update(took_s=time.perf_counter() - begun, error=error)
