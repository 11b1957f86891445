"""Which zone is here: random points, edges and corners beside shapely asked about every zone."""

import datetime as dt
import json
from collections import Counter
from unittest.mock import patch

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import Point

from municipality.calendar.rest_days import CityCalendar, Span, WeekendRule
from municipality.located import Place
from parking_zones.zones import queries
from parking_zones.zones.book import ZoneBook, ZoneOnDay
from parking_zones.zones.features import answer_json
from tests.builders import EAST, NORTH

POINTS = 10_000  # of one trial
TRIALS = {"small": 2, "full": 100}
SIDE, COLUMNS, ROWS = 180.0, 8, 8
ACCURACIES = (0.0, 1e-6, 3.0, 10.0, 45.0)
AT = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
AS_JSON = 50  # every so many answers are written too


def _boundaries(rng: np.random.Generator) -> list[shapely.MultiPolygon]:
    """Cells of a jittered and turned grid, some left out and some with a hole."""
    x, y = np.meshgrid(np.arange(COLUMNS + 1) * SIDE, np.arange(ROWS + 1) * SIDE)
    x, y = (axis + rng.uniform(-50, 50, axis.shape) for axis in (x, y))
    turned, found = float(rng.uniform(0, 90)), []
    for row in range(ROWS):
        for column in range(COLUMNS):
            ring = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
            cell = shapely.Polygon([(x[at], y[at]) for at in ring])
            if rng.random() < 0.15:
                continue  # a gap that is meant
            if rng.random() < 0.1:
                cell = cell.difference(cell.centroid.buffer(20))
            placed = affinity.translate(affinity.rotate(cell, turned, origin=(0, 0)), EAST, NORTH)
            found.append(shapely.multipolygons([placed]))
    return found


def _book(boundaries: list[shapely.MultiPolygon]) -> ZoneBook:
    always = Span(None, None)
    zones = [
        ZoneOnDay(number, str(number), "paid", "", "", 1, always, shape, "made")
        for number, shape in enumerate(boundaries)
    ]
    calendar = CityCalendar([WeekendRule(always, frozenset({5, 6}))], [])
    return ZoneBook(zones, [], [], [], [], calendar)


def _asked(shapes: NDArray[np.object_], rng: np.random.Generator) -> NDArray[np.float64]:
    """Points anywhere, on corners, on the middle of edges, and a hair beside them."""
    west, south, east, north = shapely.total_bounds(shapes)
    anywhere = rng.uniform((west - 60, south - 60), (east + 60, north + 60), (POINTS // 2, 2))
    corners = shapely.get_coordinates(shapes)
    middles = (corners[1:] + corners[:-1]) / 2
    special = np.concatenate([corners, middles])
    chosen = special[rng.integers(0, len(special), POINTS - len(anywhere))]
    chosen = chosen + rng.choice([0, 0, 1e-9, -1e-9, 1e-3, -2.999], chosen.shape)
    return np.concatenate([anywhere, chosen])


def _known(
    shapes: NDArray[np.object_], points: NDArray[np.object_], accuracy: NDArray[np.float64]
) -> list[Place]:
    """Ask shapely about every zone for every point."""
    meets = shapely.distance(shapes[:, None], points[None, :]) <= accuracy[None, :]
    count, one = meets.sum(axis=0), meets.argmax(axis=0)
    edge = shapely.distance(shapely.boundary(shapes)[one], points)
    inside = shapely.covers(shapes[one], points) & (edge >= accuracy)
    names = np.select(
        [count == 0, count > 1, inside], [Place.OUTSIDE, Place.AMBIGUOUS, Place.INSIDE],
        Place.NEAR_EDGE,
    )  # fmt: skip
    return [Place(name) for name in names.tolist()]


def trial(seed: int, number: int) -> dict[str, int]:
    """Ask for each point; raises AssertionError with one that differs."""
    rng = np.random.default_rng([seed, number])
    boundaries = _boundaries(rng)
    shapes = np.array(boundaries, dtype=object)
    xy = _asked(shapes, rng)
    points, accuracy = shapely.points(xy), rng.choice(ACCURACIES, len(xy))
    known = _known(shapes, points, accuracy)
    book, found = _book(boundaries), Counter[str]()
    with patch.object(queries, "zone_book", lambda: book):
        for at, (x, y) in enumerate(xy.tolist()):
            point, around = Point(x, y), float(accuracy[at])
            answer = queries.zone_at(point=point, accuracy_m=around, at=AT)
            told = answer.located.result
            assert told == known[at], (x, y, around, told, known[at])
            if at % AS_JSON == 0:
                json.dumps(answer_json(answer, point=point, accuracy_m=around), allow_nan=False)
            found[told.value] += 1
    return {"points": len(xy), **found}
