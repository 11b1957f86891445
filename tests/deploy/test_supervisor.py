"""Real programs under the supervisor: told, started again, ended with all they started."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy import accounts
from deploy.layout import PROJECT
from deploy.supervisor import Program, Supervisor

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print("child", child.pid, flush=True)
time.sleep(300)
"""


def python(name: str, script: str, *, stop_seconds: float = 5.0) -> Program:
    return Program(
        name=name,
        command=[sys.executable, "-c", script],
        env=os.environ.copy(),
        account=accounts.me(),
        cwd=Path("/"),
        stop_seconds=stop_seconds,
    )


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def is_gone(pid: int, *, seconds: float = 5.0) -> bool:
    """A killed process is gone when the kernel has got round to it, a moment later."""
    end = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_alive(pid)


async def until(happened: Callable[[], object], *, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not happened():
            await asyncio.sleep(0.02)


def supervise(
    programs: list[Program], act: Callable[[Supervisor, list[tuple[str, str]]], object]
) -> list[tuple[str, str]]:
    """Run programs, let ``act`` (a coroutine function) do its part, stop, return what was told."""
    told: list[tuple[str, str]] = []

    async def run() -> None:
        supervisor = Supervisor(programs, tell=lambda name, line: told.append((name, line)))
        running = asyncio.create_task(supervisor.run())
        try:
            await act(supervisor, told)  # type: ignore[misc]
        finally:
            supervisor.stop()
            await asyncio.wait_for(running, 20)

    # In a thread: a browser test before this one may have left a loop in the main thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, run()).result()
    return told


def test_lines_are_told_with_the_name_of_their_program() -> None:
    async def act(_: Supervisor, told: list[tuple[str, str]]) -> None:
        await until(lambda: len(told) >= 2)

    told = supervise(
        [
            python("web", "print('مرحبا', flush=True); import time; time.sleep(60)"),
            python("worker", "print('two', flush=True); import time; time.sleep(60)"),
        ],
        act,
    )
    assert {("web", "مرحبا"), ("worker", "two")} <= set(told)


def test_a_program_that_ends_is_started_again_later_and_later() -> None:
    async def act(supervisor: Supervisor, told: list[tuple[str, str]]) -> None:
        await until(lambda: supervisor.restarts >= 2)

    told = supervise([python("worker", "raise SystemExit(3)")], act)
    assert ("worker", "ended with exit code 3; again in 0.5 s") in told
    assert ("worker", "ended with exit code 3; again in 1 s") in told


def test_a_stubborn_program_and_its_child_are_ended_by_force() -> None:
    seen: list[int] = []

    async def act(_: Supervisor, told: list[tuple[str, str]]) -> None:
        await until(lambda: told)
        seen.append(int(told[0][1].split()[1]))
        assert is_alive(seen[0])

    started = time.monotonic()
    supervise([python("web", STUBBORN, stop_seconds=0.5)], act)
    assert is_gone(seen[0])
    assert time.monotonic() - started < 10


def test_what_a_crashed_program_left_behind_is_gone_before_it_starts_again() -> None:
    script = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print("child", child.pid, flush=True)
raise SystemExit(1)
"""
    seen: list[int] = []

    async def act(supervisor: Supervisor, told: list[tuple[str, str]]) -> None:
        await until(lambda: supervisor.restarts >= 1)
        seen.append(int(told[0][1].split()[1]))
        await until(lambda: not is_alive(seen[0]))

    supervise([python("web", script)], act)


def test_the_second_stop_does_not_wait() -> None:
    async def act(supervisor: Supervisor, told: list[tuple[str, str]]) -> None:
        await until(lambda: told)
        supervisor.stop()
        await asyncio.sleep(0.1)
        supervisor.stop()

    started = time.monotonic()
    supervise([python("web", STUBBORN, stop_seconds=60)], act)
    assert time.monotonic() - started < 10


OUTER = """
import asyncio
from deploy.supervisor import Supervisor
from tests.deploy.test_supervisor import python
program = python("web", "import os, time; print('pid', os.getpid(), flush=True); time.sleep(300)")
supervisor = Supervisor([program], tell=lambda name, line: print(line, flush=True))
asyncio.run(supervisor.run_until_signalled())
"""


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -9)],
)
def test_programs_end_with_the_supervisor_whatever_ends_it(
    number: signal.Signals, code: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OUTER], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as outer:
        assert outer.stdout is not None
        pid = int(outer.stdout.readline().split()[1])
        assert is_alive(pid)
        outer.send_signal(number)
        assert outer.wait(20) == code
    latest = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < latest
        time.sleep(0.02)


def test_a_very_long_line_is_told_in_pieces() -> None:
    async def act(_: Supervisor, told: list[tuple[str, str]]) -> None:
        await until(lambda: ("web", "end") in told)

    script = "print('x' * 3_000_000); print('end', flush=True); import time; time.sleep(60)"
    told = supervise([python("web", script)], act)
    assert sum(len(line) for _, line in told if line.startswith("x")) == 3_000_000
