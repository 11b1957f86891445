"""Observations: as many, and skewed as, the municipality published for 2016; the rest made up.

Real: 15,618 reports in 2016, 7,631 of them in Seeb; sewage, pests and waste at the top; about
97 % closed.  Made up: every single report, the other years, the split of the other wilayats.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_portal.demo import SOURCE
from geo_portal.demo.chance import apportion, stream
from geo_portal.demo.copying import copy, reserve_ids, shapes
from geo_portal.demo.ground import Area, draw
from geo_portal.demo.live_reports import made_by_people
from geo_portal.demo.register import Keys
from geo_portal.demo.report_kinds import (
    ACCURACY_M,
    CATEGORY_WEIGHT,
    CHANNEL_WEIGHT,
    FIX_OF_CHANNEL,
    HOUR_WEIGHT,
    MONTH_WEIGHT,
    YEARS,
)
from observations.reports.models import Category, Channel, Status

LAST_DAY = dt.date(2026, 10, 31)  # the demo's last day, whenever it is built
WHOLE = 50_000  # reports that YEARS add up to
SPREAD_M = 620.0  # of reports about an area's centre, by the square root of its weight
HOT_SHARE = 0.22  # of reports that fall on a hot spot
HOT_SPREAD_M = 55.0
HOT_SPOTS = 5  # in an area
SHORE_M = 15.0  # reports are made this far ashore at least
CLOSED_SHARE, REJECTED_SHARE = 0.974, 0.008
RECENT_DAYS = 75  # of the last reports: many are still open
CITY_TIME = dt.timezone(dt.timedelta(hours=4))
Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Where:
    """Points in METRIC with the index of their wilayat and area (-1: in no area)."""

    points: NDArray[np.object_]
    wilayat: Whole
    area: Whole


def write_reports(count: int, keys: Keys, seed: int) -> int:
    """Write the observations in the order they were made."""
    if not count:
        return 0
    rng = stream(seed, "reports")
    wilayats = list(draw().wilayats)
    day, wilayat = _days(count, wilayats, rng)
    where = _places(wilayat, wilayats, rng)
    seconds = _times(count, rng)
    order = np.lexsort((np.arange(count), seconds, day))
    order = order[: count - made_by_people(count)]  # in place of the last ones: live_reports
    where = _Where(where.points[order], wilayat[order], where.area[order])
    return _copy(day[order], seconds[order], where, keys, rng)


def _days(count: int, wilayats: list[str], rng: np.random.Generator) -> tuple[Whole, Whole]:
    """Return the day (since 1970) and wilayat of each report, year by year."""
    cells = [(year, name) for year, shares in YEARS.items() for name in shares]
    sizes = apportion(count, [YEARS[year][name] for year, name in cells])
    parts: list[Whole] = []
    for (year, _), size in zip(cells, sizes.tolist(), strict=True):
        months = range(1, 13 if year < LAST_DAY.year else LAST_DAY.month + 1)
        per_month = apportion(size, [MONTH_WEIGHT[month - 1] for month in months])
        for month, number in zip(months, per_month.tolist(), strict=True):
            first = np.datetime64(f"{year}-{month:02d}").astype("datetime64[D]")
            after = (np.datetime64(f"{year}-{month:02d}") + 1).astype("datetime64[D]")
            start, end = first.astype(np.int64), after.astype(np.int64)
            parts.append(rng.integers(start, end, number))
    where = np.repeat([wilayats.index(name) for _, name in cells], sizes)
    return np.concatenate(parts), where.astype(np.int64)


def _places(wilayat: Whole, wilayats: list[str], rng: np.random.Generator) -> _Where:
    ground = draw()
    areas = np.array([wilayats.index(area.wilayat) for area in ground.areas])
    xy = np.zeros((len(wilayat), 2))
    for w, name in enumerate(wilayats):
        rows = np.flatnonzero(wilayat == w)
        inside = [ground.areas[n] for n in np.flatnonzero(areas == w).tolist()]
        shore = ground.wilayats[name].buffer(-SHORE_M, quad_segs=2)
        shapely.prepare(shore)
        spots = {area.code: _hot_spots(area, rng) for area in inside}
        xy[rows] = _scatter(len(rows), inside, spots, shore, rng)
    points = np.asarray(shapely.points(np.round(xy, 2)), dtype=object)
    tree = shapely.STRtree([area.boundary for area in ground.areas])
    report, area = tree.query(points, predicate="intersects")
    found = np.full(len(points), -1, dtype=np.int64)
    found[report[::-1]] = area[::-1]  # on a shared line: the first area
    return _Where(points, wilayat, found)


def _hot_spots(area: Area, rng: np.random.Generator) -> Numbers:
    spread = _spread(area) * 0.7
    return np.asarray(rng.normal((area.centre.x, area.centre.y), spread, (HOT_SPOTS, 2)))


def _spread(area: Area) -> float:
    return SPREAD_M * float(np.sqrt(max(area.weight, 0.25)))


def _scatter(
    count: int,
    areas: list[Area],
    spots: dict[str, Numbers],
    shore: Any,
    rng: np.random.Generator,
) -> Numbers:
    """Throw points about areas and hot spots until enough fell on the wilayat's land."""
    weight = np.array([area.weight for area in areas])
    centres = np.array([(area.centre.x, area.centre.y) for area in areas])
    spread = np.array([_spread(area) for area in areas])
    hot = np.stack([spots[area.code] for area in areas])
    found = np.zeros((0, 2))
    while len(found) < count:
        size = count + 200
        area = rng.choice(len(areas), size, p=weight / weight.sum())
        spot = hot[area, rng.choice(HOT_SPOTS, size, p=(0.4, 0.25, 0.15, 0.12, 0.08))]
        on_spot = (rng.random(size) < HOT_SHARE)[:, None]
        about = np.where(on_spot, spot, centres[area])
        away = np.where(on_spot, HOT_SPREAD_M, spread[area][:, None])
        thrown = about + rng.normal(0.0, 1.0, (size, 2)) * away
        found = np.vstack((found, thrown[shapely.contains_xy(shore, thrown)]))
    return found[:count]


