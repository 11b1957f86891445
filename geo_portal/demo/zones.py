"""Parking zones with their versions, bays along their main streets, and hours of their own."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db.backends.postgresql.psycopg_any import DateRange
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon

from geo_portal.demo import SOURCE
from geo_portal.demo.chance import stream
from geo_portal.demo.copying import copy, multipolygons, reserve_ids, shapes
from geo_portal.demo.grid import MAIN_STREET_M, Frame, lay
from geo_portal.demo.ground import Area, draw, read
from geo_portal.demo.lots import frame_of, grid_stream
from geo_portal.demo.places import geos
from parking_zones.pricing.models import PaidHours
from parking_zones.zones.models import Zone, ZoneVersion

REACH_M = 1_200.0  # every zone lies this near to its area's centre
BAY_DEEP_M, BAY_WIDE_M = 5.0, 2.5
ROW_STALLS = 12
ROW_GAP_M = 9.0
KINDS = ("public", "public", "public", "public", "public", "reserved", "disabled", "taxi")
MORNING = (dt.time(8), dt.time(13))

Row = dict[str, Any]
Cell = tuple[float, float, float, float]  # x0, x1, y0, y1 in local metres
Breaks = tuple[list[float], list[float]]


@dataclass(frozen=True, slots=True)
class _Streets:
    """The centre lines of streets, in local metres: edges of zones are laid on them."""

    frame: Frame
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def nearest(self, cell: list[float]) -> Cell:
        """Return x0, x1, y0, y1 of the streets nearest to the ones asked for."""
        x0, x1 = (float(self.x[np.abs(self.x - x).argmin()]) for x in cell[:2])
        y0, y1 = (float(self.y[np.abs(self.y - y).argmin()]) for y in cell[2:])
        return x0, x1, y0, y1


def write_zones(seed: int) -> int:
    """Write zones, versions, bays and hours; return the number of zones."""
    rows = read("zones")["zones"]
    bays: list[tuple[Any, ...]] = []
    for row in rows:
        zone = Zone.objects.create(
            number=row["number"],
            kind=Zone.Kind.PAID,
            name_ar=row["ar"],
            name_en=row["en"],
            register_key=f"demo-zone-{row['number']}",
        )
        _write_versions(zone, row["versions"], boundaries(row, rows, seed))
        streets = streets_of(_area(row), seed)
        last = streets.nearest(row["versions"][-1]["cells"][0])
        bays += _bays(zone, last, streets.frame, stream(seed, f"bays/{zone.number}"))
        if row.get("mornings_only"):
            _mornings_only(zone, row["versions"][0]["from"])
    _copy_bays(bays)
    return len(rows)


def boundaries(row: Row, rows: list[Row], seed: int) -> list[MultiPolygon]:
    """Draw the versions of one zone, with a vertex wherever a neighbour has a corner."""
    streets = streets_of(_area(row), seed)
    breaks = _breaks([other for other in rows if other["area"] == row["area"]], streets)
    return [
        _boundary(streets.nearest(version["cells"][0]), breaks, streets.frame)
        for version in row["versions"]
    ]


def _area(row: Row) -> Area:
    return next(area for area in draw().areas if area.name_en == row["area"])


def streets_of(area: Area, seed: int) -> _Streets:
    """Return the streets about an area's centre, built up or not."""
    grid = lay(
        frame_of(area),
        width_m=area.plot[0],
        depth_m=area.plot[1],
        reach_m=REACH_M,
        rng=grid_stream(area, seed),
    )
    xs = np.array(sorted({0.0, *(x for _, x in grid.streets)}))
    ys = np.array(sorted({0.0, *(y for _, y in grid.ways)}))
    return _Streets(grid.frame, xs, ys)


def _breaks(rows: list[Row], streets: _Streets) -> Breaks:
    """Return all x and y at which zones of an area have corners: neighbours share them."""
    cells = [streets.nearest(version["cells"][0]) for row in rows for version in row["versions"]]
    xs = sorted({x for cell in cells for x in cell[:2]})
    ys = sorted({y for cell in cells for y in cell[2:]})
    return xs, ys


def _boundary(cell: Cell, breaks: Breaks, frame: Frame) -> MultiPolygon:
    x0, x1, y0, y1 = cell
    xs = [x for x in breaks[0] if x0 <= x <= x1]
    ys = [y for y in breaks[1] if y0 <= y <= y1]
    ring = [(x, y0) for x in xs[:-1]] + [(x1, y) for y in ys[:-1]]
    ring += [(x, y1) for x in reversed(xs[1:])] + [(x0, y) for y in reversed(ys[1:])]
    return MultiPolygon([shapely.Polygon(frame.world(np.array(ring)))])


def _write_versions(zone: Zone, versions: list[Row], shapes: list[MultiPolygon]) -> None:
    ends = [version["from"] for version in versions[1:]] + [None]
    for n, (version, end, shape) in enumerate(zip(versions, ends, shapes, strict=True), start=1):
        ZoneVersion.objects.create(
            zone=zone,
            version=n,
            valid=DateRange(version["from"], end),
            boundary=geos(shape),
            source=SOURCE,
        )


def _bays(
    zone: Zone,
    cell: Cell,
    frame: Frame,
    rng: np.random.Generator,
) -> list[tuple[Any, ...]]:
    """Lay rows of bays on both sides of the streets along x in or on the edge of a zone."""
    x0, x1, y0, y1 = cell
    made: list[tuple[Any, ...]] = []
    if not y0 <= 0.0 <= y1:
        return made
    length = ROW_STALLS * BAY_WIDE_M
    for side in (-1.0, 1.0):
        inner = side * (MAIN_STREET_M / 2 - BAY_DEEP_M - 2.0)
        outer = inner + side * BAY_DEEP_M
        if not y0 <= outer <= y1:
            continue
        x = x0 + 20.0
        while x + length < x1 - 20.0:
            if abs(x + length / 2) > length:  # not over the cross street
                ring = np.array([(x, inner), (x + length, inner), (x + length, outer), (x, outer)])
                kind = str(rng.choice(KINDS))
                stalls = ROW_STALLS if kind == "public" else int(rng.integers(2, ROW_STALLS))
                ring[[1, 2], 0] = x + stalls * BAY_WIDE_M
                shape = shapely.orient_polygons(shapely.Polygon(frame.world(ring)))
                made.append((f"{zone.register_key}-{len(made) + 1:03d}", kind, stalls, shape))
            x += length + ROW_GAP_M
    return made


def _copy_bays(bays: list[tuple[Any, ...]]) -> None:
    copy(
        "parking_zones_bay",
        {
            "id": reserve_ids("parking_zones_bay", len(bays)),
            "register_key": [bay[0] for bay in bays],
            "kind": [bay[1] for bay in bays],
            "stalls": [bay[2] for bay in bays],
            "shape": shapes(multipolygons([bay[3] for bay in bays])),
            "source": [SOURCE] * len(bays),
        },
    )


def _mornings_only(zone: Zone, since: dt.date) -> None:
    PaidHours.objects.create(
        zone=zone,
        valid=DateRange(since, None),
        part=1,
        opens=MORNING[0],
        closes=MORNING[1],
        source="برج الصحوة: الفترة الصباحية فقط / mornings only",
    )
