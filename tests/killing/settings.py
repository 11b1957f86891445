"""Settings of a city that is killed: as served, and every durable call may be its last.

A file ``arm-<who>`` in ``GEO_KILL_FOLDER`` holds how many durable calls (each statement, and
before and after each commit) the process named by ``GEO_KILL_AS`` has left; the one that takes
the last of them dies as by SIGKILL.  Only the main thread of the worker is counted: its jobs run
there, and what recurs beside them would make the count one of chance.  A file ``lie`` lets the
next commit be told and not made, which is what the control needs.
"""

import fcntl
import os
import signal
import threading
from pathlib import Path
from typing import Any

from tests.billing.paying import Killer
from tests.journeys.settings import *  # noqa: F403

FOLDER, WHO = Path(os.environ["GEO_KILL_FOLDER"]), os.environ.get("GEO_KILL_AS", "")


class Armed(Killer):
    """Takes one off the count of the file at each durable call, and dies with the last."""

    def step(self) -> None:
        """One more durable call is about to be made, or was made."""
        if WHO == "worker" and threading.current_thread() is not threading.main_thread():
            return
        path = FOLDER / f"arm-{WHO}"
        try:
            file = path.open("r+")
        except FileNotFoundError:
            return
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            left = int(file.read() or 0) - 1
            if left < 0:  # another thread took the last one and is dying
                return
            file.seek(0)
            file.write(f"{left:08d}")
            file.flush()
            if left == 0:
                path.unlink(missing_ok=True)
                os.kill(os.getpid(), signal.SIGKILL)


def _let_lie() -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    commit = BaseDatabaseWrapper._commit

    def committed(wrapper: Any) -> Any:
        try:
            (FOLDER / f"lie-{WHO}").unlink()
        except FileNotFoundError:
            return commit(wrapper)
        return wrapper._rollback()

    BaseDatabaseWrapper._commit = committed


if WHO:
    _let_lie()
    Armed(None).watch()
