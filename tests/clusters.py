"""A real Dask cluster on loopback: a scheduler and two workers, processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.notices.builders import free_port


@contextmanager
def two_workers(*, settings: str = "geo_portal.settings.test", **env: str) -> Iterator[str]:
    """Start a cluster of two workers with an environment; gives its address."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, **env}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": own}
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
         "--port", str(port), "--no-dashboard"], **quiet,
    )  # fmt: skip
    workers = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nworkers", "2",
         "--nthreads", "1", "--no-dashboard"], **quiet,
    )  # fmt: skip
    try:
        yield address
    finally:
        for process in (workers, scheduler):
            process.terminate()
            process.wait(20)
