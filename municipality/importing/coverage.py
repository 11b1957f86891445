"""Boundaries and zones of one kind form a coverage: no overlap, gaps only where intended."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from municipality.importing.overlaps import find_overlaps
from municipality.importing.rows import Rows
from municipality.importing.spec import NoSwap
from municipality.importing.tolerances import COVERAGE_GAP_M
from municipality.words import Text

OVERLAPS = Text(
    "حدود متداخلة: {pairs} زوجًا، أكبرها {most} م². لم يتغير شيء؛ الأضلاع في ملف المرفوض.",
    "Boundaries overlap: {pairs} pairs, the largest by {most} m2. Nothing changed; the edges are "
    "in the file of the refused.",
)


def _edges(rows: Rows, shapes: NDArray[np.object_], code: str) -> None:
    found = shapely.coverage_invalid_edges(shapes, gap_width=COVERAGE_GAP_M)
    for shape in found[~shapely.is_empty(found)]:
        rows.edges.append((code, shape))


def check_coverage(
    rows: Rows,
    *,
    groups: Sequence[str | None],
    staying: dict[str, NDArray[np.object_]] | None = None,
) -> None:
    """Check each group of rows (with the METRIC shapes that stay beside it) as a coverage.

    Overlaps beyond the tolerance refuse their rows and the whole swap (NoSwap); narrow gaps are
    a note.  The offending edges go to the file of the refused.
    """
    pairs, most = 0, 0.0
    names = np.array([group or "" for group in groups], dtype=object)
    for group in sorted(set(names[rows.good])):
        here = np.flatnonzero(rows.good & (names == group))
        beside = (staying or {}).get(str(group), np.array([], dtype=object))
        shapes = np.concatenate([rows.shapes[here], beside])
        found = find_overlaps(shapes)
        if len(found.first):
            touched = found.touched(len(shapes))[: len(here)]
            rows.mark("overlaps_coverage", here[touched])
            for shape in found.shapes:
                rows.edges.append(("overlaps_coverage", shape))
            pairs += len(found.first)
            most = max(most, float(found.shared_m2.max()))
            continue
        gaps = shapely.coverage_invalid_edges(shapes, gap_width=COVERAGE_GAP_M)[: len(here)]
        rows.mark("gap_to_neighbour", here[~shapely.is_empty(gaps)])
    if pairs:
        for group in sorted(set(names)):
            chosen = rows.shapes[(names == group) & ~shapely.is_missing(rows.shapes)]
            if len(chosen) > 1:
                _edges(rows, chosen, "overlaps_coverage")
        raise NoSwap("overlaps_coverage", OVERLAPS.with_values(pairs=pairs, most=f"{most:,.1f}"))
