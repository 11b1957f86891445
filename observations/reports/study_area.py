"""The ground that a question about reports is asked of: wilayats, areas, or the drawn shape."""

import datetime as dt
from typing import Any

import shapely
from django.db import connection
from shapely.geometry.base import BaseGeometry

from maps.heat.views import ExactHeat
from municipality.words import Text

CITY = Text("الولايات كلها", "all wilayats")
CHOSEN = Text("الولايات أو المناطق المختارة", "the chosen wilayats or areas")
DRAWN = Text("الشكل المرسوم", "the drawn shape")
REPORTS = Text(
    "الإطار الذي يضم البلاغات، إذ لا حدود ولايات مسجلة",
    "the box of the reports, as no boundary of a wilayat is on record",
)
_BOUNDARIES = "SELECT ST_AsBinary(boundary) FROM places_{kind}version WHERE valid @> %s::date"


def _union(kind: str, chosen: frozenset[int] | None, on: dt.date) -> BaseGeometry | None:
    """Return the union of the boundaries that hold on a day; None where none does."""
    sql = _BOUNDARIES.format(kind=kind)
    params: list[Any] = [on]
    if chosen is not None:
        sql, params = f"{sql} AND {kind}_id = ANY(%s)", [on, list(chosen)]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        shapes = [shapely.from_wkb(bytes(row[0])) for row in cursor.fetchall()]
    return shapely.union_all(shapes) if shapes else None


def study_area(heat: ExactHeat, *, on: dt.date) -> tuple[BaseGeometry | None, Text]:
    """Return the METRIC ground of a selection on a day, with its name; None: unknown.

    Land and sea are told apart by the boundaries of the wilayats alone.
    """
    day = heat.last_day or on
    chosen = heat.selection
    parts = [
        found
        for kind, ids in (("wilayat", chosen.wilayat), ("area", chosen.area))
        if ids is not None and (found := _union(kind, ids, day)) is not None
    ]
    name = CHOSEN if parts else CITY
    if not parts and heat.shape is None:
        whole = _union("wilayat", None, day)
        return (whole, CITY) if whole is not None else (None, REPORTS)
    if heat.shape is not None:
        parts.append(heat.shape)
        name = DRAWN
    ground = parts[0]
    for part in parts[1:]:
        ground = shapely.intersection(ground, part)
    return ground, name
