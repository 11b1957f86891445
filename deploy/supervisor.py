"""Runs programs side by side: prefixed logs, restart with back-off, nothing left at the end."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy import accounts
from deploy.accounts import Account
from deploy.children import on_stop_signals, signal_group
from deploy.report import say

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STEADY_S = 20.0  # a program that lived this long starts again without its earlier pauses
LONGEST_LINE = 2**20


@dataclass(frozen=True, slots=True)
class Program:
    """One program to keep running."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    account: Account
    cwd: Path
    stop_seconds: float = 10.0


@dataclass(slots=True)
class Supervisor:
    """Keeps programs running until ``stop``; ``tell`` prints one line of one of them."""

    programs: Sequence[Program]
    tell: Callable[[str, str], None] = field(default=lambda name, line: say(f"{name:<8} | {line}"))
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    restarts: int = 0

    def stop(self) -> None:
        """Ask all programs to end; the second time, end them by force at once."""
        if self.stopping.is_set():
            self.hurry.set()
        self.stopping.set()

    async def run_until_signalled(self) -> None:
        """Run all programs; Ctrl-C, SIGTERM and SIGHUP are ``stop``."""
        loop = asyncio.get_running_loop()

        def stop_soon(*_: object) -> None:
            loop.call_soon_threadsafe(self.stop)

        with on_stop_signals(stop_soon):
            await self.run()

    async def run(self) -> None:
        """Run all programs; return when all have ended after ``stop``."""
        async with asyncio.TaskGroup() as group:
            for program in self.programs:
                group.create_task(self._keep(program))

    async def _keep(self, program: Program) -> None:
        """Start a program again whenever it ends, later and later while it keeps failing."""
        pause = FIRST_PAUSE_S
        while not self.stopping.is_set():
            started = time.monotonic()
            code = await self._once(program)
            if self.stopping.is_set():
                return
            if time.monotonic() - started >= STEADY_S:
                pause = FIRST_PAUSE_S
            self.restarts += 1
            self.tell(program.name, f"ended with exit code {code}; again in {pause:g} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _once(self, program: Program) -> int:
        """Run a program from start to end; its whole process group is gone afterwards."""
        inlet, outlet = os.pipe()  # a pipe of our own: asyncio's would wait for heirs of the child
        try:
            child = await asyncio.create_subprocess_exec(
                *program.command,
                cwd=program.cwd,
                env=dict(program.env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=outlet,
                stderr=outlet,
                start_new_session=True,
                preexec_fn=_end_with_parent,
                **accounts.identity(program.account),
            )
        finally:
            os.close(outlet)
        lines = asyncio.create_task(self._pump(program.name, inlet))
        ended = asyncio.create_task(child.wait())
        asked = asyncio.create_task(self.stopping.wait())
        try:
            await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                await self._end(child.pid, ended, program.stop_seconds)
        finally:
            asked.cancel()
            signal_group(child.pid, signal.SIGKILL)  # what it left behind, also after a crash
        code = await ended
        with suppress(TimeoutError):  # a daemon that left the group may hold the pipe open
            await asyncio.wait_for(lines, 2)
        return code

    async def _end(self, leader: int, ended: asyncio.Task[int], seconds: float) -> None:
        """SIGTERM to the group, then wait for its end, its time, or a hurried user."""
        signal_group(leader, signal.SIGTERM)
        hurried = asyncio.create_task(self.hurry.wait())
        await asyncio.wait({ended, hurried}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()

    async def _pump(self, name: str, inlet: int) -> None:
        """Tell each line of a program; an endless one is told in pieces."""
        stream = asyncio.StreamReader(limit=LONGEST_LINE)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(inlet, "rb")
        )
        try:
            while line := await _line(stream):
                self.tell(name, line.decode(errors="replace").rstrip("\n"))
        finally:
            transport.close()


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, or a piece of one that is too long; empty at the end."""
    try:
        return await stream.readuntil()
    except asyncio.IncompleteReadError as rest:
        return rest.partial
    except asyncio.LimitOverrunError as overrun:
        return await stream.read(max(overrun.consumed, 1))


def _end_with_parent() -> None:
    """Ask Linux to end this child when the supervisor dies without a chance to do so (kill -9)."""
    set_death_signal = 1
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)
