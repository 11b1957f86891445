"""Versions of the denominators: built by a job, dated, and read by every rate.

A version holds from the day it was built until the day another one was.  A day before the first
version is answered with the first, and the answer says so by its dates.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from django.db import connection, transaction

from maps.heat.denominators.cells import CellValues, unpack
from maps.heat.denominators.declared import Built, Denominator, declared
from municipality.words import Text

_BUILDING = 26_106  # advisory locks: one builder of a denominator at a time
_HELD_MOST = 12  # unpacked versions of a process
LATER = dt.date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class Version:
    """The values of one denominator over a span of days; ``until`` is None while it holds."""

    id: int
    name: str
    since: dt.date
    until: dt.date | None
    cells: CellValues
    source: Text
    unplaced: float


def _noted(name: str) -> bool:
    """Take the notes of changes that are committed; later ones stay for the next turn."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM maps_heatchange WHERE denominator = %s", [name])
        return bool(cursor.rowcount)


def _latest(name: str) -> tuple[int, dt.date, dt.date, bytes, str, str, float] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, lower(valid), checked_on, data, source_ar, source_en, unplaced "
            "FROM maps_heatdenominator WHERE name = %s AND upper_inf(valid)",
            [name],
        )
        row: tuple[int, dt.date, dt.date, bytes, str, str, float] | None = cursor.fetchone()
    return row


def _write(name: str, built: Built, data: bytes, *, on: dt.date, at: dt.datetime) -> None:
    with connection.cursor() as cursor:
        # A version of the same day was never the truth of a day: it is replaced.
        cursor.execute(
            "DELETE FROM maps_heatdenominator WHERE name = %s AND lower(valid) >= %s", [name, on]
        )
        cursor.execute(
            "UPDATE maps_heatdenominator SET valid = daterange(lower(valid), %s) "
            "WHERE name = %s AND upper_inf(valid)",
            [on, name],
        )
        cursor.execute(
            "INSERT INTO maps_heatdenominator (name, valid, data, cells, total, unplaced, "
            "source_ar, source_en, made_at, checked_on) "
            "VALUES (%s, daterange(%s, NULL), %s, %s, %s, %s, %s, %s, %s, %s)",
            [name, on, data, len(built.cells), built.cells.total(), built.unplaced,
             built.source.ar, built.source.en, at, on],
        )  # fmt: skip


def build(one: Denominator, *, on: dt.date, at: dt.datetime) -> bool:
    """Build a denominator anew where its tables changed or the day did; tell whether it differs.

    What is changed while it is built leaves its note for the next turn.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_BUILDING, one.name])
        noted, before = _noted(one.name), _latest(one.name)
        if before is not None and not noted and before[2] >= on:
            return False
        built = one.build(on)
        data = built.cells.pack()
        same = before is not None and (bytes(before[3]), *before[4:]) == (
            data, built.source.ar, built.source.en, built.unplaced,
        )  # fmt: skip
        if same and before is not None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE maps_heatdenominator SET checked_on = greatest(checked_on, %s) "
                    "WHERE id = %s",
                    [on, before[0]],
                )
            return False
        _write(one.name, built, data, on=on, at=at)
        return True


def build_denominators(*, on: dt.date, at: dt.datetime) -> list[str]:
    """Build what is due of all that are declared; return the names of those that differ."""
    return [name for name, one in declared().items() if build(one, on=on, at=at)]


class _Held:
    """Unpacked values of this process by the version's id (an id's bytes never change)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cells: dict[int, CellValues] = {}

    def ids(self) -> list[int]:
        with self._lock:
            return list(self._cells)

    def cells(self, version_id: int, data: bytes | None) -> CellValues | None:
        """Return the values, unpacked from ``data`` where it came; None: no more held."""
        with self._lock:
            if data is None:
                return self._cells.get(version_id)
            while len(self._cells) >= _HELD_MOST:
                self._cells.pop(next(iter(self._cells)))
            self._cells[version_id] = found = unpack(data)
            return found


_HELD = _Held()
_READ = (
    "SELECT id, lower(valid), upper(valid), source_ar, source_en, unplaced, "
    "CASE WHEN id = ANY(%s) THEN NULL ELSE data END "
    "FROM maps_heatdenominator WHERE name = %s "
    "ORDER BY lower(valid) <= %s DESC, abs(lower(valid) - %s) LIMIT 1"
)


def version_on(name: str, on: dt.date | None) -> Version | None:
    """Return the version that holds on a day (None: the latest); None before any was built.

    For a day before the first version, the first.
    """
    held: Iterable[int] = _HELD.ids()
    day = on or LATER
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(held), name, day, day])
        row = cursor.fetchone()
    if row is None:
        return None
    version_id, since, until, ar, en, unplaced, data = row
    cells = _HELD.cells(version_id, None if data is None else bytes(data))
    if cells is None:  # dropped by another thread between the two steps: ask again
        return version_on(name, on)
    return Version(version_id, name, since, until, cells, Text(ar, en), unplaced)
