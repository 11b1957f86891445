"""Local streets: main street, ways and cross streets of each area, as far as it is built."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from geo_portal.demo import SOURCE
from geo_portal.demo.copying import copy, reserve_ids, shapes
from geo_portal.demo.grid import COLLECTOR_M, CROSS_STREET_M, MAIN_STREET_M, STREET_M
from geo_portal.demo.main_roads import main_roads
from geo_portal.demo.settlement import Settled

# Ways of an area are numbered from 100 x its number plus the base of its wilayat.
WAY_BASE = {
    "muscat": 0,
    "muttrah": 1_100,
    "bausher": 2_200,
    "seeb": 2_200,
    "amerat": 6_000,
    "quriyat": 7_000,
}
FIRST_WAY = 10
LINK_M = 1_500.0  # how far a main street is led on to a main road
WIDTH_M = {"main": 24.0, "minor": 10.0, "way": 8.0}  # carriageways; the rest is pavement, bays
SHORTEST_M = 20.0


@dataclass(frozen=True, slots=True)
class Street:
    """One named line of the road table."""

    key: str
    name_ar: str
    name_en: str
    road_class: str
    width_m: float
    line: BaseGeometry


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of whole numbers without a gap."""
    ordered = sorted(set(numbers))
    first = 0
    for n in range(1, len(ordered) + 1):
        if n == len(ordered) or ordered[n] != ordered[n - 1] + 1:
            yield ordered[first], ordered[n - 1]
            first = n


def streets_of(settled: Settled, plots: shapely.STRtree) -> Iterator[Street]:
    """Make the streets of one area."""
    area = settled.area
    barred = shapely.union_all(
        [shapely.buffer(road.line, road.width_m / 2) for road in main_roads()]
    ).intersection(shapely.box(*area.boundary.bounds))
    for street in (*_main_street(settled, plots), *_ways(settled), *_cross_streets(settled)):
        line = shapely.difference(shapely.intersection(street.line, area.boundary), barred)
        parts = [
            part
            for part in shapely.get_parts(line)
            if part.geom_type == "LineString" and part.length >= SHORTEST_M
        ]
        if parts:
            yield Street(
                street.key,
                street.name_ar,
                street.name_en,
                street.road_class,
                street.width_m,
                MultiLineString(parts),
            )


def _line(settled: Settled, points: list[tuple[float, float]]) -> LineString:
    return LineString(settled.lots.grid.frame.world(np.array(points)))


def _blocks_by(settled: Settled) -> dict[int, dict[int, tuple[float, float, float, float]]]:
    """Return x0, x1, y0, y1 of the built blocks, by band and column."""
    grid = settled.lots.grid
    found: dict[int, dict[int, tuple[float, float, float, float]]] = {}
    for number in sorted({lot.block for lot in settled.lots.lots}):
        b = grid.blocks[number]
        found.setdefault(b.band, {})[b.column] = (
            b.x0,
            b.x0 + b.plots * grid.width_m,
            b.y0,
            b.y0 + 2 * grid.depth_m,
        )
    return found


def _main_street(settled: Settled, plots: shapely.STRtree) -> Iterator[Street]:
    area, bands = settled.area, _blocks_by(settled)
    near = [box for band in (0, -1) for box in bands.get(band, {}).values()]
    if not near:
        return
    west = min(box[0] for box in near) - STREET_M / 2
    east = max(box[1] for box in near) + STREET_M / 2
    west, east = _led_on(settled, plots, west, -1.0), _led_on(settled, plots, east, 1.0)
    yield Street(
        key=f"demo-street-{area.code}-main",
        name_ar=f"شارع {area.name_ar}",
        name_en=f"{area.name_en} Street",
        road_class="main",
        width_m=WIDTH_M["main"],
        line=_line(settled, [(west, 0.0), (east, 0.0)]),
    )


