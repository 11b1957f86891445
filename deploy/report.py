"""What the set-up says: one line a step with its seconds, and one sentence when it gives up."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


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


@contextmanager
def step(name: str) -> Iterator[Note]:
    """Time one step and print a line for it when it is done."""
    note = Note()
    started = time.monotonic()
    yield note
    seconds = time.monotonic() - started
    say(f"  {name:<28} {seconds:6.1f} s  {note.text}".rstrip())


def megabytes(size: int) -> str:
    """A number of bytes as people read it."""
    return f"{size / 1_000_000:.1f} MB"
