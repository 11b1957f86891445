"""Many rows as one value: packed by the database, unpacked into arrays.

A town of plots as rows costs a Python object for every number; packed, a column is one value.
Each pair of functions is one kind: the aggregate that packs an SQL expression in the order in
which its rows come, and what reads the value back (NULL, of no rows, is empty).
"""

import numpy as np
import shapely
from numpy.typing import NDArray

Value = bytes | memoryview | None


def ints_sql(expression: str) -> str:
    """Pack whole numbers, none of them NULL."""
    return f"string_agg(int8send({expression}), ''::bytea)"


def ints(value: Value) -> NDArray[np.intp]:
    """Unpack whole numbers."""
    return np.frombuffer(value or b"", dtype=">i8").astype(np.intp)


def floats_sql(expression: str) -> str:
    """Pack numbers; NULL becomes NaN."""
    return f"string_agg(float8send(coalesce({expression}, 'NaN'::float)), ''::bytea)"


def floats(value: Value) -> NDArray[np.float64]:
    """Unpack numbers."""
    return np.frombuffer(value or b"", dtype=">f8").astype(np.float64)


def shapes_sql(expression: str, order: str = "") -> str:
    """Pack geometries, none of them NULL, as one WKB collection.

    Written by hand: ST_Collect unpacks every member and packs it again, a third of the statement.
    """
    by = f" ORDER BY {order}" if order else ""
    return (
        r"'\x0000000007'::bytea || int4send(count(*)::int)"
        f" || string_agg(ST_AsBinary({expression}), ''::bytea{by})"
    )


def shapes(value: Value) -> NDArray[np.object_]:
    """Unpack geometries."""
    if value is None:
        return np.empty(0, dtype=object)
    found: NDArray[np.object_] = shapely.get_parts(shapely.from_wkb(bytes(value)))
    return found
