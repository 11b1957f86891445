"""Blocks of a drawing put where they are inserted: nested, scaled, mirrored, turned, in rows.

What an insertion would come to is counted before anything is made, so a drawing that grows
without end is refused for the price of its file.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ezdxf.math import Vec3
from ezdxf.xclip import XClip

from municipality.documents.sandbox.dxf_curves import NotRead, Sketch, Vertices, layer_of
from municipality.documents.sandbox.dxf_limits import DrawingLimits
from municipality.documents.sandbox.dxf_shapes import sketches_of
from municipality.documents.sandbox.kinds import NotAccepted

_XREF_FLAGS = 4 | 8  # of a block: outside reference, or overlay of one
Said = Counter[tuple[str, str, str]]  # layer, entity, code


@dataclass(slots=True)
class Content:
    """What a layout or a block holds: shapes, what was not read, and what is said of the rest."""

    sketches: list[Sketch] = field(default_factory=list)
    unread: Said = field(default_factory=Counter)
    remarks: Said = field(default_factory=Counter)
    inserts: Counter[tuple[str, str]] = field(default_factory=Counter)  # layer, entity


class Blocks:
    """The blocks of one drawing, each read once."""

    def __init__(self, document: Any, *, limits: DrawingLimits, tolerance: float) -> None:
        self._document = document
        self._limits = limits
        self._tolerance = tolerance
        self._weights: dict[str, tuple[int, int]] = {}  # objects, levels of blocks
        self._contents: dict[str, Content] = {}
        self._vertices = 0

    def _block(self, insert: Any) -> Any:
        """Return the block of an insertion; raises NotRead for a missing or an outside one."""
        block = self._document.blocks.get(insert.dxf.get("name", ""))
        if block is None:
            raise NotRead("block_missing")
        if block.block.dxf.flags & _XREF_FLAGS:
            raise NotRead("xref")
        return block

    def weigh(self, entities: Iterable[Any]) -> None:
        """Count what all insertions come to; raises NotAccepted for loops, depth and bombs."""
        self._weight(entities, ())

    def _weight(self, entities: Iterable[Any], path: tuple[str, ...]) -> tuple[int, int]:
        total, levels = 0, 0
        for entity in entities:
            total += 1
            if entity.dxftype() != "INSERT":
                continue
            try:
                block = self._block(entity)
            except NotRead:
                continue
            objects, deep = self._block_weight(block, path)
            total += objects * _places_count(entity)
            levels = max(levels, deep)
            if total > self._limits.objects:
                raise NotAccepted("drawing_too_many_objects", most=self._limits.objects)
        return total, levels

    def _block_weight(self, block: Any, path: tuple[str, ...]) -> tuple[int, int]:
        name = block.name.lower()
        if name in path:
            raise NotAccepted("drawing_block_loop", name=block.name)
        if name not in self._weights:
            if len(path) >= self._limits.block_depth:
                raise NotAccepted("drawing_blocks_deep", most=self._limits.block_depth)
            objects, levels = self._weight(block, (*path, name))
            self._weights[name] = objects, levels + 1
        objects, levels = self._weights[name]
        if len(path) + levels > self._limits.block_depth:
            raise NotAccepted("drawing_blocks_deep", most=self._limits.block_depth)
        return objects, levels

    def content(self, entities: Iterable[Any]) -> Content:
        """Read entities that were weighed before, blocks at every place they are inserted."""
        found = Content()
        for entity in entities:
            name, layer = entity.dxftype(), layer_of(entity)
            try:
                if entity.dxf.is_supported("invisible") and entity.dxf.invisible:
                    raise NotRead("invisible")
                if name == "INSERT":
                    self._insert(entity, found)
                else:
                    made = sketches_of(entity, tolerance=self._tolerance)
                    self._spend(made)
                    found.sketches += made
            except NotRead as reason:
                found.unread[layer, name, str(reason)] += 1
        return found

    def _insert(self, insert: Any, found: Content) -> None:
        block = self._block(insert)
        name = block.name.lower()
        if name not in self._contents:
            drawn = (entity for entity in block if entity.dxftype() != "ATTDEF")
            self._contents[name] = self.content(drawn)
        inner, layer = self._contents[name], insert.dxf.layer
        matrices = list(_matrices(insert))
        found.inserts[layer, "INSERT"] += 1
        if insert.has_extension_dict and XClip(insert).is_clipping_enabled:
            found.remarks[layer, "INSERT", "clipped"] += 1
        for said, ours in ((inner.unread, found.unread), (inner.remarks, found.remarks)):
            for (below, entity, code), count in said.items():
                ours[_layer(below, layer), entity, code] += count * len(matrices)
        for (below, entity), count in inner.inserts.items():
            found.inserts[_layer(below, layer), entity] += count * len(matrices)
        for matrix in matrices:
            self._spend(inner.sketches)
            found.sketches += [_placed(sketch, matrix, layer) for sketch in inner.sketches]
        attributes = self.content(insert.attribs)  # these stand where they are, not in the block
        found.sketches += attributes.sketches
        found.unread += attributes.unread

    def _spend(self, sketches: list[Sketch]) -> None:
        self._vertices += sum(len(ring) for sketch in sketches for ring in sketch.rings)
        if self._vertices > self._limits.vertices:
            raise NotAccepted("drawing_too_many_vertices", most=self._limits.vertices)


def _layer(name: str, inserted_on: str) -> str:
    """What a block draws on layer 0 is on the layer of its insertion."""
    return inserted_on if name == "0" else name


def _placed(sketch: Sketch, matrix: Vertices, layer: str) -> Sketch:
    rings = [ring @ matrix[:3, :3] + matrix[3, :3] for ring in sketch.rings]
    return Sketch(
        sketch.entity, _layer(sketch.layer, layer), sketch.kind, rings,
        closed=sketch.closed, text=sketch.text, counts=sketch.counts,
    )  # fmt: skip


def _places_count(insert: Any) -> int:
    return max(int(insert.mcount), 1)


def _matrices(insert: Any) -> Iterator[Vertices]:
    """The 4 × 4 of every place of one insertion; rows and columns turn with it, unscaled."""
    matrix = np.array(list(insert.matrix44())).reshape(4, 4)
    dxf, ocs = insert.dxf, insert.ocs()
    rows = dxf.row_count if dxf.row_spacing else 1
    columns = dxf.column_count if dxf.column_spacing else 1
    for row in range(max(rows, 1)):
        for column in range(max(columns, 1)):
            step = Vec3(column * dxf.column_spacing, row * dxf.row_spacing)
            placed = matrix.copy()
            placed[3, :3] += np.array(ocs.to_wcs(step.rotate_deg(dxf.rotation)).xyz)
            yield placed
