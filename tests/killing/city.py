"""A whole city under the product's supervisor, to be killed: web, worker, SMS and their peers.

It runs from a copy of the sources, with files and logs of its own, on free ports and as the
application's role; a process that dies is started from what stood there in the beginning.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from deploy import processes
from deploy.layout import PROJECT, Layout
from geo_portal.settings.environment import database
from tests.journeys.processes import JOURNALS
from tests.notices.builders import free_port, until

RUN = ("smsc_simulator", "gateway_simulator", "web", "worker", "sms")
PARTS = ("geo_portal", "maps", "municipality", "observations", "parking_zones", "plots", "tests",
         "deploy")  # fmt: skip
SESSIONS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
ORDER BY pid
"""
NOT_COPIED = shutil.ignore_patterns("__pycache__")


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = entry.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == pid:
                found.append(int(entry.parent.name))
    return found


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


@dataclass
class City:
    """A running city: where its pages are, and how its processes are killed."""

    base: str
    env: dict[str, str]
    folder: Path
    supervisor: "subprocess.Popen[bytes]"
    own_cluster: bool  # of its own: a backend may be killed -9 there, which cuts off everybody

    def journal(self, name: str) -> list[dict[str, Any]]:
        """What one outside party says has happened."""
        path = self.folder / f"{name}.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return [json.loads(line) for line in lines]

    def pids(self, what: str) -> list[int]:
        """The processes that a kill of ``what`` means."""
        own = _children(self.supervisor.pid)
        if what == "worker":
            return [pid for pid in own if "manage.py worker" in _words(pid)]
        web = [pid for pid in own if "geo_portal.wsgi" in _words(pid)]
        if what == "web":
            return web
        assert what == "web_child"
        forked = [child for pid in web for child in _children(pid)]
        return [pid for pid in forked if "resource_tracker" not in _words(pid)]

    def kill(self, what: str, rng: random.Random) -> int:
        """Kill -9; returns 1, or 0 where nothing was left to kill."""
        if what == "backend":
            return self._kill_backend(rng)
        if what == "web_and_worker":
            doomed = self.pids("web") + self.pids("web_child") + self.pids("worker")
        else:
            doomed = self.pids(what)
            doomed = [rng.choice(doomed)] if doomed else []
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return int(bool(doomed))

    def _kill_backend(self, rng: random.Random) -> int:
        """Kill one database session of the application, by its pid."""
        at = database(self.env["DATABASE_URL"])
        session = psycopg2.connect(
            dbname=self.env["GEO_DB_NAME"], user=at["USER"], password=at["PASSWORD"],
            host=at["HOST"], port=at["PORT"] or None,
        )  # fmt: skip
        try:
            with session, session.cursor() as cursor:
                cursor.execute(SESSIONS)
                pids = [pid for (pid,) in cursor.fetchall()]
                if not pids:
                    return 0
                if self.own_cluster:
                    os.kill(rng.choice(pids), signal.SIGKILL)
                else:  # others work in this cluster: one session is cut, no more
                    cursor.execute("SELECT pg_terminate_backend(%s)", [rng.choice(pids)])
        except psycopg2.OperationalError:  # the server cuts off all sessions, this one too
            pass
        finally:
            session.close()
        return 1

    def arm(self, who: str, calls: int) -> None:
        """Let a process die at that durable call from now on."""
        (self.folder / f"new-{who}").write_text(f"{calls:08d}")
        os.replace(self.folder / f"new-{who}", self.folder / f"arm-{who}")

    def is_armed(self, who: str) -> bool:
        """Whether it has yet to die."""
        return (self.folder / f"arm-{who}").exists()

    def disarm(self, who: str) -> int:
        """Take it back; returns what was left of the count, 0 where it died."""
        path = self.folder / f"arm-{who}"
        try:
            left = int(path.read_text() or 0)
            path.unlink()
        except (FileNotFoundError, ValueError):
            return 0
        return left

    def lie_once(self, who: str) -> None:
        """Let the next commit of a process be told and not made."""
        (self.folder / f"lie-{who}").touch()

    def answers(self, path: str = "/readyz", *, within: float = 5) -> bool:
        """Whether a page comes, with 200."""
        try:
            with urllib.request.urlopen(self.base + path, timeout=within) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _copy(folder: Path) -> Path:
    """Copy the sources, so that who edits them does not change a city that runs."""
    copy = folder / "sources"
    for name in PARTS:
        shutil.copytree(PROJECT / name, copy / name, symlinks=True, ignore=NOT_COPIED)
    shutil.copy(PROJECT / "manage.py", copy)
    (copy / "frontend").symlink_to(PROJECT / "frontend")
    (copy / ".local" / "media").mkdir(parents=True)
    return copy


def _environment(plan: processes.Plan, folder: Path, url: str) -> dict[str, str]:
    ports = {port: str(free_port()) for process in plan.processes for port in process.ports}
    env = {**plan.defaults, **ports}
    env |= {name: value.format_map(env) for name, value in plan.demo.items()}
    kept = {"PATH": f"{Layout().venv / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    kept |= {"HOME": os.environ.get("HOME", "/")}
    return {
        **kept, **env, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.killing.settings",
        "GEO_DB_NAME": str(connection.settings_dict["NAME"]), "GEO_DB_ROLE": "application",
        "GEO_SECRET_KEY": settings.SECRET_KEY, "GEO_PUBLIC_URL": f"http://127.0.0.1:{env['PORT']}",
        "PYTHONUNBUFFERED": "1", "GEO_KILL_FOLDER": str(folder),
    }  # fmt: skip


def _programs(plan: processes.Plan, env: dict[str, str], folder: Path) -> dict[str, Any]:
    programs = {}
    for name in RUN:
        first, *rest = plan.process(name).words(env)
        command = [str(Layout().venv / "bin" / first), *rest]
        if name in JOURNALS:
            command += ["--journal", str(folder / f"{name}.jsonl")]
        who = {"GEO_KILL_AS": name if name in ("web", "worker") else ""}
        programs[name] = {"command": command, "env": env | who}
    return programs


@contextmanager
def running(folder: Path, *, url: str, own_cluster: bool = False) -> Iterator[City]:
    """Start a city on the database of this connection; all of it is gone afterwards."""
    plan = processes.load()
    env = _environment(plan, folder, url)
    copy = _copy(folder)
    told = {"cwd": str(copy), "logs": str(folder), "programs": _programs(plan, env, folder)}
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.killing.supervised"], cwd=PROJECT, stdin=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert started.stdin is not None
    try:
        started.stdin.write(json.dumps(told).encode() + b"\n")
        started.stdin.flush()
        city = City(f"http://127.0.0.1:{env['PORT']}", env, folder, started, own_cluster)
        until(city.answers, seconds=90, what="the city never became ready")
        yield city
    finally:
        started.stdin.close()
        try:
            started.wait(25)
        except subprocess.TimeoutExpired:
            started.terminate()
            started.wait(15)
