"""The operator's payment interface as a process, for the tests of tickets by message."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from parking_zones.tickets.operator import Operator

KEY = "test-operator"


@dataclass
class Peer:
    """The running process, and what it is told and asked from outside."""

    base: str

    @property
    def client(self) -> Operator:
        """Our side of it."""
        return Operator(url=f"{self.base}/payment", key=KEY)

    def be(self, *faults: str, poor: tuple[str, ...] = ()) -> None:
        """Let it have faults from now on, and subscribers without money."""
        body = json.dumps({"faults": faults, "poor": poor}).encode()
        urlopen(Request(f"{self.base}/control", body), timeout=10).close()

    def charged(self) -> list[dict[str, Any]]:
        """What it says that it charged."""
        with urlopen(f"{self.base}/journal", timeout=10) as answer:
            return list(json.load(answer)["charged"])


@contextmanager
def operator_peer() -> Iterator[Peer]:
    """Run it on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.peers.operator"],
        env={"GEO_OPERATOR_KEY": KEY}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield Peer(f"http://127.0.0.1:{process.stdout.readline().strip()}")
    finally:
        process.terminate()
        process.wait(timeout=10)
