"""Databases of the benchmarks: made by the owner's role in the same cluster, migrated, kept."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from geo_portal.settings.environment import database, database_url
from tests.bench.servers import ROOT


def owner() -> dict[str, object]:
    """Return how the owner's role connects, in the framework's words."""
    os.environ["GEO_DB_ROLE"] = "owner"
    return database(database_url())


def connect(name: str) -> "psycopg2.extensions.connection":
    """Connect to a database of the cluster as the owner."""
    at = owner()
    return psycopg2.connect(
        dbname=name,
        user=at["USER"],
        password=at["PASSWORD"],
        host=at["HOST"],
        port=at["PORT"] or None,
    )


def _drop(cursor: "psycopg2.extensions.cursor", name: str) -> None:
    """End a database's sessions and drop it.

    WITH (FORCE) is refused to an owner while autovacuum works there; a plain DROP sends it away.
    """
    cursor.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = %s AND backend_type = 'client backend'",
        [name],
    )
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def make(name: str, *, fresh: bool = False) -> bool:
    """Make and migrate a database unless it is there; tells whether it is new."""
    default = str(owner()["NAME"])
    connection = connect(default)
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with connection.cursor() as cursor:
        if fresh:
            _drop(cursor, name)
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        there = cursor.fetchone() is not None
        if not there:
            cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"],
        cwd=ROOT, check=True, env={**os.environ, "GEO_DB_NAME": name, "GEO_DB_ROLE": "owner"},
    )  # fmt: skip
    return not there


@contextmanager
def copied(source: str, name: str) -> Iterator[None]:
    """A copy of a database nobody is connected to, for the length of a run; then it is dropped."""
    connection = connect(str(owner()["NAME"]))
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with closing(connection), connection.cursor() as cursor:
        _drop(cursor, name)
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        try:
            yield
        finally:
            _drop(cursor, name)


def url(name: str) -> str:
    """Return a plain libpq address of a database, for peers."""
    at = owner()
    return (
        f"postgresql://{at['USER']}:{at['PASSWORD']}@/{name}"
        f"?host={at['HOST']}&port={at['PORT'] or 5432}"
    )
