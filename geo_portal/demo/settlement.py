"""Settlement: so many plots over all areas, each with its use, phase and numbers."""

import zlib
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_portal.demo.chance import apportion, stream
from geo_portal.demo.ground import Area, draw
from geo_portal.demo.lots import Lot, Lots, settle
from geo_portal.demo.main_roads import main_roads, wadis

ROUNDS = 8  # of sharing out again what found no room
NEAR_ROAD_M = 45.0  # beyond the reserve: plots that face a main road
# Area, phase and number of one plot that every demo has: on the bank of a wadi, so that a
# visitor can be told where to look.
KNOWN_PLOT = ("al_hail_north", 3, 2417)
KNOWN_SHARE = 0.033  # of it that lies in the strip of the wadi, as nearly as can be
PHASE_FIRST = 301  # numbers of phase p begin at 301 + 1000 (p - 1)
BUSY_M = 550.0  # the busy stretch of an area's main street, both sides of its centre
CENTRES_OF_TRADE = frozenset(
    {"ruwi", "central_business_district", "al_khuwair_north", "al_qurum", "muttrah_town"}
)


class NoRoom(ValueError):
    """The areas of the demo cannot hold so many plots."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The plots of one area in the order of their numbers; arrays of equal length."""

    lots: Lots
    order: NDArray[np.int64]  # of lots.lots
    shapes: NDArray[np.object_]
    use: list[str]
    phase: NDArray[np.int64]
    number: NDArray[np.int64]

    @property
    def area(self) -> Area:
        """Return the area."""
        return self.lots.area

    @property
    def ordered(self) -> list[Lot]:
        """Return the lots in the order of the arrays."""
        return [self.lots.lots[n] for n in self.order.tolist()]


def settle_all(plots: int, seed: int) -> list[Settled]:
    """Find room for all plots, area by area; raises NoRoom."""
    areas = draw().areas
    targets = apportion(plots, [area.weight for area in areas])
    found: dict[int, Lots] = {}
    full: set[int] = set()
    for _ in range(ROUNDS):
        for n, area in enumerate(areas):
            if n not in found or len(found[n].lots) + found[n].short != targets[n]:
                found[n] = settle(area, int(targets[n]), seed)
        short = sum(lots.short for lots in found.values())
        if short == 0:
            return [_number(found[n], seed) for n in range(len(areas)) if found[n].lots]
        full |= {n for n, lots in found.items() if lots.short}
        if len(full) == len(areas):
            break
        targets = np.array([len(found[n].lots) for n in range(len(areas))])
        spare = [0.0 if n in full else area.weight for n, area in enumerate(areas)]
        targets = targets + apportion(short, spare)
    raise NoRoom(f"the areas of the demo city cannot hold {plots} plots")


def _number(lots: Lots, seed: int) -> Settled:
    phase = _phases(lots)
    blocks = [lots.block(lot) for lot in lots.lots]
    keys = [
        (int(part), -block.band, block.column, -lot.r0, lot.c0)
        for part, block, lot in zip(phase, blocks, lots.lots, strict=True)
    ]
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    phase = phase[order]
    first = np.searchsorted(phase, phase)
    shapes = lots.polygons()[order]
    ordered = [lots.lots[n] for n in order.tolist()]
    number = PHASE_FIRST + 1000 * (phase - 1) + np.arange(len(phase)) - first
    if lots.area.code == KNOWN_PLOT[0]:
        number += _shift(ordered, shapes, phase, number)
    use = _uses(lots, ordered, shapes, stream(seed, f"use/{lots.area.code}"))
    return Settled(lots, order, shapes, use, phase, number)


def _shift(
    ordered: list[Lot],
    shapes: NDArray[np.object_],
    phase: NDArray[np.int64],
    number: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return what to add to each number so that the known plot lies on a wadi's bank."""
    _, known_phase, known = KNOWN_PLOT
    strip = shapely.union_all([wadi.strip for wadi in wadis()])
    share = shapely.area(shapely.intersection(shapes, strip)) / shapely.area(shapes)
    plain = np.array([not lot.use and lot.c1 - lot.c0 == 1 for lot in ordered])
    fit = plain & (phase == known_phase) & (share > 0) & (number <= known)
    if not fit.any():
        return np.zeros(len(number), dtype=np.int64)
    best = int(np.argmin(np.where(fit, np.abs(share - KNOWN_SHARE), np.inf)))
    return np.where(phase == known_phase, known - number[best], 0)


def _phases(lots: Lots) -> NDArray[np.int64]:
    """Divide an area by its main street, then by its cross street, as it grows."""
    blocks = [lots.block(lot) for lot in lots.lots]
    south = np.array([block.band < 0 for block in blocks], dtype=np.int64)
    west = np.array([block.column < 0 for block in blocks], dtype=np.int64)
    if len(blocks) >= 240:
        return 1 + west + 2 * south
    return 1 + south if len(blocks) >= 90 else np.ones(len(blocks), dtype=np.int64)


def _uses(
    lots: Lots, ordered: list[Lot], shapes: NDArray[np.object_], rng: np.random.Generator
) -> list[str]:
    """Give each plot its use: trade on main streets and roads, the rest as the area is."""
    facing = np.array([lots.on_main_street(lot) for lot in ordered])
    x = lots.grid.frame.local(shapely.get_coordinates(shapely.centroid(shapes)))[:, 0]
    busy = facing & (np.abs(x) < BUSY_M)
    trade = _beside_main_roads(lots.area, shapes) | busy
    chance = rng.random(len(ordered))
    main = 0.9 if lots.area.code in CENTRES_OF_TRADE else 0.4
    uses = []
    for n, lot in enumerate(ordered):
        if lot.use:
            uses.append(lot.use)
        elif lots.area.use != "residential":
            uses.append(_special(lots.area.use, float(chance[n]), bool(facing[n])))
        elif trade[n] and chance[n] < main:
            uses.append("commercial" if chance[n] < main * 0.3 else "residential_commercial")
        elif facing[n] and chance[n] < main + 0.1:
            uses.append("residential_commercial")
        else:
            uses.append("undefined" if chance[n] > 0.9985 else "residential")
    return uses


def _special(use: str, chance: float, facing: bool) -> str:
    """Return the use of a plot in an area that is not for housing first."""
    share = {"industrial": 0.93, "commercial": 0.7, "agricultural": 0.75, "government": 0.6}
    other = {"commercial": "residential_commercial", "industrial": "commercial"}
    if use == "tourist":
        return "tourist" if facing or chance < 0.12 else "residential"
    return use if chance < share[use] else other.get(use, "residential")


def _beside_main_roads(area: Area, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    near = shapely.box(*area.boundary.bounds)
    strips = [
        shapely.buffer(road.line.intersection(near), road.reserve_m + NEAR_ROAD_M, quad_segs=2)
        for road in main_roads()
        if road.line.intersects(near)
    ]
    if not strips:
        return np.zeros(len(shapes), dtype=bool)
    strip = shapely.union_all(strips)
    shapely.prepare(strip)
    return np.asarray(shapely.intersects(strip, shapely.centroid(shapes)), dtype=bool)


def fixed_share(text: str) -> float:
    """Return a number in [0, 1) that belongs to a name: a choice that no seed changes."""
    return zlib.crc32(text.encode()) / 2**32
