"""Planning layers: wadi strips, road reserves, heritage.  Utilities have no data on purpose."""

import datetime as dt
from typing import Any

import numpy as np
import shapely
from django.db.backends.postgresql.psycopg_any import DateRange
from shapely.geometry.base import BaseGeometry

from geo_portal.demo import SOURCE
from geo_portal.demo.copying import copy, reserve_ids, shapes
from geo_portal.demo.ground import draw
from geo_portal.demo.lots import frame_of
from geo_portal.demo.main_roads import main_roads, wadis
from plots.restrictions.models import Theme, ThemeLayer

SINCE = dt.date(2008, 1, 1)
AS_OF = dt.date(2016, 6, 30)
# Known places in Old Muscat and Muttrah; drawn as spots near the area's centre, in its axes.
HERITAGE = (
    ("old_muscat", "قلعة الجلالي", "Al Jalali Fort", (210.0, 60.0), 55.0),
    ("old_muscat", "قلعة الميراني", "Al Mirani Fort", (-160.0, 90.0), 50.0),
    ("old_muscat", "سور مسقط", "Muscat Wall", (0.0, -120.0), 40.0),
    ("muttrah_town", "قلعة مطرح", "Muttrah Fort", (180.0, 40.0), 50.0),
    ("muttrah_town", "سوق مطرح", "Muttrah Souq", (-70.0, -40.0), 70.0),
    ("muttrah_town", "سور اللواتيا", "Sur Al Lawatia", (70.0, 60.0), 45.0),
    ("ruwi", "حصن بيت الفلج", "Bait Al Falaj Fort", (-40.0, 210.0), 45.0),
    ("quriyat_town", "حصن قريات", "Quriyat Fort", (60.0, -50.0), 45.0),
    ("seeb_town", "حصن السيب", "Seeb Fort", (90.0, 120.0), 40.0),
)
Shape = tuple[str, str, str, BaseGeometry, str]  # key, names, shape, attributes


def write_themes() -> int:
    """Write the layers; return the number of shapes."""
    return (
        _write("wadi", _wadi_shapes())
        + _write("road_reserve", _reserves())
        + _write("heritage", _heritage())
    )


def _wadi_shapes() -> list[Shape]:
    """Channel and strip apart from each other, so that shares add up."""
    made: list[Shape] = []
    for wadi in wadis():
        made.append((f"{wadi.key}-c", wadi.name_ar, wadi.name_en, wadi.channel, "channel"))
        made.append((f"{wadi.key}-s", wadi.name_ar, wadi.name_en, wadi.strip, "strip"))
    return made


def _reserves() -> list[Shape]:
    """The reserve of each main road, cut at the coast; where two meet, the first has it."""
    made: list[Shape] = []
    taken: Any = shapely.Polygon()
    for road in main_roads():
        strip = shapely.intersection(road.reserve, draw().land)
        rest = shapely.difference(strip, taken)
        taken = shapely.union(taken, strip)
        made.append((road.key, road.name_ar, road.name_en, rest, "reserve"))
    return made


def _heritage() -> list[Shape]:
    areas = {area.code: area for area in draw().areas}
    made: list[Shape] = []
    for n, (area, name_ar, name_en, at, radius) in enumerate(HERITAGE, start=1):
        centre = frame_of(areas[area]).world(np.array(at))
        spot = shapely.Point(centre).buffer(radius, quad_segs=4)
        shape = shapely.intersection(spot, draw().land)
        made.append((f"demo-heritage-{n:02d}", name_ar, name_en, shape, "site"))
    return made


def _write(code: str, found: list[Shape]) -> int:
    layer = ThemeLayer.objects.create(
        theme=Theme.objects.get(code=code),
        valid=DateRange(SINCE, None),
        source=SOURCE,
        as_of=AS_OF,
    )
    return copy(
        "plots_themefeature",
        {
            "id": reserve_ids("plots_themefeature", len(found)),
            "layer_id": [layer.pk] * len(found),
            "register_key": [row[0] for row in found],
            "name_ar": [row[1] for row in found],
            "name_en": [row[2] for row in found],
            "shape": shapes(np.asarray([row[3] for row in found], dtype=object)),
            "attributes": [f'{{"part": "{row[4]}"}}' for row in found],
        },
    )
