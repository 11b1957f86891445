"""The city as it really runs, for one journey: every process of the list, on free ports, against
the test database and as the application's role; outside parties are processes too."""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy import processes
from deploy.layout import PROJECT, Layout
from tests.notices.builders import free_port, until

SECRET = "journey-" + "0123456789abcdef" * 4
JOURNALS = ("smsc_simulator", "gateway_simulator", "terminal_simulator")


@dataclass
class City:
    """A running city: where its pages are, and where each process has its ports."""

    base: str
    env: dict[str, str]
    folder: Path

    def journal(self, name: str) -> Path:
        """What one outside party says has happened."""
        return self.folder / f"{name}.jsonl"


def _environment(database: str, plan: processes.Plan) -> dict[str, str]:
    ports = {port: str(free_port()) for process in plan.processes for port in process.ports}
    env = {**plan.defaults, **ports}
    env |= {name: value.format_map(env) for name, value in plan.demo.items()}
    kept = {"PATH": f"{Layout().venv / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    kept |= {name: os.environ[name] for name in ("HOME", "DATABASE_URL") if name in os.environ}
    return {
        **kept, **env, "DJANGO_SETTINGS_MODULE": "tests.journeys.settings",
        "GEO_DB_NAME": database, "GEO_DB_ROLE": "application", "GEO_SECRET_KEY": SECRET,
        "GEO_PUBLIC_URL": f"http://127.0.0.1:{env['PORT']}", "PYTHONUNBUFFERED": "1",
        "GEO_WEB_WORKERS": "1",
    }  # fmt: skip


def _start(process: processes.Process, city: City) -> subprocess.Popen[bytes]:
    first, *rest = process.words(city.env)
    command = [str(Layout().venv / "bin" / first), *rest]
    if process.name in JOURNALS:
        command += ["--journal", str(city.journal(process.name))]
    log = (city.folder / f"{process.name}.log").open("wb")
    return subprocess.Popen(
        command, cwd=PROJECT, env=city.env, stdout=log, stderr=log, start_new_session=True
    )


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Tell a process and all it has started: node stands behind a wrapper, granian has workers."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _answers(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running(database: str, folder: Path, **also: str) -> Iterator[City]:
    """Start everything and wait until it is ready; all of it is gone afterwards.

    ``also`` is set in the environment of every process.
    """
    plan = processes.load()
    env = _environment(database, plan) | also
    city = City(f"http://127.0.0.1:{env['PORT']}", env, folder)
    outside = [process for process in plan.processes if process.only == "demo"]
    own = [process for process in plan.processes if process.only is None]
    started = [_start(process, city) for process in (*outside, *own)]
    try:
        until(lambda: _answers(city.base), seconds=60, what="the city never became ready")
        yield city
    finally:
        for process in started:
            _signal(process, signal.SIGTERM)
        end = time.monotonic() + 15
        for process in started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, end - time.monotonic()))
            _signal(process, signal.SIGKILL)
            process.wait()
