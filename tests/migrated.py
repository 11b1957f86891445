"""One database with every migration made, of which each worker's test database is a copy.

Migrating takes a worker longer than most files of tests; a copy is a second's work.  Kept between
runs under a name that changes with the migrations.
"""

import hashlib
import os
import subprocess
import sys
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[1]
NAMED = "geo_migrated_"
LOCK = 7_362_201  # of this database server: one worker makes it, the others wait
THERE = "SELECT 1 FROM pg_database WHERE datname = %s"
# Another checkout may be copying its own just now: only what is older than a day is dropped.
OLD = """
SELECT datname FROM pg_database WHERE datname LIKE %s AND datname <> %s
AND coalesce(shobj_description(oid, 'pg_database'), '') < (current_date - 1)::text
"""

# Tests name persons that they do not make by small numbers, as in Actor(903, …): a person that a
# test does make must never be given one of them.
NUMBERED = "ALTER SEQUENCE people_user_id_seq RESTART WITH 1000001"


def _digest() -> str:
    """What the database is made of: our migrations, the framework's version and this file."""
    found = hashlib.sha256(version("django").encode())
    for path in [Path(__file__), *sorted(ROOT.glob("*/**/migrations/*.py"))]:
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _session(database: str | None = None) -> Any:
    """A session of the owner in a database, or in the one that the tests were given."""
    params = connection.get_connection_params()
    wanted = ("user", "password", "host", "port")
    session = psycopg2.connect(
        dbname=database or connection.settings_dict["NAME"],
        **{name: params[name] for name in wanted if name in params},
    )
    session.autocommit = True
    return session


def migrated() -> str:
    """Return the name of a database that is migrated and that nobody is connected to."""
    name = NAMED + _digest()
    half = f"{name}_half"  # its name until it is whole
    with closing(_session()) as session, session.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute(THERE, [name])
        if cursor.fetchone():
            return name
        cursor.execute(OLD, [f"{NAMED}%", name])
        for (old,) in cursor.fetchall():
            with suppress(psycopg2.errors.ObjectInUse):
                cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(half)))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True,
            env={**os.environ, "GEO_DB_NAME": half, "GEO_DB_ROLE": "owner"},
        )  # fmt: skip
        with closing(_session(half)) as inside, inside.cursor() as there:
            there.execute(NUMBERED)
        cursor.execute("SELECT current_date::text")
        dated = sql.SQL("COMMENT ON DATABASE {} IS {}")
        today = sql.Literal(cursor.fetchone()[0])
        cursor.execute(dated.format(sql.Identifier(half), today))
        renamed = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cursor.execute(renamed.format(sql.Identifier(half), sql.Identifier(name)))
    return name
