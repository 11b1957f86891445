"""The private PostgreSQL/PostGIS cluster: made once, started, stopped, asked.

It listens on a unix socket in a closed folder only and is run by an unprivileged
user.  That user is its superuser by peer authentication; the portal's two roles
sign in by generated passwords, which `.local/cluster.json` (mode 0600) holds:

* ``geo_owner`` owns the databases and migrates;
* ``geo_app`` owns nothing and reads and writes rows.

PostGIS, btree_gist and pg_trgm need a superuser, so they are put into ``template1``
once; every database made later, test databases included, has them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy import accounts
from deploy.accounts import Account
from deploy.layout import Layout, read_json, write_json
from deploy.packages import postgres_bin
from deploy.report import SetupError

OWNER, APPLICATION, ADMINISTRATOR = "geo_owner", "geo_app", "geo_admin"
PORT = 5432  # names the socket file only; the folder is this cluster's own
START_SECONDS = 120

TEMPLATE_SQL = f"""
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
GRANT SELECT, INSERT, UPDATE, DELETE ON spatial_ref_sys TO {OWNER};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER}
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER}
    GRANT USAGE, SELECT ON SEQUENCES TO {APPLICATION};
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One private cluster, as `.local/cluster.json` remembers it."""

    data: Path
    socket: Path
    port: int
    user: str
    owner_password: str
    app_password: str
    database: str

    @property
    def account(self) -> Account:
        """The operating-system user that runs it."""
        if (found := accounts.named(self.user)) is not None:
            return found
        if self.user == accounts.me().name:
            return accounts.me()
        raise SetupError(f"The database belongs to the user {self.user}, who is gone.")

    def url(self, role: str, database: str) -> str:
        """Address of a database for one of the two roles."""
        password = {OWNER: self.owner_password, APPLICATION: self.app_password}[role]
        host = quote(str(self.socket), safe="")
        return f"postgres://{role}:{quote(password)}@/{database}?host={host}&port={self.port}"

    def environment(self) -> dict[str, str]:
        """What a child process needs to use the chosen database."""
        return {
            "DATABASE_URL": self.url(APPLICATION, self.database),
            "DATABASE_OWNER_URL": self.url(OWNER, self.database),
        }


def load(layout: Layout) -> Cluster | None:
    """The cluster of this clone, or None when none was made yet."""
    found = read_json(layout.cluster_file)
    if not found or not Path(found["data"]).parent.exists():
        return None
    return Cluster(
        data=Path(found["data"]),
        socket=Path(found["socket"]),
        port=int(found["port"]),
        user=found["user"],
        owner_password=found["owner_password"],
        app_password=found["app_password"],
        database=found["database"],
    )


def remember(layout: Layout, cluster: Cluster) -> None:
    """Write `.local/cluster.json`, where settings and commands find the cluster."""
    write_json(
        layout.cluster_file,
        {
            "data": str(cluster.data),
            "socket": str(cluster.socket),
            "port": cluster.port,
            "user": cluster.user,
            "database": cluster.database,
            "owner_password": cluster.owner_password,
            "app_password": cluster.app_password,
            "database_url": cluster.url(APPLICATION, cluster.database),
            "database_owner_url": cluster.url(OWNER, cluster.database),
        },
    )


def programs() -> Path:
    """Folder of initdb, pg_ctl and psql."""
    if (found := postgres_bin()) is None:
        raise SetupError("PostgreSQL with PostGIS is not installed; `make demo` installs it.")
    return found


def ensure(layout: Layout, database: str) -> Cluster:
    """Find or make the cluster of this clone; it may be stopped.  ``database`` becomes the chosen one."""
    layout.make_local()
    found = load(layout)
    if found is None:
        found = create(layout, database)
    elif found.database != database:
        found = chosen(layout, found, database)
    return found


def chosen(layout: Layout, cluster: Cluster, database: str) -> Cluster:
    """The same cluster with another database chosen, remembered for later commands."""
    values = {name: getattr(cluster, name) for name in cluster.__slots__}
    other = Cluster(**{**values, "database": database})
    remember(layout, other)
    return other


def create(layout: Layout, database: str) -> Cluster:
    """Make a new cluster with its two roles and the extensions; it is stopped when this returns."""
    account = accounts.unprivileged(accounts.DATABASE_USER)
    if account is None:
        raise SetupError("No unprivileged user can be found or created to run the database.")
    data = data_folder(layout, account) / "data"
    if data.exists():
        shutil.rmtree(data)  # an earlier attempt that never came as far as cluster.json
    cluster = Cluster(
        data=data,
        socket=layout.socket_dir,
        port=PORT,
        user=account.name,
        owner_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
        database=database,
    )
    _initdb(cluster)
    start(cluster)
    try:
        _make_roles(cluster)
    finally:
        stop(cluster)
    remember(layout, cluster)
    return cluster


def data_folder(layout: Layout, account: Account) -> Path:
    """A folder that ``account`` really reaches and owns: under `.local`, else elsewhere."""
    for folder in (layout.local / "pg", layout.data_elsewhere):
        own_folder(folder, account)
        if accounts.can_write_in(account, folder):
            return folder
        folder.rmdir()
    raise SetupError(f"The user {account.name} can write neither in .local nor in /var/tmp.")


def own_folder(folder: Path, account: Account, *, mode: int = 0o700, gid: int | None = None) -> None:
    """Make a folder of ``account``'s; refuse one that somebody else put there before."""
    try:
        folder.mkdir(mode=0o700, parents=False)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.uid):
            raise SetupError(f"{folder} belongs to somebody else; remove it and try again.") from None
    os.chown(folder, account.uid, account.gid if gid is None else gid)
    folder.chmod(mode)


