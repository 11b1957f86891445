"""The editor on ground as surveyors drew it: real cadastres and neighbourhoods taken for zones."""

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from parking_zones.zones.editing import operations as ops
from parking_zones.zones.editing import rings
from parking_zones.zones.editing.coverage import Cell, Coverage, Refused, difference, faults

FILES = (
    ("parcels/fr-27412-parcelles.geojson", 2154, 1.0),
    ("oracles/columbus/columbus.shp", None, 1000.0),  # neighbourhoods, in thousandths
)
MOST, HANDS = 300, 50


def covered(path, system: int | None, scale: float) -> Coverage:
    """The polygons of a file around its middle as zones, matched as the editor reads them."""
    shapes = shapely.force_2d(shapely.from_wkb(pyogrio.raw.read(path)[2]))
    if system is not None:
        turn = pyproj.Transformer.from_crs(4326, system, always_xy=True).transform
        shapes = shapely.transform(shapes, lambda xy: np.column_stack(turn(xy[:, 0], xy[:, 1])))
    shapes = shapely.transform(shapes[shapely.is_valid(shapes)], lambda xy: xy * scale)
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    away = np.hypot(*(middles - np.median(middles, axis=0)).T)
    near = shapes[np.argsort(away)[:MOST]]
    cells = tuple(Cell(str(i), "م", "z", i, rings.as_multi(s)) for i, s in enumerate(near))
    raw = Coverage(cells)
    met = rings.matched(raw.shapes, movable=np.ones(len(cells), dtype=bool))
    made = raw.with_shapes(dict(enumerate(met)))
    assert not difference(raw, made).numbers  # matching moves nothing by more than noise
    return made


def mismatched(coverage: Coverage, where: shapely.Geometry) -> float:
    """Metres of edges near a place that do not match a neighbour's."""
    near = coverage.shapes[coverage.near(where, within_m=1.0)]
    return float(shapely.length(shapely.coverage_invalid_edges(near)).sum())


@pytest.mark.parametrize(("file", "system", "scale"), FILES, ids=lambda value: str(value)[:24])
def test_a_corner_of_real_ground_moves_with_all_that_have_it(
    real_data, file, system, scale
) -> None:
    before = covered(real_data / file, system, scale)
    rng = np.random.default_rng(1)
    corners = np.unique(shapely.get_coordinates(before.shapes), axis=0)
    moved, told, shared = 0, 0, 0
    for _ in range(HANDS):
        vertex = rings.spot(corners[rng.integers(len(corners))])
        to = (vertex[0] + rng.uniform(-1, 1), vertex[1] + rng.uniform(-1, 1))
        try:
            now = ops.apply(before, ops.Move(vertex, to))
        except Refused:
            continue
        sharing = {before.cells[i].number for i in rings.holders(before.shapes, vertex)}
        concerned = set(difference(before, now).numbers)
        assert concerned <= sharing
        moved += 1
        shared += len(sharing) > 1
        if faults(now, before=before):
            told += 1
            continue
        around = shapely.union_all([c.shape for c in now.cells if c.number in concerned])
        assert mismatched(now, around) <= mismatched(before, around) + 3.0  # nothing new is amiss
    assert moved > HANDS * 0.9 and told < HANDS * 0.2 and shared > HANDS * 0.5


@pytest.mark.parametrize(("file", "system", "scale"), FILES, ids=lambda value: str(value)[:24])
def test_real_neighbours_merge_and_split_without_a_gap(real_data, file, system, scale) -> None:
    before = covered(real_data / file, system, scale)
    done = 0
    for index in range(0, 40, 4):
        cell = before.cells[index]
        beside = [
            before.cells[j]
            for j in before.near(cell.shape, within_m=0.001)
            if j != index
            and shapely.length(shapely.intersection(cell.shape, before.cells[j].shape)) > 1
        ]
        if not beside:
            continue
        merged = ops.apply(before, ops.Merge(cell.number, beside[0].number))
        area = merged.cells[merged.index(beside[0].number)].shape.area
        assert area == pytest.approx(cell.shape.area + beside[0].shape.area, rel=1e-6)
        west, south, east, north = cell.shape.bounds
        line = ((west - 1, (south + north) / 2), (east + 1, (south + north) / 2 + 0.7))
        try:
            split = ops.apply(before, ops.Split(cell.number, line, ops.NewZone("new", "", "")))
        except Refused:
            continue  # a hook of a plot that the line cuts more than once
        parts = [c.shape.area for c in split.cells if c.number in (cell.number, "new")]
        assert sum(parts) == pytest.approx(cell.shape.area, rel=1e-6)
        assert mismatched(split, cell.shape) <= mismatched(before, cell.shape) + 0.01
        done += 1
    assert done >= 4
