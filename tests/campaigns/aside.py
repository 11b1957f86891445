"""Work on a session of its own: what it commits is seen by other processes, and stays."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def aside(work: Callable[[], T]) -> T:
    """Do work in a thread, outside of the trial's transaction; returns or raises what it does."""
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # handed over to the thread that waits
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]
