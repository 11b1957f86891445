"""Reports within a drawn shape, exact to the last one.

Cells wholly inside come from the index; the reports of cells that the outline runs through (and
their neighbours) are asked one by one whether the shape covers them.  Both come by ONE statement,
so they are of one instant.  What comes out are pieces of blocks, which every count takes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from shapely.geometry.base import BaseGeometry

from maps.heat.denominators.areas import Mask, Raster, raster_of
from maps.heat.index import HELD, Block, HeatLayer
from maps.heat.lattice import BLOCK_BITS, BLOCK_CELLS, CELL_M, Ints
from maps.heat.packing import Piece, read_piece
from maps.heat.queries import part_of
from maps.heat.sql import HeatColumns, packed
from municipality import crs

_ON_THE_EDGE = -1  # what a piece of asked reports is called; the index has numbers above 0
_PAST = 0.5  # metres: an envelope finds a little more, the cell's number decides


def _runs(raster: Raster) -> tuple[Ints, Ints, Ints]:
    """Return row, first and last column of every run of crossed cells."""
    padded = np.pad(raster.crossed, ((0, 0), (1, 1))).astype(np.int8)
    rows, starts = np.nonzero(np.diff(padded, axis=1) == 1)
    _, ends = np.nonzero(np.diff(padded, axis=1) == -1)
    x0, y0 = raster.window.x0, raster.window.y0
    return rows + y0, starts + x0, ends - 1 + x0


def _statement(layer: HeatLayer, columns: HeatColumns) -> str:
    point = columns.point.format(r="t")
    near = f"""(
      SELECT t.* FROM unnest(%(row)s::int[], %(first)s::int[], %(last)s::int[])
        AS run (y, x0, x1)
      JOIN {layer.table} t ON {point} && ST_MakeEnvelope(
        run.x0 * {CELL_M} - {_PAST}, run.y * {CELL_M} - {_PAST},
        (run.x1 + 1) * {CELL_M} + {_PAST}, (run.y + 1) * {CELL_M} + {_PAST}, {crs.METRIC})
      WHERE floor(ST_Y({point}) / {CELL_M})::int = run.y
        AND floor(ST_X({point}) / {CELL_M})::int BETWEEN run.x0 AND run.x1
        AND ST_Covers(%(shape)s::geometry, {point}))"""  # noqa: S608 (names are declared)
    return f"""
    SELECT id, bx, by, sign, CASE WHEN id = ANY(%(held)s) THEN NULL ELSE data END
    FROM maps_heatpiece
    WHERE layer = %(layer)s AND bx BETWEEN %(bx0)s AND %(bx1)s AND by BETWEEN %(by0)s AND %(by1)s
    UNION ALL
    SELECT {_ON_THE_EDGE}, bx, by, 1, string_agg(int8send(hi) || int8send(lo), ''::bytea)
    FROM ({packed(near, columns)}) AS edge GROUP BY bx, by"""  # noqa: S608 (names are declared)


def _cells_inside(raster: Raster, block: Block) -> Mask:
    """Tell which of a block's cells lie wholly inside, by their number in the block."""
    x0 = (block[0] << BLOCK_BITS) - raster.window.x0
    y0 = (block[1] << BLOCK_BITS) - raster.window.y0
    mask = np.zeros((BLOCK_CELLS, BLOCK_CELLS), bool)
    high, wide = raster.inside.shape
    i0, i1 = max(y0, 0), min(y0 + BLOCK_CELLS, high)
    j0, j1 = max(x0, 0), min(x0 + BLOCK_CELLS, wide)
    if i0 < i1 and j0 < j1:
        mask[i0 - y0 : i1 - y0, j0 - x0 : j1 - x0] = raster.inside[i0:i1, j0:j1]
    return mask.ravel()


def _gathered(
    rows: Sequence[tuple[Any, ...]], layer: HeatLayer, raster: Raster
) -> dict[Block, list[Piece]] | None:
    """Cut the pieces to the cells inside and add the asked reports; None: ask again."""
    found: dict[Block, list[Piece]] = defaultdict(list)
    for piece_id, bx, by, sign, data in rows:
        if piece_id == _ON_THE_EDGE:
            found[bx, by].append(read_piece(piece_id, (bx, by), sign, bytes(data)))
            continue
        piece = HELD.get(piece_id) if data is None else read_piece(
            piece_id, (bx, by), sign, bytes(data)
        )  # fmt: skip
        if piece is None:
            return None
        HELD.put(layer.number, piece)
        kept = _cells_inside(raster, (bx, by))[piece.cell]
        if kept.any():
            found[bx, by].append(part_of(piece, kept))
    return found


def blocks_within(
    layer: HeatLayer, shape: BaseGeometry, columns: HeatColumns | None = None
) -> Mapping[Block, list[Piece]]:
    """Return the reports that a METRIC (multi)polygon covers, as pieces of blocks, of one instant.

    Raises TooManyCells for a shape far wider than a city.
    """
    raster = raster_of(shape, level=0, around=1)
    if not raster.crossed.any():
        return {}
    bx0, by0, bx1, by1 = raster.window.blocks()
    row, first, last = _runs(raster)
    values = {
        "layer": layer.number, "bx0": bx0, "by0": by0, "bx1": bx1, "by1": by1,
        "row": row.tolist(), "first": first.tolist(), "last": last.tolist(),
        "shape": f"SRID={crs.METRIC};{shape.wkt}",
    }  # fmt: skip
    while True:
        values["held"] = HELD.ids(layer.number, (bx0, by0, bx1, by1))
        with connection.cursor() as cursor:
            cursor.execute(_statement(layer, columns or HeatColumns()), values)
            rows = cursor.fetchall()
        found = _gathered(rows, layer, raster)
        if found is not None:
            return found
