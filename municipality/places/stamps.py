"""Stamps of small reference tables: what is kept in a process is dropped when they rise."""

from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connection
from django.db.migrations.operations import RunSQL

from municipality.places import watch

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


Seen = tuple[object, ...]  # equal as long as nothing changed; means nothing else


def read(*names: str) -> Seen:
    """Return what stands in the table of stamps, in the order asked for (None where nothing is).

    The transaction that wrote a stamp (``xmin``) is part of it: after a rollback the same value
    comes again with other rows behind it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, value, xmin::text FROM places_stamp WHERE name = ANY(%s)", [list(names)]
        )
        found = {name: (value, writer) for name, value, writer in cursor.fetchall()}
    return tuple(found.get(name) for name in names)


class Kept(Generic[T]):
    """A value computed from stamped tables, kept in the process until a stamp rises."""

    def __init__(self, build: Callable[[], T], *stamps: str) -> None:
        self._build = build
        self._stamps = stamps
        self._held: tuple[Seen, T] | None = None

    def get(self) -> T:
        """Return the value, rebuilt if a stamp has risen.

        The stamps are looked at before the rows are read, so a change between the two is seen
        next time.  Inside a transaction the table itself is asked, so that it sees its own
        writes; outside, the process listens (municipality.places.watch) and asks nobody.
        """
        now: Seen | None = None if connection.in_atomic_block else watch.seen(self._stamps)
        if now is None:
            now = read(*self._stamps)
        if self._held is None or self._held[0] != now:
            self._held = (now, self._build())
        return self._held[1]
