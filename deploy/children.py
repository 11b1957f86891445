"""Running other programs so that nothing of them is left when we are stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from deploy.report import SetupError

GRACE_SECONDS = 10
SHOWN_LINES = 25


Handler = Callable[[int, FrameType | None], None] | signal.Handlers
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Leave through every ``finally``, as Ctrl-C does."""
    raise KeyboardInterrupt


@contextmanager
def on_stop_signals(handler: Handler) -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP all do the same."""
    before = {number: signal.signal(number, handler) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    name: str | None = None,
) -> str:
    """Run a program quietly in a process group of its own and return what it printed.

    Raises SetupError with its last lines when it fails.  When we are interrupted, its
    whole group is ended first.
    """
    code, said = attempt(command, cwd=cwd, env=env)
    if code != 0:
        last = "\n".join(said.rstrip().splitlines()[-SHOWN_LINES:])
        raise SetupError(f"{name or ' '.join(map(str, command))} failed (exit {code}):\n{last}")
    return said


def attempt(
    command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """As ``run``, but return the exit code beside the text."""
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace") as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = child.wait()
        except BaseException:
            end_group(child)
            raise
        output.seek(0)
        return code, output.read()


def attend(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> int:
    """Run a program on our own terminal, as pytest wants it, and return its exit code."""
    child = subprocess.Popen([str(part) for part in command], cwd=cwd, env=dict(env))
    try:
        return child.wait()
    except BaseException:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE_SECONDS)
        child.kill()
        child.wait()
        raise


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Interrupt a child's process group as Ctrl-C does, and end it by force after a grace."""
    signal_group(child.pid, signal.SIGINT)  # pip and npm tidy up after this one
    with suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_SECONDS)
    signal_group(child.pid, signal.SIGKILL)
    child.wait()


def signal_group(leader: int, number: signal.Signals) -> bool:
    """Send a signal to a process group; False when nothing of it lives."""
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return False
    return True
