"""Hot spots of reports: found for a selection, or for the whole city and kept."""

import datetime as dt
import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from maps.heat.denominators.areas import TooManyCells
from maps.heat.denominators.measure import Measure
from maps.heat.geojson import squares
from maps.heat.lattice import SIZES, level_of
from maps.heat.queries import ALL
from maps.heat.spots import MAX_TESTED, SpotMap, find_spots
from maps.heat.statistics.hot_spots import CLASSES
from maps.heat.statistics.neighbours import steps_of
from maps.heat.views import ExactHeat
from municipality.moments import utc_text
from municipality.places.stamps import read as read_stamps
from municipality.problems import bad_value
from municipality.words import Text
from observations.reports.heat import HEAT
from observations.reports.heat_planner import weight_told
from observations.reports.statistics_words import SPOT_METHOD, SPOT_WORDS, TOO_WIDE
from observations.reports.study_area import study_area

CELL_M = 400
KINDS = ("queen", "rook", "band")
MAX_REACH = 20  # widths of a cell that a band may be wide
KEPT_FOR = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Question:
    """Which neighbours, at which size of cells, and which of the cells are listed."""

    level: int = level_of(CELL_M)
    kind: str = "queen"
    band_m: float = 0.0
    all_cells: bool = False


USUAL = Question()


def _features(found: SpotMap) -> list[dict[str, Any]]:
    c, s = found.cells, found.spots
    columns = zip(
        c.x.tolist(), c.y.tolist(), c.count.tolist(), s.z.tolist(), s.p.tolist(), s.q.tolist(),
        s.verdict.tolist(), squares(c), strict=True,
    )  # fmt: skip
    return [
        {
            "type": "Feature",
            "id": f"{x}_{y}",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {
                "x": x, "y": y, "count": n, "class": CLASSES[verdict],
                "z": _number(z, 4), "p": _number(p, 8), "q": _number(q, 8),
            },
        }
        for x, y, n, z, p, q, verdict, ring in columns
    ]  # fmt: skip


def _number(value: float, digits: int) -> float | None:
    return None if value != value else round(value, digits)  # only NaN differs from itself


def hot_spots(
    heat: ExactHeat, question: Question, *, measure: Measure, on: dt.date, at: dt.datetime
) -> dict[str, Any]:
    """Answer the cells with a verdict as GeoJSON; raises Problem 422 for too many cells.

    Listed are the significant ones, or all that were tested.
    """
    area, area_words = study_area(heat, on=on)
    size = SIZES[question.level]
    steps = steps_of(question.kind, band_m=question.band_m, cell_m=size)
    counted = heat.cells(level=question.level)
    try:
        found = find_spots(counted, area, steps, measure=measure)
    except TooManyCells:
        detail = TOO_WIDE.with_values(most=MAX_TESTED)
        raise bad_value("cell_m", detail, code="too_many_cells") from None
    verdict = found.spots.verdict
    listed = found if question.all_cells else found.chosen(verdict != 0)
    method = Text(
        SPOT_METHOD.ar.format(area=area_words.ar), SPOT_METHOD.en.format(area=area_words.en)
    )
    return {
        "type": "FeatureCollection",
        "cell_m": size,
        **measure.told(),
        **weight_told(heat.weight),
        "neighbours": question.kind,
        "band_m": question.band_m if question.kind == "band" else None,
        "count": found.cells.total(),
        "outside_count": found.outside,
        "tested": len(verdict),
        "classes": [
            {
                "code": code, "name_ar": SPOT_WORDS[code].ar, "name_en": SPOT_WORDS[code].en,
                "cells": int(np.count_nonzero(verdict == number)),
            }
            for number, code in sorted(CLASSES.items(), reverse=True)
        ],
        "study_area_ar": area_words.ar,
        "study_area_en": area_words.en,
        "method_ar": method.ar,
        "method_en": method.en,
        "class": heat.name,
        "updated_at": utc_text(at),
        "features": _features(listed),
    }  # fmt: skip


def _state() -> str:
    """Return what the kept answer was made of: pieces of the index and boundaries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(id), 0), count(*) FROM maps_heatpiece WHERE layer = %s",
            [HEAT.number],
        )
        return json.dumps([cursor.fetchone(), read_stamps("places")])


def keep_city_spots(*, on: dt.date, at: dt.datetime) -> bool:
    """Find the hot spots of the whole city and keep them; tell whether they were found anew."""
    state = f"{on} {_state()}"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE maps_heathotspots SET made_at = %s WHERE layer = %s AND state = %s",
            [at, HEAT.number, state],
        )
        if cursor.rowcount:
            return False
    answer = hot_spots(ExactHeat(HEAT, ALL), USUAL, measure=Measure(), on=on, at=at)
    packed = zlib.compress(json.dumps(answer, ensure_ascii=False).encode())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO maps_heathotspots (layer, state, answer, made_at) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (layer) DO UPDATE SET state = excluded.state, answer = excluded.answer, "
            "made_at = excluded.made_at",
            [HEAT.number, state, packed, at],
        )
    return True


def kept_city_spots(*, on: dt.date, at: dt.datetime) -> dict[str, Any] | None:
    """Return the kept answer: as true as now, or not older than KEPT_FOR; None: find them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT answer, made_at FROM maps_heathotspots WHERE layer = %s "
            "AND (made_at >= %s OR state = %s)",
            [HEAT.number, at - KEPT_FOR, f"{on} {_state()}"],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    answer: dict[str, Any] = json.loads(zlib.decompress(bytes(row[0])))
    return answer | {"updated_at": utc_text(row[1])}
