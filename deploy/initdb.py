"""Makes the private cluster: folders, initdb, configuration, roles and extensions.

PostGIS, btree_gist and pg_trgm need a superuser, so they are put into ``template1``
once; every database made later, test databases included, has them.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from deploy import accounts, packages, server
from deploy.accounts import Account, Words
from deploy.cluster import ADMINISTRATOR, APPLICATION, OWNER, PORT, Cluster, chosen, load, remember
from deploy.layout import Layout
from deploy.report import SetupError

TEMPLATE = Path(__file__).with_name("sql") / "template.sql"


def ensure(layout: Layout, database: str) -> Cluster:
    """Find or make the cluster of this clone, perhaps stopped, and choose a database of it."""
    layout.make_local()
    found = load(layout)
    if found is None:
        found = create(layout, database)
    elif found.database != database:
        found = chosen(layout, found, database)
    return found


def create(layout: Layout, database: str) -> Cluster:
    """Make a new cluster with its two roles and the extensions; it is stopped when this returns.

    Data that is there already is kept and only gets new passwords: the clone was moved, or
    its cluster.json was lost.
    """
    account = accounts.unprivileged(accounts.DATABASE_USER)
    if account is None:
        raise SetupError("No unprivileged user can be found or created to run the database.")
    cluster = Cluster(
        data=data_folder(layout, account) / "data",
        socket=layout.socket_dir,
        port=PORT,
        user=account.name,
        owner_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
        database=database,
    )
    if not cluster.data.exists():
        _initdb(cluster)
    _configure(cluster)
    server.start(cluster)
    try:
        _make_roles(cluster)
    finally:
        server.stop(cluster)
    remember(layout, cluster)
    return cluster


def data_folder(layout: Layout, account: Account) -> Path:
    """A folder that ``account`` really reaches and owns: under `.local`, else elsewhere."""
    for folder in (layout.local / "pg", layout.data_elsewhere):
        accounts.own_folder(folder, account)
        if accounts.can_write_in(account, folder):
            return folder
        folder.rmdir()
    raise SetupError(f"The user {account.name} can write neither in .local nor in /var/tmp.")


def _initdb(cluster: Cluster) -> None:
    """Lay out the data folder: UTF-8, checksums, sorting by code, whatever the system's locales.

    It gets its name only when it is whole.
    """
    unfinished = cluster.data.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command: Words = [newest_programs() / "initdb", "--pgdata", unfinished]
    command += ["--username", ADMINISTRATOR, "--auth-local=peer", "--auth-host=reject"]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C"]
    command += ["--data-checksums", "--no-instructions"]
    done = accounts.run_as(cluster.account, command)
    if done.returncode != 0:
        raise SetupError(f"initdb failed: {done.stderr.strip()}")
    unfinished.rename(cluster.data)


def newest_programs() -> Path:
    """Folder of the programs of the newest PostgreSQL here that has PostGIS."""
    if (found := packages.postgres_bin()) is None:
        raise SetupError("PostgreSQL with PostGIS is not installed; `make demo` installs it.")
    return found


def _configure(cluster: Cluster) -> None:
    """Say who may come in and how the server runs."""
    _write_as(cluster, "pg_hba.conf", _pg_hba())
    _write_as(cluster, "pg_ident.conf", f"cluster_user {cluster.account.name} {ADMINISTRATOR}\n")
    _write_as(cluster, "postgresql.auto.conf", _configuration(cluster))


def _write_as(cluster: Cluster, name: str, text: str) -> None:
    """Replace a file of the data folder; its owner and mode stay."""
    (cluster.data / name).write_text(text, encoding="utf-8")


def _pg_hba() -> str:
    return (
        "# Only the socket is open; its user administers, the portal's roles have passwords.\n"
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
    roles = {OWNER: "CREATEDB", APPLICATION: "NOCREATEDB"}
    passwords = {OWNER: cluster.owner_password, APPLICATION: cluster.app_password}
    there = server.administer(cluster, "SELECT rolname FROM pg_roles").splitlines()
    sql = "".join(
        f"{'ALTER' if role in there else 'CREATE'} ROLE {role} LOGIN {right}"
        f" PASSWORD '{passwords[role]}';\n"
        for role, right in roles.items()
    )
    server.administer(cluster, sql + TEMPLATE.read_text(encoding="utf-8"), database="template1")
