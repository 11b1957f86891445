"""Starts, stops and asks the server of the private cluster."""

from __future__ import annotations

import os
from pathlib import Path

from deploy import accounts
from deploy.accounts import Account, Words, own_folder
from deploy.cluster import ADMINISTRATOR, OWNER, Cluster
from deploy.packages import postgres_bin
from deploy.report import SetupError

START_SECONDS = 120
LARGEST_LOG = 16 * 2**20


def program(cluster: Cluster, name: str) -> Path:
    """A program of the PostgreSQL version that the data was made with."""
    version = (cluster.data / "PG_VERSION").read_text(encoding="utf-8").strip()
    if (found := postgres_bin(version)) is None:
        raise SetupError(f"{cluster.data} needs PostgreSQL {version} with PostGIS; install it.")
    return found / name


def administer(cluster: Cluster, sql: str, *, database: str = "postgres") -> str:
    """Run SQL as the superuser, one statement after the other; return the bare rows."""
    command: Words = [program(cluster, "psql"), "--no-psqlrc", "--quiet", "--tuples-only"]
    command += ["--no-align", "--set=ON_ERROR_STOP=1", "--host", cluster.socket]
    command += ["--port", str(cluster.port), "--username", ADMINISTRATOR]
    command += ["--dbname", database, "--file=-"]
    done = accounts.run_as(cluster.account, command, env=_clean_environment(), stdin=sql)
    if done.returncode != 0:
        raise SetupError(f"The database refused: {done.stderr.strip()}")
    return done.stdout.strip()


def _clean_environment() -> dict[str, str]:
    """The environment without PG* variables, which would lead to another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def ensure_database(cluster: Cluster, name: str) -> bool:
    """Make a database of the owner's when there is none of that name; say whether it was made."""
    if administer(cluster, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        return False
    administer(cluster, f'CREATE DATABASE "{name}" OWNER {OWNER}')
    return True


def identity(cluster: Cluster) -> str:
    """The chosen database's own number, which no database made later bears again."""
    return administer(
        cluster,
        "SELECT system_identifier || '/' || oid FROM pg_control_system(), pg_database"
        f" WHERE datname = '{cluster.database}'",
    )


def applied_migrations(cluster: Cluster) -> str:
    """The migrations that Django noted in the chosen database, in order; empty when none."""
    if not administer(
        cluster, "SELECT to_regclass('django_migrations')", database=cluster.database
    ):
        return ""
    noted = "SELECT string_agg(app || '.' || name, ' ' ORDER BY id) FROM django_migrations"
    return administer(cluster, noted, database=cluster.database)


def is_running(cluster: Cluster) -> bool:
    """Whether the server of exactly this data folder runs and answers."""
    return _runs(cluster) and _answers(cluster)


def _pg_ctl(cluster: Cluster, act: str, *more: str | Path) -> int:
    """Run pg_ctl on the cluster and return its exit code."""
    command: Words = [program(cluster, "pg_ctl"), act, "--pgdata", cluster.data, "--silent", *more]
    return accounts.run_as(cluster.account, command, env=_clean_environment()).returncode


def _runs(cluster: Cluster) -> bool:
    return _pg_ctl(cluster, "status") == 0


def _answers(cluster: Cluster) -> bool:
    command: Words = [program(cluster, "pg_isready"), "--quiet", "--timeout=3"]
    command += ["--host", cluster.socket, "--port", str(cluster.port)]
    command += ["--username", ADMINISTRATOR, "--dbname", "postgres"]
    return accounts.run_as(cluster.account, command, env=_clean_environment()).returncode == 0


def start(cluster: Cluster) -> bool:
    """Start the server detached from this process and wait for it; False when it ran already."""
    own_folder(cluster.socket, cluster.account, mode=0o710, gid=_web_gid(cluster.account))
    if is_running(cluster):
        return False
    forget_stale_locks(cluster)
    if _runs(cluster):  # its socket was swept from /tmp: nobody can reach it any more
        stop(cluster)
    _turn_log(cluster)
    more = ("--wait", f"--timeout={START_SECONDS}", "--log", log_file(cluster))
    if _pg_ctl(cluster, "start", *more) != 0:
        raise SetupError(f"The database does not start; see {log_file(cluster)}\n{_tail(cluster)}")
    return True


def _web_gid(account: Account) -> int:
    """Group that may pass to the socket beside the cluster's user: that of the web processes."""
    web = accounts.ensure_system_user(accounts.WEB_USER) if os.geteuid() == 0 else None
    return account.gid if web is None else web.gid


def seems_alive(cluster: Cluster) -> bool:
    """Whether the server's process is there: a look that costs nothing."""
    pid = postmaster_pid(cluster)
    return pid is not None and _program_of(pid) == "postgres"


def log_file(cluster: Cluster) -> Path:
    """The server's log, beside its data."""
    return cluster.data.parent / "server.log"


def _turn_log(cluster: Cluster) -> None:
    """Put a log that has grown large aside, one back."""
    log = log_file(cluster)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.rename(log.with_suffix(".log.1"))


def _tail(cluster: Cluster) -> str:
    try:
        lines = log_file(cluster).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join(lines[-8:])


def forget_stale_locks(cluster: Cluster) -> None:
    """Remove lock files of a server that is gone though its process number lives on as another's.

    PostgreSQL itself forgets a lock whose process is dead, but not one whose number was
    given to another process of the same user, as after a crash of the whole machine.
    """
    locks = [cluster.data / "postmaster.pid", cluster.socket / f".s.PGSQL.{cluster.port}.lock"]
    for lock in locks:
        try:
            number = int(lock.read_text(encoding="utf-8").split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            continue
        if _program_of(number) != "postgres":
            lock.unlink(missing_ok=True)


def _program_of(pid: int) -> str | None:
    """Short name of the program that runs under a process number, or None."""
    try:
        return Path(f"/proc/{abs(pid)}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return None


def postmaster_pid(cluster: Cluster) -> int | None:
    """Process number of the running server, or None."""
    try:
        return int((cluster.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def stop(cluster: Cluster, *, seconds: int = 30) -> None:
    """Stop the server: clients are cut off; if that takes too long, without a checkpoint."""
    for mode in ("fast", "immediate"):
        _pg_ctl(cluster, "stop", "--wait", f"--timeout={seconds}", "--mode", mode)
        if not _runs(cluster):
            return
    raise SetupError(f"The database (process {postmaster_pid(cluster)}) does not stop.")