def _times(count: int, rng: np.random.Generator) -> Whole:
    """Return the second of the day of each report."""
    weight = np.array(HOUR_WEIGHT, dtype=float)
    hour = rng.choice(24, count, p=weight / weight.sum())
    return np.asarray(hour * 3600 + rng.integers(0, 3600, count), dtype=np.int64)


def _statuses(day: Whole, rng: np.random.Generator) -> tuple[Whole, Numbers]:
    """Return the status of each report and the days it took to close (NaN if open)."""
    count = len(day)
    chance = rng.random(count)
    status = np.where(
        chance < REJECTED_SHARE,
        Status.REJECTED,
        np.where(
            chance < REJECTED_SHARE + CLOSED_SHARE,
            Status.CLOSED,
            np.where(chance < 0.993, Status.IN_PROGRESS, Status.REFERRED),
        ),
    )
    age = np.datetime64(LAST_DAY.isoformat()).astype(np.int64) - day
    took = np.round(rng.lognormal(0.6, 1.0, count), 3)
    recent = age < RECENT_DAYS
    open_now = recent & ((took > age) | (rng.random(count) < 0.45 - age / 200))
    stage = rng.choice([Status.NEW, Status.REFERRED, Status.IN_PROGRESS], count, p=(0.4, 0.3, 0.3))
    status = np.where(open_now, stage, status).astype(np.int64)
    took = np.minimum(took, np.maximum(age, 0.05))
    return status, np.where(np.isin(status, (Status.CLOSED, Status.REJECTED)), took, np.nan)


def _copy(day: Whole, seconds: Whole, where: _Where, keys: Keys, rng: np.random.Generator) -> int:
    count, ground = len(day), draw()
    status, took = _statuses(day, rng)
    categories = {row.code: row for row in Category.objects.all()}
    kinds = sorted(CATEGORY_WEIGHT)
    weight = np.array([CATEGORY_WEIGHT[kind] for kind in kinds])
    kind = rng.choice(len(kinds), count, p=weight / weight.sum())
    channel = _channels(count, rng)
    origin = [
        FIX_OF_CHANNEL[n][int(c >= 0.75)] for n, c in zip(channel, rng.random(count), strict=True)
    ]
    wilayat_ids = np.array([keys.wilayats[code] for code in ground.wilayats])
    area_ids = [*(keys.areas[area.code] for area in ground.areas), None]
    moments = [_moment(d, s) for d, s in zip(day.tolist(), seconds.tolist(), strict=True)]
    urgency = np.array([4 - categories[code].priority for code in kinds])
    return copy(
        "observations_observation",
        {
            "id": reserve_ids("observations_observation", count),
            "public_id": _uuids(count, rng),
            "point": shapes(where.points),
            "accuracy_m": _accuracies(origin, rng),
            "fix_origin": origin,
            "category_id": np.array([categories[code].pk for code in kinds])[kind],
            "status": status,
            "channel": channel,
            "severity": np.clip(urgency[kind] + rng.integers(0, 3, count), 0, 4),
            "reported_at": [moment.isoformat() for moment in moments],
            "reported_on": [moment.date().isoformat() for moment in moments],
            "closed_at": [
                (moment + dt.timedelta(days=days)).isoformat() if days == days else None
                for moment, days in zip(moments, took.tolist(), strict=True)
            ],
            "wilayat_id": wilayat_ids[where.wilayat],
            "area_id": [area_ids[n] for n in where.area.tolist()],
            "source": [SOURCE] * count,
            "external_id": [""] * count,
            "address": [ground.areas[n].name_ar if n >= 0 else "" for n in where.area.tolist()],
        },
    )


def _moment(day: int, second: int) -> dt.datetime:
    midnight = dt.datetime(1970, 1, 1, tzinfo=CITY_TIME)
    return midnight + dt.timedelta(days=day, seconds=second)


def _channels(count: int, rng: np.random.Generator) -> list[int]:
    codes = [int(getattr(Channel, name)) for name in CHANNEL_WEIGHT]
    weight = np.array(list(CHANNEL_WEIGHT.values()))
    return [codes[n] for n in rng.choice(len(codes), count, p=weight / weight.sum())]


def _accuracies(origin: list[str], rng: np.random.Generator) -> list[float | None]:
    noise = rng.lognormal(0.0, 0.7, len(origin))
    return [
        None if typical is None else round(float(typical * n), 1)
        for typical, n in ((ACCURACY_M[o], n) for o, n in zip(origin, noise, strict=True))
    ]


def _uuids(count: int, rng: np.random.Generator) -> list[str]:
    raw = rng.bytes(16 * count)
    return [str(uuid.UUID(bytes=raw[16 * n : 16 * n + 16], version=4)) for n in range(count)]
