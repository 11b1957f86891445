"""What the set-up says: one line a step with its seconds, and one sentence when it gives up."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NETWORK = Path("/proc/net/dev")
WORTH_TELLING = 1_000_000


class SetupError(Exception):
    """The set-up cannot go on; the text is one sentence that says what to do."""


class Note:
    """What a step wants to add to its line."""

    def __init__(self) -> None:
        self.text = ""

    def __call__(self, text: str) -> None:
        self.text = f"{self.text}; {text}" if self.text else text


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print one line to standard error at once."""
    print(text, file=sys.stderr, flush=True)


def received_bytes() -> int:
    """Bytes that this machine has received over the network so far; 0 where it cannot be known."""
    try:
        lines = NETWORK.read_text(encoding="ascii").splitlines()[2:]
    except OSError:
        return 0
    counts = {name.strip(): int(rest.split()[0]) for name, rest in (x.split(":") for x in lines)}
    return sum(count for name, count in counts.items() if name != "lo")


@contextmanager
def step(name: str) -> Iterator[Note]:
    """Time one step and print a line for it when it is done."""
    note = Note()
    started, before = time.monotonic(), received_bytes()
    yield note
    seconds = time.monotonic() - started
    if (received := received_bytes() - before) >= WORTH_TELLING:
        note(f"machine received {megabytes(received)}")
    say(f"  {name:<28} {seconds:6.1f} s  {note.text}".rstrip())


def megabytes(size: int) -> str:
    """A number of bytes as people read it."""
    return f"{size / 1_000:.0f} kB" if size < WORTH_TELLING else f"{size / 1_000_000:.1f} MB"
