"""The rows of a file under judgement: nothing leaves the table, verdicts are added to it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from municipality.documents.file_gate import Opened
from municipality.importing.mapping import Columns
from municipality.importing.verdicts import VERDICTS, Severity

Mask = NDArray[np.bool_]
Shapes = NDArray[np.object_]


@dataclass(slots=True)
class Rows:
    """All rows of the file, in its order; arrays are as long as the file has rows.

    ``raw`` are the shapes as read (2D, the file's system), ``shapes`` the same in METRIC;
    both hold None where there is no usable shape.  ``untouched`` tells that ``shapes`` are
    still byte for byte the file's.
    """

    opened: Opened
    columns: Columns
    count: int
    raw: Shapes
    shapes: Shapes
    severity: NDArray[np.uint8]
    values: dict[str, pa.Array] = field(default_factory=dict)
    verdicts: dict[str, Mask] = field(default_factory=dict)
    details: dict[int, list[str]] = field(default_factory=dict)
    edges: list[tuple[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    untouched: bool = True
    srid: int = 0

    @classmethod
    def of(cls, opened: Opened, columns: Columns) -> "Rows":
        """Begin with every row accepted."""
        count = opened.table.num_rows
        return cls(
            opened=opened,
            columns=columns,
            count=count,
            raw=np.full(count, None, dtype=object),
            shapes=np.full(count, None, dtype=object),
            severity=np.zeros(count, dtype=np.uint8),
        )

    @property
    def good(self) -> Mask:
        """The rows not refused so far."""
        return self.severity < Severity.REFUSED

    def none(self) -> Mask:
        """Return an empty choice of rows."""
        return np.zeros(self.count, dtype=bool)

    def mark(self, code: str, rows: Mask | NDArray[np.int64], detail: str = "") -> int:
        """Give rows a verdict; returns how many rows have it for the first time."""
        mask: Mask = self.none()
        mask[rows] = True
        if not mask.any():
            return 0
        held = self.verdicts.setdefault(code, self.none())
        new = mask & ~held
        held |= new
        np.maximum(
            self.severity,
            np.where(mask, VERDICTS[code].severity, 0),
            out=self.severity,
            casting="unsafe",
        )
        if detail:
            for row in np.flatnonzero(new)[:20_000]:
                self.details.setdefault(int(row), []).append(detail)
        return int(new.sum())

    def mark_one(self, code: str, row: int, detail: str = "") -> None:
        """Give one row a verdict."""
        self.mark(code, np.array([row], dtype=np.int64), detail)

    def codes_of(self, row: int) -> list[str]:
        """Name the verdicts of one row, the worst first."""
        found = [code for code, mask in self.verdicts.items() if mask[row]]
        return sorted(found, key=lambda code: -VERDICTS[code].severity)

    @contextmanager
    def check(self, name: str) -> Iterator[None]:
        """Time one check and count the verdicts it gave, for the report."""
        before = self.total_marks()
        begun = time.perf_counter()
        yield
        self.checks.append(
            {
                "name": name,
                "seconds": round(time.perf_counter() - begun, 4),
                "found": self.total_marks() - before,
            }
        )

    def total_marks(self) -> int:
        """Count all verdicts given so far."""
        return int(sum(mask.sum() for mask in self.verdicts.values()))

    def column(self, position: int) -> pa.Array:
        """Return one column of the file as text."""
        found = self.opened.table.column(position)
        return found.combine_chunks() if found.num_chunks != 1 else found.chunk(0)

    def shape_wkb(self) -> pa.Array:
        """Return the shapes as WKB; the file's own bytes where nothing was changed."""
        if self.untouched:
            found = self.opened.table["wkb"]
            return found.combine_chunks() if found.num_chunks != 1 else found.chunk(0)
        return pa.array(shapely.to_wkb(self.shapes), pa.large_binary(), from_pandas=True)


def only(mask: Mask, shapes: Shapes) -> Shapes:
    """Keep the shapes of some rows; None stands for the others."""
    kept: Shapes = shapes.copy()
    kept[~mask] = None
    return kept


def as_array(column: Any) -> pa.Array:
    """Make one array of what Arrow calls an array or a chunked array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def repeated(keys: pa.Array, among: Mask) -> Mask:
    """Tell which rows have a key that an earlier one of ``among`` has; NULL is no key."""
    coded = as_array(pc.dictionary_encode(keys))
    if len(coded.dictionary) == len(keys) - keys.null_count:
        return np.zeros(len(keys), dtype=bool)
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    here = np.flatnonzero(among & (codes >= 0))
    _, first = np.unique(codes[here], return_index=True)
    again = np.zeros(len(codes), dtype=bool)
    again[here] = True
    again[here[first]] = False
    return again


def mask_of(column: Any) -> Mask:
    """Turn an Arrow column of yes/no (NULL = no) into a mask."""
    found: Mask = as_array(column).fill_null(False).to_numpy(zero_copy_only=False).astype(bool)
    return found
