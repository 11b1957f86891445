"""Rows into tables by COPY: the only way the demo writes more than a few rows."""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray

from municipality import crs

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def reserve_ids(table: str, count: int) -> NDArray[np.int64]:
    """Take the next ids of a table from its sequence; from 1 in a fresh database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return np.fromiter((row[0] for row in cursor.fetchall()), dtype=np.int64, count=count)


def copy(table: str, columns: dict[str, Sequence[Any] | NDArray[Any]]) -> int:
    """Write columns of equal length into a table; return the number of rows."""
    texts = [[_text(value) for value in _plain(values)] for values in columns.values()]
    lines = io.StringIO("\n".join(map("\t".join, zip(*texts, strict=True))) + "\n")
    names = ", ".join(f'"{name}"' for name in columns)
    count = len(texts[0])
    if count:
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", lines)
    return count


def shapes(geometries: NDArray[np.object_]) -> list[str]:
    """Return METRIC shapes as the database reads them."""
    marked = shapely.set_srid(geometries, crs.METRIC)
    return [str(text) for text in shapely.to_wkb(marked, hex=True, include_srid=True)]


def multipolygons(polygons: Sequence[Any] | NDArray[np.object_]) -> NDArray[np.object_]:
    """Wrap each polygon as a MultiPolygon of one."""
    parts = np.asarray(polygons, dtype=object)
    return np.asarray(shapely.multipolygons(parts, indices=np.arange(len(parts))), dtype=object)


def days(first: dt.date, after_last: dt.date | None = None) -> str:
    """Return the half-open range of days as the database reads it."""
    return f"[{first.isoformat()},{after_last.isoformat() if after_last else ''})"


def _plain(values: Sequence[Any] | NDArray[Any]) -> Sequence[Any]:
    if isinstance(values, np.ndarray):
        plain: list[Any] = values.tolist()
        return plain
    return values


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.translate(_ESCAPES) if "\\" in value or "\n" in value else value
    if value is None or value != value:  # NaN stands for NULL in columns of numbers
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)
