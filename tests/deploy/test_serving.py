"""The city served for real from a copy of the project: crashes come back, a signal ends it all."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy import serve
from deploy.layout import PROJECT

LEFT_OUT = (".git", ".venv", ".local", "node_modules", "__pycache__", "tests", ".*_cache")
SERVE = """
import sys
from deploy import up
from deploy.children import interrupt, on_stop_signals
from deploy.layout import Layout
up.prepare = lambda layout: None  # the environment is the one that runs the tests
with on_stop_signals(interrupt):
    sys.exit(up.up(Layout(), "serve"))
"""


@dataclass
class Served:
    """A supervisor under test."""

    copy: Path
    port: int
    process: "subprocess.Popen[str]"
    log: Path

    def answer(self, path: str) -> int:
        return serve.ask("127.0.0.1", self.port, path)[0]

    def wait_until_ready(self, *, seconds: float = 400) -> None:
        end = time.monotonic() + seconds
        while self.answer("/readyz") != http.client.OK:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")
            time.sleep(0.1)

    def cluster(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.copy / ".local/cluster.json").read_text())
        return found

    def postmaster(self) -> int | None:
        """Process number of the database server; None while it has none."""
        try:
            text = (Path(self.cluster()["data"]) / "postmaster.pid").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return int(text.split()[0])

    def processes(self) -> dict[int, str]:
        """All processes that belong to this copy, by command line or folder."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                folder = os.readlink(entry / "cwd")
            except OSError:
                continue
            if str(self.copy) in words or Path(folder).is_relative_to(self.copy):
                found[int(entry.name)] = words
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    """A copy of the project; what the first start makes in it, the second finds."""
    top = Path(tempfile.mkdtemp(prefix="gp-test-", dir="/tmp"))
    top.chmod(0o755)
    shutil.copytree(PROJECT, top / "clone", ignore=shutil.ignore_patterns(*LEFT_OUT))
    (top / "clone" / ".venv").symlink_to(PROJECT / ".venv")
    yield top / "clone"
    shutil.rmtree(top)


@pytest.fixture
def served(copy: Path) -> Iterator[Served]:
    """Serve an empty city from a copy of the project, on a free port, with a cluster of its own."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("GEO_")}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DJANGO_SETTINGS_MODULE"):
        env.pop(name, None)
    log = copy.with_name("log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            cwd=copy,
            env={**env, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    found = Served(copy, port, process, log)
    try:
        found.wait_until_ready()
        while "Ctrl-C stops" not in log.read_text(encoding="utf-8"):  # it asks on its own, in turns
            assert process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.05)
        yield found
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        for pid in found.processes():
            os.kill(pid, signal.SIGKILL)


def end(served: Served, number: signal.Signals) -> str:
    """Send a signal, see everything gone, return what was said."""
    served.process.send_signal(number)
    assert served.process.wait(60) == 0, served.log.read_text(encoding="utf-8")
    assert served.processes() == {}
    assert not Path(served.cluster()["socket"]).exists()
    said = served.log.read_text(encoding="utf-8")
    assert said.endswith("Stopped.\n")
    return said


def test_sigterm_ends_the_city_its_database_and_all_their_processes(served: Served) -> None:
    assert served.answer("/healthz") == http.client.OK
    assert len(served.processes()) > 3
    said = end(served, signal.SIGTERM)
    assert f"http://127.0.0.1:{served.port}/en/" in said


def test_a_killed_web_process_and_a_killed_database_come_back_and_ctrl_c_ends_them(
    served: Served,
) -> None:
    web = next(pid for pid, words in served.processes().items() if "granian" in words)
    os.killpg(web, signal.SIGKILL)
    served.wait_until_ready()
    first = served.postmaster()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    latest = time.monotonic() + 60
    while served.postmaster() in (first, None):
        assert time.monotonic() < latest, served.log.read_text(encoding="utf-8")
        time.sleep(0.2)
    served.wait_until_ready()
    said = end(served, signal.SIGINT)
    assert "web      | ended with exit code -9; again in 0.5 s" in said
    assert "database | the server is gone; starting it again" in said
