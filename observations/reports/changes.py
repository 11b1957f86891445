"""Two periods of reports compared, cell by cell or place by place."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from maps.heat.denominators.cells import cell_key, cells_of_keys
from maps.heat.geojson import squares
from maps.heat.lattice import SIZES, Ints
from maps.heat.queries import Cells, count_blocks
from maps.heat.series import by_place, total
from maps.heat.statistics.comparison import BELIEVED, Change, compared
from maps.heat.views import ExactHeat
from municipality.moments import utc_text
from municipality.places.models import Area, Wilayat
from municipality.problems import bad_value
from municipality.words import Text
from observations.reports.statistics_words import (
    BY_CITY,
    BY_DAYS,
    CHANGE_WORDS,
    CHANGES,
    CITY_EMPTY,
    COMPARE_METHOD,
)

Period = tuple[dt.date, dt.date]  # first day, day after the last


@dataclass(frozen=True, slots=True)
class Periods:
    """The period that is judged, and the one it is compared with; they do not overlap."""

    after: Period
    before: Period

    def exposure_by_days(self) -> float:
        """Return the share of the days of both that are after's."""
        after, before = ((until - since).days for since, until in (self.after, self.before))
        return after / (after + before)


def _during(heat: ExactHeat, period: Period) -> ExactHeat:
    since, until = period
    return replace(heat, selection=replace(heat.selection, since=since, until=until))


def _anywhere(heat: ExactHeat) -> ExactHeat:
    """Return the same kinds of reports in the whole city."""
    return replace(heat, shape=None, selection=replace(heat.selection, wilayat=None, area=None))


def _of_city(heat: ExactHeat, periods: Periods) -> tuple[int, int]:
    everywhere = _anywhere(heat)
    blocks = everywhere.blocks()
    after, before = (
        total(blocks, _during(everywhere, period).selection)
        for period in (periods.after, periods.before)
    )
    return after, before


def _number(value: float, digits: int = 6) -> float | None:
    return round(value, digits) if np.isfinite(value) else None


def _facts(change: Change, after: Ints, before: Ints) -> list[dict[str, Any]]:
    rows = []
    for i, (a, b) in enumerate(zip(after.tolist(), before.tolist(), strict=True)):
        tested = not np.isnan(change.p[i])
        rows.append(
            {
                "after": a, "before": b, "ratio": _number(change.ratio[i]),
                "ratio_low": _number(change.low[i]), "ratio_high": _number(change.high[i]),
                "p": _number(change.p[i], 8), "q": _number(change.q[i], 8),
                "change": CHANGES[int(change.verdict[i])] if tested else "not_tested",
            }
        )  # fmt: skip
    return rows


def _cells(
    heat: ExactHeat, periods: Periods, exposure: float, level: int
) -> tuple[list[dict[str, Any]], str]:
    blocks = heat.blocks()  # once: both periods are of one instant
    found = [
        count_blocks(blocks, _during(heat, period).selection, level=level)
        for period in (periods.after, periods.before)
    ]
    keys = [cell_key(cells.x, cells.y) for cells in found]
    either = np.union1d(*keys)
    counts = [np.zeros(len(either), np.int64) for _ in found]
    for cells, key, count in zip(found, keys, counts, strict=True):
        count[np.searchsorted(either, key)] = cells.count
    after, before = counts
    facts = _facts(compared(after, before, exposure=exposure), after, before)
    x, y = cells_of_keys(either)
    rings = squares(Cells(level, x, y, after + before))
    return [
        {
            "type": "Feature",
            "id": f"{cx}_{cy}",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"x": cx, "y": cy, **row},
        }
        for cx, cy, ring, row in zip(x.tolist(), y.tolist(), rings, facts, strict=True)
    ], "features"


def _places(
    heat: ExactHeat, periods: Periods, exposure: float, by: str
) -> tuple[list[dict[str, Any]], str]:
    blocks = heat.blocks()
    after_of, before_of = (
        by_place(blocks, _during(heat, period).selection, by=by)
        for period in (periods.after, periods.before)
    )
    places = places_of(heat, by=by)
    after, before = (
        np.array([counts.get(place["id"], 0) for place in places], np.int64)
        for counts in (after_of, before_of)
    )
    facts = _facts(compared(after, before, exposure=exposure), after, before)
    return [place | row for place, row in zip(places, facts, strict=True)], "places"


def places_of(heat: ExactHeat, *, by: str) -> list[dict[str, Any]]:
    """Return the wilayats or areas of a selection with their names, in the order of their ids."""
    model: type[Wilayat] | type[Area] = Wilayat if by == "wilayat" else Area
    chosen = heat.selection.wilayat if by == "wilayat" else heat.selection.area
    rows = model.objects.order_by("id")
    if chosen is not None:
        rows = rows.filter(pk__in=chosen)
    named = ("id", "code", "name_ar", "name_en")
    return [dict(zip(named, row, strict=True)) for row in rows.values_list(*named)]


def _days(period: Period) -> dict[str, Any]:
    since, until = period
    return {"from": since.isoformat(), "to": until.isoformat(), "days": (until - since).days}


def changes(
    heat: ExactHeat, periods: Periods, *, by: str, level: int, against: str, at: dt.datetime
) -> dict[str, Any]:
    """Answer where reports rose or fell; raises Problem 422 where the city's change is unknown."""
    city_after, city_before = _of_city(heat, periods)
    exposure = periods.exposure_by_days()
    whole = compared(np.array([city_after]), np.array([city_before]), exposure=exposure)
    if against == "city":
        if not (city_after and city_before):
            raise bad_value("against", CITY_EMPTY)
        exposure = city_after / (city_after + city_before)
    if by == "cell":
        rows, name = _cells(heat, periods, exposure, level)
    else:
        rows, name = _places(heat, periods, exposure, by)
    exposed = BY_CITY if against == "city" else BY_DAYS
    method = Text(
        COMPARE_METHOD.ar.format(exposure=exposed.ar), COMPARE_METHOD.en.format(exposure=exposed.en)
    )
    told: dict[str, Any] = {"type": "FeatureCollection", "cell_m": SIZES[level]}
    return (told if by == "cell" else {}) | {
        "by": by,
        "against": against,
        "after": _days(periods.after),
        "before": _days(periods.before),
        "false_discovery_rate": BELIEVED,
        "city": _facts(whole, np.array([city_after]), np.array([city_before]))[0],
        "words": {code: text.as_json() for code, text in CHANGE_WORDS.items()},
        "method_ar": method.ar,
        "method_en": method.en,
        "class": heat.name,
        "updated_at": utc_text(at),
        name: rows,
    }
