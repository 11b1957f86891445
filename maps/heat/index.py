"""Reading the index in one snapshot, and folding many small pieces into few.

A reader asks in ONE statement for all pieces of the blocks it looks at; the bytes of those it
already holds are not sent again (a piece never changes).  So an answer is the state of one
instant, whatever writers and folds do meanwhile, and costs only what has changed.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from maps.heat.lattice import Window
from maps.heat.packing import Piece, merge, read_piece
from maps.heat.sql import LOCK_CLASS, REBUILD_CLASS, HeatColumns, rebuild
from municipality.prepared import Prepared

HELD_REPORTS = 12_000_000  # a process keeps at most so many (about 20 bytes each)
FOLD_FROM = 8  # pieces of one block that are worth folding
Block = tuple[int, int]
Span = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class HeatLayer:
    """One table whose rows are counted; ``number`` is what its migration gave to keep_heat."""

    name: str
    number: int
    table: str


class _Held:
    """Unpacked pieces of this process by id, the longest unused dropped first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pieces: OrderedDict[int, tuple[int, Piece]] = OrderedDict()
        self._blocks: dict[tuple[int, Block], set[int]] = defaultdict(set)
        self._reports = 0

    def ids(self, layer: int, span: Span | None) -> list[int]:
        """Return the ids held for the blocks of a span (None: all blocks of the layer)."""
        with self._lock:
            return [i for key in self._keys(layer, span) for i in self._blocks.get(key, ())]

    def _keys(self, layer: int, span: Span | None) -> list[tuple[int, Block]]:
        if span is None:
            return [key for key in self._blocks if key[0] == layer]
        bx0, by0, bx1, by1 = span
        if (bx1 - bx0 + 1) * (by1 - by0 + 1) <= len(self._blocks):
            return [(layer, (bx, by)) for bx in range(bx0, bx1 + 1) for by in range(by0, by1 + 1)]
        return [
            (number, (bx, by))
            for number, (bx, by) in self._blocks
            if number == layer and bx0 <= bx <= bx1 and by0 <= by <= by1
        ]

    def get(self, piece_id: int) -> Piece | None:
        """Return a held piece and mark it as used."""
        with self._lock:
            held = self._pieces.get(piece_id)
            if held is None:
                return None
            self._pieces.move_to_end(piece_id)
            return held[1]

    def put(self, layer: int, piece: Piece) -> None:
        """Hold a piece, dropping others when too much is held."""
        with self._lock:
            if piece.id in self._pieces:
                return
            self._pieces[piece.id] = (layer, piece)
            self._blocks[layer, (piece.bx, piece.by)].add(piece.id)
            self._reports += len(piece)
            while self._reports > HELD_REPORTS and len(self._pieces) > 1:
                self._drop(next(iter(self._pieces)))

    def _drop(self, piece_id: int) -> None:
        held = self._pieces.pop(piece_id, None)
        if held is None:
            return
        layer, piece = held
        self._reports -= len(piece)
        key = (layer, (piece.bx, piece.by))
        self._blocks[key].discard(piece_id)
        if not self._blocks[key]:
            del self._blocks[key]

    def drop(self, ids: Iterable[int]) -> None:
        """Forget pieces that are no more in the table."""
        with self._lock:
            for piece_id in ids:
                self._drop(piece_id)

    def clear(self) -> None:
        """Forget all (tests)."""
        with self._lock:
            self._pieces.clear()
            self._blocks.clear()
            self._reports = 0


HELD = _Held()

_READ = (
    "SELECT id, bx, by, sign, CASE WHEN id = ANY(%s) THEN NULL ELSE data END "
    "FROM maps_heatpiece WHERE layer = %s"
)
_IDS = Prepared(
    "heat_piece_ids",
    "SELECT array_agg(id) FROM maps_heatpiece WHERE layer = %(layer)s "
    "AND bx BETWEEN %(bx0)s AND %(bx1)s AND by BETWEEN %(by0)s AND %(by1)s",
    {"layer": "smallint", "bx0": "int", "by0": "int", "bx1": "int", "by1": "int"},
)
_IN_SPAN = " AND bx BETWEEN %s AND %s AND by BETWEEN %s AND %s"


