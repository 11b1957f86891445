"""Work handed to the processors of this machine or to a Dask cluster that is there already.

The scheduler of a cluster unpacks every task as well and is no process of ours: importing this
module needs no Django, what goes over is a dotted name with plain values, and the rest is
imported where the task runs.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def name_of(work: Callable[..., Any]) -> str:
    """Return the dotted name a function of a module is called by elsewhere."""
    return f"{work.__module__}.{work.__qualname__}"


def ready() -> None:
    """Load the project unless this process has it."""
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def call(name: str, *given: Any) -> Any:
    """Call a function by its dotted name in a process that may not have the project yet."""
    ready()
    from django.utils.module_loading import import_string

    return import_string(name)(*given)


@contextmanager
def cluster(address: str) -> Iterator[Any]:
    """Be a client of the Dask cluster at an address (tcp://host:port); OSError if none answers.

    Its workers run this project with the same settings and reach the same database and files.
    """
    from distributed import Client  # only who asks for a cluster loads it

    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        yield client
