"""How far a job is: told from inside the job, seen by everybody at once, whatever it commits."""

import time
import uuid
from typing import Any

from municipality.sessions import own_session
from municipality.words import Text

AT_MOST_EVERY_S = 0.5
TELL = """
INSERT INTO jobs_jobprogress (job_id, done, total, stage_ar, stage_en, cancel_asked, reported_at)
VALUES (%s, %s, %s, %s, %s, false, clock_timestamp())
ON CONFLICT (job_id) DO UPDATE SET done = excluded.done, total = excluded.total,
  stage_ar = excluded.stage_ar, stage_en = excluded.stage_en, reported_at = excluded.reported_at
RETURNING cancel_asked
"""
NO_STAGE = Text("", "")


class Cancelled(Exception):
    """The job was asked to stop: its transaction is taken back and it is not tried again."""


class _Current:
    """The one job this process works on, and the session its progress is told by."""

    def __init__(self) -> None:
        self.job_id: uuid.UUID | None = None
        self.told_at = 0.0
        self.stage = NO_STAGE
        self.session: Any = None


_current = _Current()


def begin(job_id: uuid.UUID) -> None:
    """Remember which job runs now (the worker's call)."""
    _current.job_id, _current.told_at, _current.stage = job_id, 0.0, NO_STAGE


def end() -> None:
    """Forget the job and close the session its progress was told by (the worker's call)."""
    _current.job_id = None
    if _current.session is not None:
        _current.session.close()
        _current.session = None


def report(done: int, total: int | None = None, stage: Text = NO_STAGE) -> None:
    """Say how far the running job is; raises Cancelled where it was asked to stop.

    May be called as often as one likes: at most two a second are written, and each new stage.
    Outside of a job (a command, a test) it does nothing.
    """
    if _current.job_id is None:
        return
    now = time.monotonic()
    if stage == _current.stage and done != total and now - _current.told_at < AT_MOST_EVERY_S:
        return
    _current.told_at, _current.stage = now, stage
    if _current.session is None:
        _current.session = own_session()
    with _current.session.cursor() as cursor:
        told = [str(_current.job_id), done, total, stage.ar[:120], stage.en[:120]]
        cursor.execute(TELL, told)
        (asked,) = cursor.fetchone()
    if asked:
        raise Cancelled