def read(layer: HeatLayer, window: Window | None = None) -> dict[Block, list[Piece]]:
    """Return all pieces of the blocks a window touches (None: all), of one instant."""
    span = None if window is None else window.blocks()
    held = HELD.ids(layer.number, span)
    sql = _READ
    params: list[Any] = [held, layer.number]
    if span is not None:
        bx0, by0, bx1, by1 = span
        sql, params = _READ + _IN_SPAN, [*params, bx0, bx1, by0, by1]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    found: dict[Block, list[Piece]] = defaultdict(list)
    missing: list[int] = []
    for piece_id, bx, by, sign, data in rows:
        piece = HELD.get(piece_id) if data is None else None
        if piece is None and data is not None:
            piece = read_piece(piece_id, (bx, by), sign, data)
            HELD.put(layer.number, piece)
        if piece is None:
            missing.append(piece_id)
        else:
            found[bx, by].append(piece)
    if missing:  # dropped by another thread between the two steps: ask again
        return read(layer, window)
    HELD.drop(set(held) - {row[0] for row in rows})
    return found


def piece_ids(layer: HeatLayer, window: Window) -> tuple[int, ...]:
    """Return the ids of all pieces of the blocks a window touches, of one instant, in order.

    A piece never changes: who holds what these were made into need not read them.
    """
    bx0, by0, bx1, by1 = window.blocks()
    span = {"layer": layer.number, "bx0": bx0, "by0": by0, "bx1": bx1, "by1": by1}
    ((ids,),) = _IDS.rows(span)
    return tuple(sorted(ids or ()))


def _lock_block(layer: int, block: Block) -> bool:
    """Take a block for this transaction, or say that another fold or a rebuild has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", [REBUILD_CLASS, layer])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"maps.heat/{layer}/{block[0]}/{block[1]}"],
        )
        return bool(cursor.fetchone()[0])


def _replace(layer: int, block: Block) -> int:
    """Replace the pieces of a locked block by one; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, sign, data FROM maps_heatpiece WHERE layer = %s AND bx = %s AND by = %s",
            [layer, *block],
        )
        rows = cursor.fetchall()
        merged = merge([(sign, bytes(data)) for _, sign, data in rows]) if rows else b""
        cursor.execute("DELETE FROM maps_heatpiece WHERE id = ANY(%s)", [[row[0] for row in rows]])
        if merged:
            cursor.execute(
                "INSERT INTO maps_heatpiece (layer, bx, by, sign, n, data) "
                "VALUES (%s, %s, %s, 1, %s, %s)",
                [layer, *block, len(merged) // 16, merged],
            )
    return len(rows)


def fold_block(layer: HeatLayer, block: Block) -> int:
    """Fold one block in a transaction of its own; 0 where another fold or a rebuild has it.

    Writers are never waited for: pieces that are not committed yet stay as they are.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK_CLASS, layer.number]
            )
        # The lock is a statement of its own: what is read next is read after it was got.
        if not _lock_block(layer.number, block):
            return 0
        return _replace(layer.number, block)


def fold(layer: HeatLayer, *, at_least: int = FOLD_FROM) -> int:
    """Fold every block of at least so many pieces; return how many pieces were folded.

    Safe at any time and any number of times at once; no answer changes by it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bx, by FROM maps_heatpiece WHERE layer = %s "
            "GROUP BY bx, by HAVING count(*) >= %s ORDER BY count(*) DESC",
            [layer.number, max(at_least, 1)],
        )
        blocks = cursor.fetchall()
    return sum(fold_block(layer, (bx, by)) for bx, by in blocks)


def rebuild_index(layer: HeatLayer, columns: HeatColumns | None = None) -> None:
    """Pack the layer's table anew; writers of the table wait meanwhile, readers do not."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(rebuild(layer.table, layer=layer.number, columns=columns))
