"""Emptying the test database after a test that committed: only what holds rows, the cheap way.

Django truncates every table, which makes a new file for each of more than a hundred tables and
all their indexes.  Here the tables that hold nothing are left alone; rows are deleted where
nothing listens to deletions, and tables with triggers of their own are truncated as before.
Nor is anything made anew: what post_migrate writes is kept.
"""

from collections.abc import Iterable
from typing import Any

from django.core.management.commands import flush
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

# A trigger that only raises a stamp may see the deletion; any other asks for TRUNCATE.
LISTENING = """
SELECT DISTINCT c.relname FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND p.proname <> 'rise_stamp'
"""
# Written by every migrate, from the models themselves, and never by a test.
KEPT = {"django_content_type", "auth_permission"}
_django = DatabaseOperations.sql_flush


def _names(cursor: Any, sql: str) -> set[str]:
    cursor.execute(sql)
    return {row[0] for row in cursor.fetchall()}


def sql_flush(
    self: DatabaseOperations, style: Any, tables: Iterable[str], **options: Any
) -> list[str]:
    """Return what empties these tables, in one transaction; foreign keys are checked at its end."""
    tables = sorted(set(tables) - KEPT)
    if not tables or options.get("reset_sequences"):
        return _django(self, style, tables, **options)
    asked = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables]
    with connection.cursor() as cursor:
        filled = _names(cursor, " UNION ALL ".join(asked))
        listening = _names(cursor, LISTENING)
    truncated = sorted(filled & listening)
    deleted = sorted(filled - listening, key=lambda name: (name == "places_stamp", name))
    return [
        *(f"TRUNCATE {', '.join(truncated)} CASCADE" for _ in range(bool(truncated))),
        *(f'DELETE FROM "{name}"' for name in deleted),
    ]


def install() -> None:
    """Let Django's tests empty the database this way."""
    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
    flush.emit_post_migrate_signal = lambda *_, **__: None
