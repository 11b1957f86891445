"""Statements that a session reads and plans once, not at every question.

For the few that are asked all day and take longer to plan than to run; PostgreSQL plans again by
itself where a table or its statistics have changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

# Which statements each session holds; another session is another object.
_held: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Prepared:
    """One statement: its name in the session, the SQL with ``%(value)s``, the type of each value.

    The name is of this statement alone.
    """

    name: str
    sql: str
    types: Mapping[str, str]

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Ask it with its values and return every row."""
        with connection.cursor() as cursor:
            held = _held.setdefault(connection.connection, set())
            if self.name not in held:
                places = {name: f"${n}" for n, name in enumerate(self.types, start=1)}
                types = ", ".join(self.types.values())
                typed = f"({types})" if types else ""
                cursor.execute(f"PREPARE {self.name} {typed} AS {self.sql % places}")
                held.add(self.name)
            asked = ", ".join(f"%({name})s" for name in self.types)
            cursor.execute(f"EXECUTE {self.name}" + (f" ({asked})" if asked else ""), values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
