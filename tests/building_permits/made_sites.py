"""Sites made of a seed: plots of many forms, drawings near their limits, streets and neighbours."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator
from shapely import affinity
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from plots.building_permits.sites.arrays import shapes_of
from plots.building_permits.sites.frontage import Roads
from plots.building_permits.sites.parts import Part, Role, Site
from plots.building_permits.sites.site_plan import Ground, Limits
from tests.builders import EAST, NORTH

CENTIMETRES = (-0.03, -0.021, -0.019, -0.01, -0.001, 0.0, 0.001, 0.01, 0.019, 0.021, 0.03)
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Made:
    """A site with its drawing; ``kind`` says of what form the plot is."""

    kind: str
    site: Site
    parts: tuple[Part, ...]


def _blocks(*boxes: tuple[float, float, float, float]) -> BaseGeometry:
    whole: BaseGeometry = shapely.union_all([shapely.box(*box) for box in boxes])
    return whole


def _rectangle(rng: Generator) -> BaseGeometry:
    return shapely.box(0, 0, rng.uniform(12, 40), rng.uniform(15, 50))


def _l(rng: Generator) -> BaseGeometry:
    w, h, a, b = *rng.uniform(20, 40, 2), *rng.uniform(8, 15, 2)
    return _blocks((0, 0, w, b), (0, 0, a, h))


def _u(rng: Generator) -> BaseGeometry:
    w, h, a, b = *rng.uniform(28, 45, 2), *rng.uniform(8, 12, 2)
    return _blocks((0, 0, w, b), (0, 0, a, h), (w - a, 0, w, h * rng.uniform(0.6, 1)))


def _t(rng: Generator) -> BaseGeometry:
    w, h, a = *rng.uniform(25, 45, 2), rng.uniform(6, 12)
    at = rng.uniform(3, w - a - 3)
    return _blocks((0, h, w, h + rng.uniform(10, 20)), (at, 0, at + a, h))


def _flag(rng: Generator) -> BaseGeometry:
    w, h, pole, long = *rng.uniform(18, 35, 2), rng.uniform(3.5, 6), rng.uniform(15, 40)
    return _blocks((0, long, w, long + h), (0, 0, pole, long))


def _trapezoid(rng: Generator) -> BaseGeometry:
    w, h, left, right = *rng.uniform(18, 40, 2), *rng.uniform(-8, 8, 2)
    return Polygon([(0, 0), (w, 0), (w + right, h), (left, h + rng.uniform(-4, 4))])


def _triangle(rng: Generator) -> BaseGeometry:
    w, h = rng.uniform(25, 60, 2)
    return Polygon([(0, 0), (w, 0), (w * rng.uniform(-0.2, 1.2), h)])


def _curved(rng: Generator) -> BaseGeometry:
    """A front on an arc, bulging out or in, with 5 to 30 segments."""
    half, radius, depth = rng.uniform(0.2, 0.6), rng.uniform(25, 60), rng.uniform(20, 40)
    sign = rng.choice([-1, 1])
    t = np.linspace(-half, half, int(rng.integers(5, 30)))
    arc = np.column_stack([radius * np.sin(t), sign * radius * (1 - np.cos(t))])
    left, right = arc[0, 0], arc[-1, 0]
    return Polygon([*arc, (right + rng.uniform(-3, 3), depth), (left + rng.uniform(-3, 3), depth)])


def _rounded(rng: Generator) -> BaseGeometry:
    """A corner plot whose corner is rounded off."""
    w, h, r = *rng.uniform(20, 40, 2), rng.uniform(3, 9)
    t = np.linspace(0, np.pi / 2, int(rng.integers(3, 12)))
    arc = np.column_stack([w - r + r * np.sin(t), r - r * np.cos(t)])
    return Polygon([(0, 0), *arc, (w, h), (0, h)])


def _hole(rng: Generator) -> BaseGeometry:
    w, h = rng.uniform(28, 45, 2)
    x, y, a, b = *rng.uniform(8, 14, 2), *rng.uniform(2, 6, 2)
    return shapely.box(0, 0, w, h) - affinity.rotate(
        shapely.box(x, y, x + a, y + b), rng.uniform(0, 90)
    )


def _chamfered(rng: Generator) -> BaseGeometry:
    w, h, c = *rng.uniform(20, 40, 2), rng.uniform(2, 6)
    return Polygon([(0, 0), (w - c, 0), (w, c), (w, h), (0, h)])


def _sliver(rng: Generator) -> BaseGeometry:
    """Long and narrow, with a corner of a few degrees."""
    return Polygon(
        [
            (0, 0),
            (rng.uniform(40, 90), rng.uniform(-1, 1)),
            (rng.uniform(20, 40), rng.uniform(6, 12)),
            (0, rng.uniform(4, 9)),
        ]
    )


def _merged(rng: Generator) -> BaseGeometry:
    """Two plots that a gap or an overlap of centimetres lies between, as the product merges them."""
    w, h, x, gap = *rng.uniform(15, 25, 2), rng.uniform(10, 20), rng.uniform(-0.03, 0.03)
    pair = [shapely.box(0, 0, w, h), shapely.box(w + gap, 0, w + gap + x, h * rng.uniform(0.7, 1))]
    wider = shapely.buffer(pair, 0.025, join_style="mitre")
    merged: BaseGeometry = shapely.buffer(shapely.union_all(wider), -0.025, join_style="mitre")
    return merged


def _drawn_by_hand(rng: Generator) -> BaseGeometry:
    """A plot as old cadastres have them: bends of a degree or two on sides that should be straight."""
    corners = np.array(
        [
            (0, 0),
            (rng.uniform(20, 35), rng.uniform(-3, 3)),
            (rng.uniform(22, 40), rng.uniform(20, 35)),
            (rng.uniform(-9, 3), rng.uniform(20, 35)),
        ]
    )
    points = []
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        points.append(a)
        for share in np.sort(rng.uniform(0.05, 0.95, rng.integers(0, 4))):
            points.append(a + (b - a) * share + rng.normal(0, 0.06, 2))
    return Polygon(points)


def _steps(rng: Generator) -> BaseGeometry:
    """Boxes laid over each other: notches, steps and courts, all corners square."""
    x, y = rng.uniform(0, 20, (2, rng.integers(3, 6)))
    boxes = shapely.box(x, y, x + rng.uniform(8, 20, len(x)), y + rng.uniform(8, 20, len(x)))
    return max(shapely.get_parts(shapely.union_all(boxes)), key=shapely.area)


def _hook(rng: Generator) -> BaseGeometry:
    """The neighbour's land reaches in like a hook: a pocket that is open from behind only."""
    w, h, x, y, t = (
        *rng.uniform(30, 45, 2),
        rng.uniform(6, 12),
        rng.uniform(1, 4),
        rng.uniform(0.5, 2),
    )
    hook = _blocks((x, y, w, y + t), (x, y, x + t, y + rng.uniform(4, 9)))
    return shapely.box(0, 0, w, h) - hook


