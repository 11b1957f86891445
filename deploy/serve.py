"""Serves a city until it is told to stop: starts the processes, says when and where it is ready."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy import accounts, server
from deploy.accounts import Account
from deploy.cluster import Cluster
from deploy.layout import Layout
from deploy.processes import Process
from deploy.report import SetupError, say
from deploy.supervisor import FIRST_PAUSE_S, LONGEST_PAUSE_S, Program, Supervisor

READY_SECONDS = 180
TRIED_PORTS = 50
OWNERS_ONLY = ("DATABASE_OWNER_URL", "GEO_DB_ROLE")
CHECK = "import sys; sys.path.insert(0, sys.argv[1]); import granian, psycopg2, django, geo_portal"


def choose_port(
    host: str, wanted: str, *, explicit: bool, name: str = "PORT", without: Iterable[int] = ()
) -> int:
    """The wanted port, or the next free one where the user did not insist.

    ``without`` are ports given away already, on which nobody listens yet.  Raises SetupError
    when it is no port, or taken and explicitly wanted.
    """
    if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= 65535):
        raise SetupError(f"{name}={wanted} is not a port; take a number from 1 to 65535.")
    first = int(wanted)
    last = first if explicit else min(first + TRIED_PORTS, 65535)
    for port in range(first, last + 1):
        if port not in without and _is_free(host, port):
            return port
    raise SetupError(f"Port {wanted} is taken; choose another: make demo {name}=8123")


def choose_ports(processes: Sequence[Process], env: Mapping[str, str]) -> dict[str, str]:
    """A free port for every variable that holds one, each another; raises SetupError."""
    chosen: dict[str, int] = {}
    for name in (name for process in processes for name in process.ports):
        chosen[name] = choose_port(
            env["GEO_HOST"] if name == "PORT" else env["PEERS_HOST"],
            env[name],
            explicit=bool(os.environ.get(name)),
            name=name,
            without=chosen.values(),
        )
    return {name: str(port) for name, port in chosen.items()}


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def web_account(layout: Layout) -> Account:
    """Who runs web and worker: oneself; under root a user without rights who reaches the tree."""
    mine = accounts.me()
    if mine.uid != 0:
        return mine
    other = accounts.ensure_system_user(accounts.WEB_USER)
    if other is None or not accounts.can_run(other, [layout.python, "-c", CHECK, layout.project]):
        say("  web and worker run as root: no other user reaches this clone and its Python")
        return mine
    return other


def own_folders(layout: Layout, account: Account) -> None:
    """Give what the portal writes to the user that runs it, commands run as root included."""
    for name in ("media", "home", "signing"):
        folder = layout.local / name
        folder.mkdir(mode=0o750, exist_ok=True)
        for path in (folder, *folder.rglob("*")) if os.geteuid() == 0 else ():
            if path.lstat().st_uid != account.uid:
                os.chown(path, account.uid, account.gid, follow_symlinks=False)


def program_of(
    process: Process, layout: Layout, env: Mapping[str, str], account: Account
) -> Program:
    """A process of the list, ready to be started here: programs come from the environment's bin."""
    first, *rest = process.words(env)
    kept = {name: value for name, value in env.items() if name not in OWNERS_ONLY}
    if not account.is_me:
        kept |= {"HOME": str(layout.local / "home"), "USER": account.name}
    kept |= {"PATH": f"{layout.venv / 'bin'}{os.pathsep}{kept.get('PATH', os.defpath)}"}
    return Program(
        name=process.name,
        command=[str(layout.venv / "bin" / first), *rest],
        env={**kept, "PYTHONUNBUFFERED": "1"},
        account=account,
        cwd=layout.project,
        stop_seconds=process.stop_seconds,
    )


@dataclass(slots=True)
class Service:
    """One run of the city: its processes, its database and what to say when it is ready."""

    supervisor: Supervisor
    cluster: Cluster | None
    host: str
    port: int
    on_ready: Callable[[], None]
    was_ready: bool = field(default=False, init=False)

    async def run(self) -> int:
        """Serve until stopped; 0 when the city had been ready, 1 when it never became so."""
        helpers = [asyncio.create_task(self._announce())]
        if self.cluster is not None:
            helpers.append(asyncio.create_task(self._watch_database(self.cluster)))
            helpers.append(asyncio.create_task(self._follow(server.log_file(self.cluster))))
        try:
            await self.supervisor.run_until_signalled()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        return 0 if self.was_ready else 1

    async def _announce(self) -> None:
        """Wait for /readyz, then say where the city is; stop everything if it does not come."""
        last = "no answer"
        for _ in range(READY_SECONDS * 4):
            status, last = await asyncio.to_thread(ask, self.host, self.port, "/readyz")
            if status == http.client.OK:
                self.was_ready = True
                self.on_ready()
                return
            await asyncio.sleep(0.25)
        say(f"Not ready after {READY_SECONDS} s; /readyz says: {last[:500]}")
        self.supervisor.stop()

    async def _watch_database(self, cluster: Cluster) -> None:
        """Start the server again when it is gone."""
        pause = FIRST_PAUSE_S
        while True:
            await asyncio.sleep(pause)
            if server.seems_alive(cluster):
                pause = FIRST_PAUSE_S
                continue
            self.supervisor.tell("database", "the server is gone; starting it again")
            try:
                await asyncio.to_thread(server.start, cluster)
            except SetupError as problem:
                self.supervisor.tell("database", str(problem))
                pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _follow(self, log: Path) -> None:
        """Tell what the server writes to its log from now on."""
        with log.open(encoding="utf-8", errors="replace") as file:
            file.seek(0, os.SEEK_END)
            while True:
                while line := file.readline():
                    self.supervisor.tell("database", line.rstrip("\n"))
                await asyncio.sleep(0.5)


def ask(host: str, port: int, path: str) -> tuple[int, str]:
    """GET a page of our own; status 0 when nobody answers."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read(10_000).decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException) as problem:
        return 0, str(problem) or type(problem).__name__
    finally:
        connection.close()


def reachable(host: str) -> str:
    """The address under which a server bound to ``host`` is reached from here."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def supervisor_of(
    layout: Layout, processes: Sequence[Process], env: Mapping[str, str]
) -> Supervisor:
    """All processes of a city under one supervisor."""
    account = web_account(layout)
    own_folders(layout, account)
    programs = [program_of(process, layout, env, account) for process in processes]
    return Supervisor(programs)
