"""A day of flood: when its reports come, where they lie, and what must be true of each afterwards."""

import datetime as dt
import math
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from maps.heat.lattice import SIZES, cell_at
from tests.builders import EAST, NORTH

# Reports of each hour: rain from five on, the wadis at nine, telephones once people are home.
HOURS = (
    4, 4, 4, 6, 12, 40, 110, 260, 470, 720, 540, 300,
    170, 100, 70, 50, 40, 30, 24, 16, 12, 8, 6, 4,
)  # fmt: skip
WORST_HOUR = HOURS.index(max(HOURS))
PEAK, WIDTH, BASE = 24, 11.5, 0.1  # of the worst hour: a bell of minutes on a floor
ACCURACY_M = 8.0
# METRIC boxes round the middle of the city: two bodies, a strip that both hold, and land of nobody.
WEST = shapely.box(EAST - 1_500, NORTH - 1_500, EAST + 60, NORTH + 1_500)
OTHER = shapely.box(EAST - 60, NORTH - 1_500, EAST + 900, NORTH + 1_500)
HALF_WIDE, HALF_HIGH = 1_200.0, 900.0  # metres in which reports lie
CATEGORIES = {"potholes": 3, "flood": 1, "waste": 4}  # code and priority


@dataclass(frozen=True, slots=True)
class Planned:
    """One report to be sent: its key, minute of the day, METRIC place, category, sender, times."""

    key: str
    minute: int
    x: float
    y: float
    category: str
    sender: int
    times: int


@dataclass(frozen=True, slots=True)
class Held:
    """What the platform has of one report, by plain reading of its rows."""

    key: str
    x: float
    y: float
    category: str
    copies: int  # of its photo: the clean one and the small one, bytes and all
    desk: str  # a body's code, "ambiguous" or "unassigned"; '' for none
    promised: bool
    told: int  # acknowledgements that the operator has accepted


def _shares(total: int, weights: Sequence[float]) -> list[int]:
    """Share a whole number out by weights, the largest remainders first."""
    exact = [total * weight / sum(weights) for weight in weights]
    found = [math.floor(one) for one in exact]
    most = sorted(range(len(exact)), key=lambda n: found[n] - exact[n])
    for n in most[: total - sum(found)]:
        found[n] += 1
    return found


def minutes() -> list[int]:
    """How many reports come in each of the 1,440 minutes of the day."""
    bell = [BASE + math.exp(-(((minute - PEAK) / WIDTH) ** 2)) for minute in range(60)]
    found: list[int] = []
    for hour, count in enumerate(HOURS):
        found += _shares(count, bell if hour == WORST_HOUR else [1.0] * 60)
    return found


def planned(seed: int, *, since: int, until: int, senders: int) -> list[Planned]:
    """The reports of the minutes [since, until), from the seed alone.

    Half of them lie along a wadi that cuts the city from corner to corner; one in twenty is sent
    twice under its key.
    """
    rng = random.Random(f"flood {seed}")
    found: list[Planned] = []
    for minute, count in enumerate(minutes()):
        for _ in range(count):
            along = rng.uniform(-1, 1)
            if rng.random() < 0.5:
                x, y = along * HALF_WIDE, along * HALF_HIGH + rng.gauss(0, 60)
            else:
                x, y = along * HALF_WIDE, rng.uniform(-HALF_HIGH, HALF_HIGH)
            category = rng.choices(list(CATEGORIES), weights=(2, 6, 2))[0]
            sender, times = rng.randrange(senders), 2 if rng.random() < 0.05 else 1
            key = f"flood-{seed}-{len(found)}"
            found.append(Planned(key, minute, EAST + x, NORTH + y, category, sender, times))
    return [one for one in found if since <= one.minute < until]


def desk_of(x: float, y: float, bodies: Mapping[str, BaseGeometry]) -> str:
    """Whose a report is, by the plain geometry of the two boxes; no code of the platform."""
    disc = Point(x, y).buffer(ACCURACY_M, 64)
    touched = [code for code, ground in bodies.items() if disc.intersects(ground)]
    if len(touched) > 1:
        return "ambiguous"
    if touched and bodies[touched[0]].contains(disc):
        return touched[0]
    return "unassigned"


def faults(
    sent: Collection[Planned], held: Collection[Held], *, bodies: Mapping[str, BaseGeometry]
) -> list[str]:
    """Every way in which what is held is not what was sent and acknowledged; none where all is well."""
    asked = {one.key: one for one in sent}
    kept = Counter(one.key for one in held)
    found = [f"lost: {key}" for key in asked if not kept[key]]
    found += [f"{n} times: {key}" for key, n in kept.items() if n > 1]
    found += [f"sent by nobody: {key}" for key in kept if key not in asked]
    for one in held:
        plan = asked.get(one.key)
        if plan is None:
            continue
        if math.hypot(one.x - plan.x, one.y - plan.y) > 0.2:
            found.append(f"elsewhere: {one.key}")
        if one.category != plan.category:
            found.append(f"of another kind: {one.key}")
        if one.copies != 2:
            found.append(f"{one.copies} copies of its photo: {one.key}")
        if one.desk != desk_of(plan.x, plan.y, bodies):
            found.append(f"at {one.desk or 'no desk'}: {one.key}")
        if not one.promised:
            found.append(f"without a promise: {one.key}")
        if one.told != 1:
            found.append(f"acknowledged {one.told} times: {one.key}")
    return found


def cells(held: Collection[Held]) -> list[dict[tuple[int, int], int]]:
    """Count reports into the cells of every level, one after another."""
    return [
        dict(Counter(cell_at(one.x, one.y, level=level) for one in held))
        for level in range(len(SIZES))
    ]


def percentile(times: Sequence[float], part: float) -> float:
    """Return the time that this part of all does not exceed; 0 of none."""
    return sorted(times)[min(len(times) - 1, int(part * len(times)))] if times else 0.0


def milliseconds(spans: Sequence[dt.timedelta]) -> list[float]:
    """Return spans as milliseconds."""
    return [1_000 * span.total_seconds() for span in spans]
