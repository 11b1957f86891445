"""pyHanko's calls begin an event loop of their own; a thread that has one already refuses that."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_R = TypeVar("_R")


def aside(call: Callable[[], _R]) -> _R:
    """Make a call in a thread of its own and return what it returns, or raise what it raises.

    The call must not ask the database: another thread is another session, outside of the
    transaction.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()