def _star(rng: Generator) -> BaseGeometry:
    """Corners near and far in turn."""
    gaps = rng.uniform(0.5, 1.5, rng.integers(6, 16))
    t = np.cumsum(gaps) / gaps.sum() * 2 * np.pi
    return Polygon(rng.uniform(9, 26, (len(t), 1)) * np.column_stack([np.cos(t), np.sin(t)]))


FORMS = {
    "rectangle": _rectangle, "L": _l, "U": _u, "T": _t, "flag": _flag, "trapezoid": _trapezoid,
    "triangle": _triangle, "curved": _curved, "rounded": _rounded, "hole": _hole,
    "chamfered": _chamfered, "sliver": _sliver, "merged": _merged, "by hand": _drawn_by_hand,
    "steps": _steps, "hook": _hook, "star": _star,
}  # fmt: skip


def _limits(rng: Generator) -> dict[str, float]:
    """Limits of a detailed plan; one in fifteen is not set."""
    values = {
        "front_m": rng.choice([3.0, 5.0, 6.0]), "side_m": rng.choice([1.5, 3.0]),
        "rear_m": rng.choice([2.0, 3.0]), "coverage_pct": rng.choice([35.0, 40.0, 60.0]),
        "built_up_pct": rng.choice([80.0, 120.0]), "floors": rng.integers(1, 4),
        "height_m": rng.choice([7.5, 11.0]), "parking_bays": rng.integers(0, 4),
    }  # fmt: skip
    return {k: NAN if rng.random() < 1 / 15 else float(v) for k, v in values.items()}


def _footprint(rng: Generator, plot: BaseGeometry, limits: dict[str, float]) -> BaseGeometry:
    """A building well inside, within centimetres of a limit, touching, or over the line."""
    how = rng.integers(0, 6)
    if how <= 2:  # parallel to all edges, a limit and some centimetres from them
        depth = rng.choice([limits["front_m"], limits["side_m"], limits["rear_m"], 0.0])
        depth = (3.0 if np.isnan(depth) else depth) + rng.choice(CENTIMETRES)
        style = rng.choice(["mitre", "round", "bevel"])
        found = shapely.buffer(plot, -depth, join_style=style, quad_segs=4)
        if how == 2 and not found.is_empty:
            found = found & affinity.rotate(shapely.box(*found.bounds), rng.uniform(0, 40))
    elif how == 3:  # the plot, smaller or a little larger
        x, y = rng.uniform(0.3, 1.02, 2)
        found = affinity.scale(plot, x, y)
    else:  # a rectangle somewhere
        west, south, east, north = plot.bounds
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        box = shapely.box(x, y, x + rng.uniform(3, 15), y + rng.uniform(3, 15))
        found = affinity.rotate(box, rng.choice([0.0, 0.0, rng.uniform(0, 90)]))
        if how == 4:
            found = found & shapely.buffer(
                plot, rng.choice([0.0, 0.019, 0.021, -1.0]), join_style="mitre"
            )
    found = shapely.buffer(found, 0)
    return found if found.area > 1 else affinity.scale(plot, 0.4, 0.4)


