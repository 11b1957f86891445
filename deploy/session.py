"""A database for as long as something runs: the user's own server, or the private cluster.

Whoever uses the private cluster holds a shared lock on `.local/cluster.lease`.  The last
one to leave stops the server, unless `make db` asked for it to be kept.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from deploy import cluster as clusters
from deploy import initdb, server, stamps
from deploy.children import on_stop_signals
from deploy.cluster import Cluster
from deploy.layout import Layout
from deploy.report import SetupError, step

USERS_OWN = ("DATABASE_URL", "DATABASE_OWNER_URL")
NO_OWNER = "DATABASE_OWNER_URL is set and DATABASE_URL is not; set both, or neither."


@dataclass(frozen=True, slots=True)
class Session:
    """What a child needs to reach the database; ``cluster`` is None for a foreign server."""

    environment: Mapping[str, str]
    cluster: Cluster | None

    def identity(self) -> str:
        """What tells this database from another of the same name; empty for a foreign one."""
        return "" if self.cluster is None else server.identity(self.cluster)

    def applied(self) -> str:
        """The migrations that were applied to this database; empty for a foreign one."""
        return "" if self.cluster is None else server.applied_migrations(self.cluster)


def database_name(city: str, kind: str) -> str:
    """Name of a city's database: the profile's name, made safe, and demo or serve."""
    slug = re.sub(r"[^a-z0-9]+", "_", Path(city).stem.lower()).strip("_")
    return f"geo_{slug or 'city'}_{kind}"[:63]


def uses_own_server(env: Mapping[str, str]) -> bool:
    """Whether the user named a database server.  Raises SetupError when only half is named."""
    url, owner = (bool(env.get(name)) for name in USERS_OWN)
    if owner and not url:
        raise SetupError(NO_OWNER)
    return url


@contextmanager
def database(layout: Layout, *, name: str | None) -> Iterator[Session]:
    """Lend a running database; ``name`` becomes the chosen one (None: whichever was chosen)."""
    if uses_own_server(os.environ):
        yield Session({}, None)
        return
    layout.make_local()
    with lease_file(layout).open("a") as lease:
        fcntl.flock(lease, fcntl.LOCK_SH)
        found: Cluster | None = None
        try:
            with step("database") as note:
                found = _made(layout, name)
                note("started" if server.start(found) else "was running")
                if server.ensure_database(found, found.database):
                    note(f"{found.database} made")
            yield Session(found.environment(), found)
        finally:
            if found is not None:
                _leave(layout, found, lease)


def _made(layout: Layout, name: str | None) -> Cluster:
    """The cluster of this clone, made if need be, by one set-up at a time."""
    with stamps.one_at_a_time(layout):
        found = clusters.load(layout)
        chosen = name or (found.database if found else default_database())
        return initdb.ensure(layout, chosen)


def default_database() -> str:
    """The database that commands use in a new clone: the demo city's."""
    return database_name(os.environ.get("GEO_CITY") or "muscat", "demo")


def _leave(layout: Layout, cluster: Cluster, lease: TextIO) -> None:
    """Stop the server when nobody else uses it.  Nothing interrupts this."""
    with on_stop_signals(signal.SIG_IGN):
        if not kept_file(layout).exists() and alone(lease):
            server.stop(cluster)
            with suppress(OSError):  # something else lies in it
                cluster.socket.rmdir()


def alone(lease: TextIO) -> bool:
    """Turn the shared lock into the only one; False when others hold it."""
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lease_file(layout: Layout) -> Path:
    """Locked by everyone who uses the server."""
    return layout.local / "cluster.lease"


def kept_file(layout: Layout) -> Path:
    """Exists while `make db` wants the server to stay."""
    return layout.local / "cluster.kept"


def keep(layout: Layout) -> Cluster:
    """Start the private cluster and leave it running, with the databases of demo and serve."""
    with database(layout, name=None) as session:
        if session.cluster is None:
            raise SetupError("DATABASE_URL names a server of your own; it is left alone.")
        city = os.environ.get("GEO_CITY") or "muscat"
        for kind in ("demo", "serve"):
            server.ensure_database(session.cluster, database_name(city, kind))
        kept_file(layout).touch()
        return session.cluster


def release(layout: Layout) -> bool:
    """Stop a kept server; False when none was running.  Raises SetupError while others use it."""
    kept_file(layout).unlink(missing_ok=True)
    found = clusters.load(layout)
    if found is None or not server.seems_alive(found):
        return False
    with lease_file(layout).open("a") as lease:
        if not alone(lease):
            raise SetupError("The database is in use; it stops when its last user does.")
        server.stop(found)
    return True
