"""Buildings on about seven plots in ten, mostly behind the setbacks, and units in some."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_portal.demo import SOURCE
from geo_portal.demo.chance import stream
from geo_portal.demo.copying import copy, multipolygons, reserve_ids, shapes
from geo_portal.demo.register import Register
from geo_portal.demo.settlement import Settled

BUILT_SHARE = 0.7
TIGHT_SHARE = 0.12  # of buildings: nearer to an edge than the setback
CROSSING_SHARE = 0.004  # of buildings: over the plot line, as surveys do find
BENT_SHARE = 0.45  # of buildings: an L and not a rectangle
UNITS_SHARE = 0.55  # of buildings for trade or flats
UNITS_A_FLOOR = 4
NEVER_BUILT = frozenset({"open_space", "infrastructure", "agricultural", "undefined"})
FLOORS = {  # use: fewest floors, and one more than most
    "residential": (1, 4),
    "residential_commercial": (3, 7),
    "commercial": (3, 8),
    "industrial": (1, 3),
    "tourist": (1, 5),
    "government": (2, 5),
    "educational": (2, 4),
    "health": (1, 5),
    "religious": (1, 2),
}
WITH_UNITS = frozenset({"residential_commercial", "commercial"})
FLOOR_M = 3.4
ROOF_M = 1.2
SHORTEST_SIDE_M = 5.0
LARGE_CELLS, LARGE_PART = 4, 0.55  # schools, mosques: a part of each side, yards about it
Numbers = NDArray[np.float64]


def write_buildings(settled: list[Settled], register: Register, seed: int) -> int:
    """Write buildings and units of all areas; return how many buildings."""
    count = 0
    for part, ids in zip(settled, register.ids, strict=True):
        count += _write_area(part, ids, stream(seed, f"buildings/{part.area.code}"))
    return count


def _write_area(part: Settled, ids: NDArray[np.int64], rng: np.random.Generator) -> int:
    can = np.array([use not in NEVER_BUILT for use in part.use])
    built = np.flatnonzero(can & (rng.random(len(can)) < BUILT_SHARE / max(can.mean(), 0.75)))
    if not len(built):
        return 0
    footprints, crossing = _footprints(part, built, rng)
    uses = [part.use[n] for n in built.tolist()]
    low, high = np.array([FLOORS[use] for use in uses]).T
    floors = rng.integers(low, high)
    buildings = reserve_ids("plots_building", len(built))
    copy(
        "plots_building",
        {
            "id": buildings,
            "register_key": [f"demo-building-{part.area.code}-{n}" for n in built.tolist()],
            "plot_id": ids[built],
            "footprint": shapes(multipolygons(footprints)),
            "use_class": uses,
            "name_ar": [""] * len(built),
            "name_en": [""] * len(built),
            "floors": floors,
            "height_m": np.round(floors * FLOOR_M + ROOF_M, 1),
            "crosses_plots": crossing,
            "source": [SOURCE] * len(built),
        },
    )
    _write_units(buildings, uses, floors, rng)
    return len(built)


def _footprints(
    part: Settled, built: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Draw the footprints in METRIC; say which of them cross a plot line."""
    count = len(built)
    box = part.lots.boxes()[part.order][built]
    lots = [part.ordered[n] for n in built.tolist()]
    upper = np.array([lot.r0 == 1 for lot in lots])  # its front is the edge of greater y
    tight = rng.random(count) < TIGHT_SHARE
    front = np.where(tight, rng.uniform(1.5, 5.0, count), rng.uniform(5.0, 7.5, count))
    rear = np.where(tight, rng.uniform(0.5, 3.0, count), rng.uniform(3.0, 5.5, count))
    left = np.where(tight, rng.uniform(1.0, 3.5, count), rng.uniform(3.0, 4.2, count))
    right = np.where(tight, rng.uniform(1.0, 3.5, count), rng.uniform(3.0, 4.2, count))
    crossing = np.asarray(rng.random(count) < CROSSING_SHARE, dtype=bool)
    left = np.where(crossing, -0.6, left)
    x0, x1 = box[:, 0] + left, box[:, 2] - right
    y0 = box[:, 1] + np.where(upper, rear, front)
    y1 = box[:, 3] - np.where(upper, front, rear)
    large = np.array([(lot.c1 - lot.c0) * (lot.r1 - lot.r0) >= LARGE_CELLS for lot in lots])
    part_of = np.where(large, LARGE_PART, 1.0)
    x1, y1 = x0 + (x1 - x0) * part_of, y0 + (y1 - y0) * part_of
    x1, y1 = np.maximum(x1, x0 + SHORTEST_SIDE_M), np.maximum(y1, y0 + SHORTEST_SIDE_M)
    return _bent(part, np.column_stack((x0, y0, x1, y1)), rng), crossing


def _bent(part: Settled, box: Numbers, rng: np.random.Generator) -> NDArray[np.object_]:
    """Make rectangles, and for some an L with one corner left out."""
    count = len(box)
    x0, y0, x1, y1 = np.round(box, 2).T
    cut = rng.random(count) < BENT_SHARE
    xm = x0 + (x1 - x0) * np.where(cut, rng.uniform(0.45, 0.7, count), 1.0)
    ym = y0 + (y1 - y0) * np.where(cut, rng.uniform(0.5, 0.75, count), 1.0)
    ring = np.stack(
        [
            np.column_stack(pair)
            for pair in ((x0, y0), (x1, y0), (x1, ym), (xm, ym), (xm, y1), (x0, y1))
        ],
        axis=1,
    )
    mirrored = rng.random(count) < 0.5
    ring[mirrored, :, 0] = (x0 + x1)[mirrored, None] - ring[mirrored, :, 0]
    flipped = rng.random(count) < 0.5
    ring[flipped, :, 1] = (y0 + y1)[flipped, None] - ring[flipped, :, 1]
    world = part.lots.grid.frame.world(ring)
    plain = world[:, [0, 1, 2, 5]]  # without a cut the other two lie on corners
    made = np.asarray(shapely.polygons(plain), dtype=object)
    if cut.any():
        made[cut] = shapely.polygons(world[cut])
    return np.asarray(shapely.orient_polygons(made), dtype=object)


def _write_units(
    buildings: NDArray[np.int64],
    uses: list[str],
    floors: NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    """Write flats, and shops on the ground floor, of some buildings."""
    rows: list[tuple[int, str, int, str]] = []
    chosen = rng.random(len(uses)) < UNITS_SHARE
    for n, use in enumerate(uses):
        if use not in WITH_UNITS or not chosen[n]:
            continue
        for floor in range(int(floors[n])):
            for door in range(1, UNITS_A_FLOOR + 1):
                flat = use == "residential_commercial" and floor > 0
                kind = "residential" if flat else "commercial"
                rows.append((int(buildings[n]), f"{floor}{door:02d}", floor, kind))
    copy(
        "plots_unit",
        {
            "id": reserve_ids("plots_unit", len(rows)),
            "building_id": [row[0] for row in rows],
            "number": [row[1] for row in rows],
            "floor": [row[2] for row in rows],
            "use_class": [row[3] for row in rows],
        },
    )