def _parts(rng: Generator, plot: BaseGeometry, limits: dict[str, float]) -> list[Part]:
    def stated(low: int, high: int) -> int | None:
        return None if rng.random() < 0.1 else int(rng.integers(low, high))

    height = (
        None if rng.random() < 0.1 else float(rng.choice([6.0, 7.5, 11.0, 11.02, 11.021, 14.0]))
    )
    parts = [Part(Role.MAIN, _footprint(rng, plot, limits), stated(1, 4), height)]
    if rng.random() < 0.1:
        parts.append(Part(Role.MAIN, _footprint(rng, plot, limits), stated(1, 4), height))
    west, south, east, north = parts[0].shape.bounds
    if rng.random() < 0.5:
        x, y = rng.uniform(west - 6, east), rng.uniform(south - 6, north)
        area = min(0.2 * parts[0].shape.area, 50) + rng.choice([-5, -0.2, 0.05, 0.2, 5])
        side = rng.uniform(2, 6)
        box = shapely.box(x, y, x + side, y + max(area, 1) / side)
        parts.append(
            Part(Role.ANNEX, box & plot.buffer(0.015) if rng.random() < 0.5 else box, stated(1, 3))
        )
    if rng.random() < 0.3:
        parts.append(Part(Role.CANOPY, shapely.box(west - rng.uniform(0, 5), south, west, north)))
    for n in range(int(rng.integers(0, 4))):
        parts.append(Part(Role.PARKING, shapely.box(1 + 3 * n, 0.1, 3.5 + 3 * n, 5.1)))
    return [
        p
        for p in parts
        if not p.shape.is_empty and p.shape.geom_type in ("Polygon", "MultiPolygon")
    ]


def _around(rng: Generator, plot: BaseGeometry) -> tuple[Roads, list[BaseGeometry]]:
    """A street to the south, perhaps another to the east or west, plots on the other sides."""
    west, south, east, north = plot.bounds
    lines = [
        shapely.LineString([(west - 80, south - 6), (east + 80, south - 6 + rng.normal(0, 2))])
    ]
    if rng.random() < 0.3:
        x = rng.choice([west - 7, east + 7])
        lines.append(shapely.LineString([(x, south - 60), (x + rng.normal(0, 2), north + 60)]))
    if rng.random() < 0.05:
        lines = []
    around = [shapely.box(x, y, x + a, y + b) - plot for x, y, a, b in (
        (west, north - 2, east - west, 30), (west - 35, south, 30, north - south),
        (east, south, 30, north - south)) if rng.random() < 0.6]  # fmt: skip
    count = len(lines)
    rank = rng.choice([1, 2, 2, 3], count).astype(np.intp)
    width = np.where(rng.random(count) < 0.2, NAN, rng.uniform(4, 30, count))
    return Roads(shapes_of(lines), rank, width), [one for one in around if not one.is_empty]


def _ground(rng: Generator, plot: BaseGeometry) -> list[BaseGeometry | None]:
    """Road reserve, wadi, neighbours' buildings, claims: no data, nothing, or near the line."""
    west, south, east, _ = plot.bounds
    found: list[BaseGeometry | None] = []
    for n in range(4):
        chance = rng.random()
        strip = affinity.rotate(
            shapely.box(west - 20, south - 9, east + 20, south + rng.uniform(0, 6)),
            rng.choice([0, 0, rng.uniform(0, 360)]),
            origin=(west, south),
        )
        found.append(None if chance < 0.1 and n < 2 else Polygon() if chance < 0.7 else strip)
    return found


def a_site(seed: int, number: int) -> Made:
    """The site of a number: it follows from seed and number alone."""
    rng = np.random.default_rng([seed, number])
    kind = list(FORMS)[number % len(FORMS)]
    plot = FORMS[kind](rng)
    limits = _limits(rng)
    parts = _parts(rng, plot, limits)
    roads, around = _around(rng, plot)
    ground = _ground(rng, plot)
    angle, east, north = (
        rng.choice([0.0, 90.0, rng.uniform(0, 360)]),
        *rng.uniform(-5_000, 5_000, 2),
    )
    flip = rng.choice([-1.0, 1.0])

    def placed(shape: BaseGeometry) -> BaseGeometry:
        turned = affinity.rotate(
            affinity.scale(shape, flip, 1, origin=(0, 0)), angle, origin=(0, 0)
        )
        return affinity.translate(turned, EAST + east, NORTH + north)

    shapes = [shape if shape is None or shape.is_empty else placed(shape) for shape in ground]
    site = Site(
        plot=placed(plot),
        limits=Limits(**{name: np.array([value]) for name, value in limits.items()}),
        roads=Roads(shapes_of([placed(line) for line in roads.line]), roads.rank, roads.width),
        neighbours=shapes_of([shapely.make_valid(placed(one)) for one in around]),
        ground=Ground(*(shapes_of([shape]) for shape in shapes)),
    )
    return Made(
        kind, site, tuple(Part(p.role, placed(p.shape), p.floors, p.height_m) for p in parts)
    )