def _initdb(cluster: Cluster) -> None:
    """Lay out the data folder: UTF-8, the C locale (sorting never depends on the system), checksums."""
    command = [programs() / "initdb", "--pgdata", cluster.data, "--username", ADMINISTRATOR]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]
    command += ["--auth-local=peer", "--auth-host=reject"]
    done = accounts.run_as(cluster.account, command)
    if done.returncode != 0:
        raise SetupError(f"initdb failed: {done.stderr.strip()}")
    _write_as(cluster, "pg_hba.conf", _pg_hba())
    _write_as(cluster, "pg_ident.conf", f"cluster_user {cluster.account.name} {ADMINISTRATOR}\n")
    _write_as(cluster, "postgresql.auto.conf", _configuration(cluster))


def _write_as(cluster: Cluster, name: str, text: str) -> None:
    """Replace a file of the data folder; its owner and mode stay."""
    (cluster.data / name).write_text(text, encoding="utf-8")


def _pg_hba() -> str:
    return (
        "# Only the socket is open: the cluster's user administers, the portal's roles have passwords.\n"
        f"local all {ADMINISTRATOR} peer map=cluster_user\n"
        f"local all {OWNER},{APPLICATION} scram-sha-256\n"
    )


def _configuration(cluster: Cluster) -> str:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.socket),
        "port": cluster.port,
        "max_connections": 100,
        "shared_buffers": f"{shared_buffers_mb(memory_mb)}MB",
        "max_wal_size": "2GB",
        "random_page_cost": 1.1,  # memory and solid state, not discs that turn
        "jit": "off",  # compiling costs more than these short queries
        "fsync": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_duration_statement": 1000,
    }
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def shared_buffers_mb(memory_mb: int) -> int:
    """An eighth of the memory, from 64 to 256 MB: modest, the page cache does the rest."""
    return max(64, min(256, memory_mb // 8))


def _make_roles(cluster: Cluster) -> None:
    roles = (
        f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{cluster.owner_password}';\n"
        f"CREATE ROLE {APPLICATION} LOGIN PASSWORD '{cluster.app_password}';\n"
    )
    administer(cluster, roles + TEMPLATE_SQL, database="template1")


def administer(cluster: Cluster, sql: str, *, database: str = "postgres") -> str:
    """Run SQL as the superuser, one statement after the other; return the bare rows."""
    command = [programs() / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
    command += ["--set=ON_ERROR_STOP=1", "--host", cluster.socket, "--port", str(cluster.port)]
    command += ["--username", ADMINISTRATOR, "--dbname", database, "--file=-"]
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


def is_running(cluster: Cluster) -> bool:
    """Whether the server of exactly this data folder answers."""
    return accounts.run_as(
        cluster.account, [programs() / "pg_ctl", "status", "--pgdata", cluster.data]
    ).returncode == 0 and _answers(cluster)


def _answers(cluster: Cluster) -> bool:
    command = [programs() / "pg_isready", "--quiet", "--timeout=3"]
    command += ["--host", cluster.socket, "--port", str(cluster.port)]
    return accounts.run_as(cluster.account, command, env=_clean_environment()).returncode == 0


def start(cluster: Cluster) -> bool:
    """Start the server detached from this process and wait for it; False when it ran already."""
    own_folder(cluster.socket, cluster.account, mode=0o710, gid=_web_gid(cluster.account))
    if is_running(cluster):
        return False
    forget_stale_locks(cluster)
    command = [programs() / "pg_ctl", "start", "--silent", "--wait", f"--timeout={START_SECONDS}"]
    command += ["--pgdata", cluster.data, "--log", log_file(cluster)]
    done = accounts.run_as(cluster.account, command, env=_clean_environment())
    if done.returncode != 0:
        raise SetupError(f"The database does not start; see {log_file(cluster)}\n{_tail(cluster)}")
    return True


def _web_gid(account: Account) -> int:
    """Group that may pass to the socket beside the cluster's user: that of the web processes."""
    web = accounts.named(accounts.WEB_USER) if os.geteuid() == 0 else None
    return account.gid if web is None else web.gid


def log_file(cluster: Cluster) -> Path:
    """The server's log, beside its data."""
    return cluster.data.parent / "server.log"


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
    """Stop the server: clients are cut off and work is rolled back; at once when that takes too long."""
    for mode in ("fast", "immediate"):
        command = [programs() / "pg_ctl", "stop", "--silent", "--wait", f"--timeout={seconds}"]
        command += ["--pgdata", cluster.data, "--mode", mode]
        accounts.run_as(cluster.account, command)
        if not _pid_is_server(cluster):
            return
    raise SetupError(f"The database (process {postmaster_pid(cluster)}) does not stop.")


def _pid_is_server(cluster: Cluster) -> bool:
    pid = postmaster_pid(cluster)
    for _ in range(10):
        if pid is None or _program_of(pid) != "postgres":
            return False
        time.sleep(0.1)
    return True
