"""Releasing months and keeping what was released.

A month is released once, when it is over, and stays as it was: what comes, moves or is withdrawn
later changes no public number, so that nobody can subtract today's answer from yesterday's.
Only a month that has at least doubled since (history loaded from a file) is released anew.
Releases are made by the worker, by imports and by the demo; whoever asks only reads them.
"""

import datetime as dt
import threading
from collections.abc import Collection

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from maps.heat.index import HeatLayer
from maps.heat.lattice import BLOCK_BITS, BLOCK_CELLS, Ints
from maps.heat.packing import DAY_ZERO, RECORD, merge
from maps.heat.release import ATOM, UNTOLD_KIND, K, atoms_of_month

_RELEASING = 26_105  # advisory lock: one release of a layer at a time
GROWN = 2  # times as many reports as when it was released: a bulk load, not corrections


def next_month(month: dt.date) -> dt.date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def _reports(layer: HeatLayer) -> tuple[NDArray[np.void], Ints, Ints]:
    """Return all records of the layer with their smallest cells, of one instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bx, by, array_agg(sign ORDER BY id), array_agg(data ORDER BY id) "
            "FROM maps_heatpiece WHERE layer = %s GROUP BY bx, by ORDER BY bx, by",
            [layer.number],
        )
        blocks = cursor.fetchall()
    parts, xs, ys = [np.zeros(0, RECORD)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for bx, by, signs, data in blocks:
        rows = np.frombuffer(
            merge([(s, bytes(d)) for s, d in zip(signs, data, strict=True)]), RECORD
        )
        cell = rows["cell"].astype(np.int64)
        parts.append(rows)
        xs.append((bx << BLOCK_BITS) + (cell & (BLOCK_CELLS - 1)))
        ys.append((by << BLOCK_BITS) + (cell >> BLOCK_BITS))
    return np.concatenate(parts), np.concatenate(xs), np.concatenate(ys)


def _released(layer: HeatLayer) -> dict[dt.date, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT month, n FROM maps_heatrelease WHERE layer = %s", [layer.number])
        return dict(cursor.fetchall())


def _write(layer: HeatLayer, month: dt.date, n: int, atoms: bytes, at: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM maps_heatrelease WHERE layer = %s AND month = %s",
                       [layer.number, month])  # fmt: skip
        cursor.execute(
            "INSERT INTO maps_heatrelease (layer, month, k, n, atoms, released_at) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [layer.number, month, K, n, atoms, at],
        )


def release_months(
    layer: HeatLayer,
    *,
    on: dt.date,
    at: dt.datetime,
    public_kinds: Collection[int],
    anew: bool = False,
) -> list[dt.date]:
    """Release every month that is over on a day and was not yet, or has grown; return them.

    ``public_kinds`` are the categories the public may be told of.  ``anew`` releases all months
    again, which lets someone who kept the old numbers compare: for after a correction of
    history only, on purpose.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_RELEASING, layer.number])
        before = {} if anew else _released(layer)
        rows, x, y = _reports(layer)
        days = np.datetime64(DAY_ZERO) + rows["day"].astype("timedelta64[D]")
        months = days.astype("datetime64[M]")
        kind = rows["category"].astype(np.int64)
        kind[~np.isin(kind, list(public_kinds))] = UNTOLD_KIND
        made = []
        for value in np.unique(months):
            month: dt.date = value.astype("datetime64[D]").item()
            mine = np.flatnonzero(months == value)
            grown = len(mine) >= GROWN * max(before.get(month, 0), 1)
            if next_month(month) > on or len(mine) < K or not grown:
                continue
            atoms = atoms_of_month(
                x=x[mine], y=y[mine], category=kind[mine],
                wilayat=rows["wilayat"][mine].astype(np.int64),
            )  # fmt: skip
            _write(layer, month, len(mine), atoms.tobytes(), at)
            made.append(month)
    return made


def released_at(layer: HeatLayer) -> dt.datetime | None:
    """Return when the latest release was made; None before the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(released_at) FROM maps_heatrelease WHERE layer = %s", [layer.number]
        )
        found: dt.datetime | None = cursor.fetchone()[0]
    return found


class _HeldAtoms:
    """Released atoms of this process by row id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[int, tuple[dt.date, NDArray[np.void]]] = {}
        self._joined: tuple[tuple[int, ...], NDArray[np.void], Ints] | None = None

    def read(self, layer: HeatLayer) -> tuple[NDArray[np.void], Ints]:
        """Return all atoms and the month (year * 12 + month - 1) of each."""
        with self._lock, connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, month, CASE WHEN id = ANY(%s) THEN NULL ELSE atoms END "
                "FROM maps_heatrelease WHERE layer = %s ORDER BY month",
                [list(self._rows), layer.number],
            )
            found = cursor.fetchall()
            for row_id, month, data in found:
                if data is not None:
                    self._rows[row_id] = (month, np.frombuffer(bytes(data), ATOM))
            ids = tuple(row[0] for row in found)
            if self._joined is None or self._joined[0] != ids:
                self._rows = {i: row for i, row in self._rows.items() if i in set(ids)}
                rows = [self._rows[i] for i in ids]
                atoms = np.concatenate([np.zeros(0, ATOM), *(a for _, a in rows)])
                months = np.concatenate(
                    [np.zeros(0, np.int64)]
                    + [np.full(len(a), m.year * 12 + m.month - 1, np.int64) for m, a in rows]
                )
                self._joined = (ids, atoms, months)
            return self._joined[1], self._joined[2]


_held: dict[int, _HeldAtoms] = {}


def released_atoms(layer: HeatLayer) -> tuple[NDArray[np.void], Ints]:
    """Return the layer's released atoms and the month number of each."""
    return _held.setdefault(layer.number, _HeldAtoms()).read(layer)
