"""Stamps of small reference tables: what is kept in a process is dropped when they rise."""

from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connection
from django.db.migrations.operations import RunSQL

T = TypeVar("T")


def rise_with(table: str, stamp: str) -> RunSQL:
    """Make the migration step that lets ``stamp`` rise with every statement on ``table``."""
    return RunSQL(
        "INSERT INTO places_stamp (name, value) "  # noqa: S608 (names come from migrations)
        f"VALUES ('{stamp}', 1) ON CONFLICT DO NOTHING;"
        f"CREATE TRIGGER {table}_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION rise_stamp('{stamp}');",
        f"DROP TRIGGER {table}_stamp ON {table};",
    )


def read(*names: str) -> tuple[int, ...]:
    """Return the values of stamps, in the order asked for (0 where there is none)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, value FROM places_stamp WHERE name = ANY(%s)", [list(names)])
        found = dict(cursor.fetchall())
    return tuple(found.get(name, 0) for name in names)


class Kept(Generic[T]):
    """A value computed from stamped tables, kept in the process until a stamp rises."""

    def __init__(self, build: Callable[[], T], *stamps: str) -> None:
        self._build = build
        self._stamps = stamps
        self._held: tuple[tuple[int, ...], T] | None = None

    def get(self) -> T:
        """Return the value, rebuilt if a stamp has risen: one short query a call.

        The stamps are read before the rows, so a change between the two is seen next time.
        """
        now = read(*self._stamps)
        if self._held is None or self._held[0] != now:
            self._held = (now, self._build())
        return self._held[1]