def _led_on(settled: Settled, plots: shapely.STRtree, end: float, way: float) -> float:
    """Return how far the main street goes: to a main road if no plot stands between."""
    ray = _line(settled, [(end, 0.0), (end + way * LINK_M, 0.0)])
    hits = [
        ray.project(point)
        for road in main_roads()
        for point in shapely.get_parts(shapely.intersection(road.line, ray))
        if point.geom_type == "Point"
    ]
    if not hits:
        return end
    link = shapely.ops.substring(ray, 0.0, min(hits))
    corridor = link.buffer(MAIN_STREET_M / 2 - 1.0, cap_style="flat")
    if len(plots.query(corridor, predicate="intersects")):
        return end
    return float(end + way * min(hits))


def _ways(settled: Settled) -> Iterator[Street]:
    area, bands = settled.area, _blocks_by(settled)
    base = WAY_BASE[area.wilayat] + 100 * area.number + FIRST_WAY
    grid = settled.lots.grid
    for n, (band, y) in enumerate(sorted(grid.ways, key=lambda way: (abs(way[1]), way[1]))):
        inner = band - 1 if band > 0 else band + 1
        beside = bands.get(band, {}) | bands.get(inner, {})
        columns = {c: box[:2] for c, box in beside.items()}
        wide = abs(band if band > 0 else band + 1) % 4 == 0
        lines = [
            _line(settled, [(columns[a][0] - STREET_M / 2, y), (columns[b][1] + STREET_M / 2, y)])
            for a, b in runs(columns)
        ]
        yield from _numbered(area.code, base + 2 * n, lines, "minor" if wide else "way")


def _cross_streets(settled: Settled) -> Iterator[Street]:
    area, bands = settled.area, _blocks_by(settled)
    base = WAY_BASE[area.wilayat] + 100 * area.number + FIRST_WAY + 1
    heights = {band: next(iter(boxes.values()))[2:] for band, boxes in bands.items() if boxes}
    columns: dict[int, set[int]] = {}
    for band, boxes in bands.items():
        for column in boxes:
            columns.setdefault(column, set()).add(band)
    streets = [*settled.lots.grid.streets, (0, 0.0)]
    for n, (column, x) in enumerate(
        sorted(streets, key=lambda street: (abs(street[1]), street[1]))
    ):
        inner = column - 1 if column >= 0 else column + 1
        beside = columns.get(column, set()) | columns.get(inner, set())
        half = (MAIN_STREET_M if column == 0 else COLLECTOR_M) / 4
        lines = [
            _line(settled, [(x, heights[a][0] - half), (x, heights[b][1] + half)])
            for a, b in runs(beside)
        ]
        yield from _numbered(area.code, base + 2 * n, lines, "minor" if column == 0 else "way")


def _numbered(area: str, number: int, lines: list[LineString], rank: str) -> Iterator[Street]:
    if not lines:
        return
    word_ar, word_en = ("شارع", "Street") if rank == "minor" else ("سكة", "Way")
    yield Street(
        key=f"demo-way-{area}-{number}",
        name_ar=f"{word_ar} {number}",
        name_en=f"{word_en} {number}",
        road_class=rank,
        width_m=CROSS_STREET_M / 2 if rank == "minor" else WIDTH_M["way"],
        line=MultiLineString(lines),
    )


def write_roads(settled: list[Settled]) -> int:
    """Write main roads and local streets; return how many."""
    tree = shapely.STRtree(np.concatenate([part.shapes for part in settled]))
    rows = [
        Street(r.key, r.name_ar, r.name_en, r.road_class, r.width_m, r.line) for r in main_roads()
    ]
    for part in settled:
        rows += streets_of(part, tree)
    lines = [
        MultiLineString([p for p in shapely.get_parts(row.line) if p.geom_type == "LineString"])
        for row in rows
    ]
    count = len(rows)
    return copy(
        "plots_road",
        {
            "id": reserve_ids("plots_road", count),
            "register_key": [row.key for row in rows],
            "name_ar": [row.name_ar for row in rows],
            "name_en": [row.name_en for row in rows],
            "road_class": [row.road_class for row in rows],
            "width_m": [row.width_m for row in rows],
            "centre_line": shapes(np.asarray(lines, dtype=object)),
            "source": [SOURCE] * count,
            "attributes": ["{}"] * count,
        },
    )
