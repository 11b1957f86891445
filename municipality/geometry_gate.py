"""The one door for geometry that a client sends: GeoJSON text or lon/lat numbers.

What was validated is what is stored.  Refused, each with a sentence: a ``crs`` member, a type
that was not asked for, NaN and infinities, too many vertices, an invalid shape, a place outside
the city (with a guess at what went wrong: swapped axes, or a survey datum taken for WGS 84).
"""

import json
import math
from collections.abc import Collection
from typing import Any, NoReturn

import numpy as np
import shapely
from django.http import HttpRequest
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from municipality import asked, crs
from municipality.conf import PROFILE
from municipality.digits import NotANumber, number
from municipality.located import DEFAULT_ACCURACY_M
from municipality.problems import Problem, bad_value
from municipality.profiles import Operation
from municipality.words import Text

MAX_VERTICES = 10_000  # guards.md threat 13: per feature on public doors
MAX_TEXT = 2_000_000  # characters of GeoJSON read at all
MAX_ACCURACY_M = 5_000.0  # a fix worse than this names no place in a city
ROUND_FROM_M = 10.0  # from here two readings of the same numbers are told apart in whole metres

OUTSIDE = Text(
    "الموقع خارج حدود {city}. تحقق من الإحداثيات.",
    "The position lies outside {city_en}. Check the coordinates.",
)
SWAPPED = Text(
    "يبدو أن خط الطول وخط العرض معكوسان: اكتب خط الطول أولًا ({lon}) ثم خط العرض ({lat}).",
    "Longitude and latitude seem to be swapped: "
    "give longitude ({lon}) first, then latitude ({lat}).",
)
METRES = Text(
    "هذه أمتار لا درجات، ويبدو أنها بنظام {first_ar}. حوّلها إلى خط طول وخط عرض، "
    "أو اختر هذا النظام عند إرفاق الملف.",
    "These are metres, not degrees; they look like {first_en}. Turn them into longitude and "
    "latitude, or choose that system when you attach a file.",
)
METRES_OF_SEVERAL = Text(
    "هذه أمتار لا درجات، وتقع داخل المدينة إن كانت بنظام {first_ar}، أو بنظام {others_ar}. "
    "الأرقام وحدها لا تبيّن أيها: اعرف نظامها من مصدرها، ثم حوّلها إلى خط طول وخط عرض، "
    "أو اختر ذلك النظام عند إرفاق الملف.",
    "These are metres, not degrees; they lie in the city as {first_en}, and also as {others_en}. "
    "The numbers alone do not say which: learn the system from their source, then turn them into "
    "longitude and latitude, or choose that system when you attach a file.",
)
AWAY = Text("{system_ar} (على بُعد {metres} م من الأول)", "{system_en} ({metres} m from the first)")


class _NotJSON(ValueError):
    """A reason of ours, in both languages."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def _no_constants(name: str) -> NoReturn:
    raise _NotJSON(Text(f"{name} ليست من JSON", f"{name} is not JSON"))


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotJSON(Text("مفتاح مكرر", "a key stands twice"))
    return found


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _NotJSON(Text(f"{text[:40]} ليس عددًا منتهيًا", f"{text[:40]} is not finite"))
    return value


def strict_json(text: str | bytes) -> Any:
    """Read JSON without NaN, infinities, overflows and doubled keys; raises Problem 400."""
    try:
        return json.loads(
            text,
            parse_constant=_no_constants,
            object_pairs_hook=_no_duplicates,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        why = _why_not_json(error)
        raise Problem(
            400,
            "not_json",
            Text(
                f"النص المرسل ليس JSON صحيحًا: {why.ar}.", f"The body is not valid JSON: {why.en}."
            ),
        ) from None


def _why_not_json(error: Exception) -> Text:
    """Say in our words what the parser says in its own, which are English only."""
    if isinstance(error, _NotJSON):
        return error.why
    if isinstance(error, json.JSONDecodeError):
        return Text(
            f"الخطأ في السطر {error.lineno}، العمود {error.colno}",
            f"it breaks off at line {error.lineno}, column {error.colno}",
        )
    if isinstance(error, UnicodeDecodeError):
        return Text("ليس نصًا بترميز UTF-8", "it is not text in UTF-8")
    if isinstance(error, RecursionError):
        return Text("تداخل أعمق من المسموح", "it is nested too deeply")
    return Text("فيه عدد أطول من المسموح", "a number in it is too long")


def _readings(x: float, y: float) -> list[tuple[Operation, float, float]]:
    """Return every metric system in which two numbers lie in the city, with METRIC x, y."""
    west, south, east, north = crs.metric_extent()
    found = []
    for system in PROFILE.systems.values():
        if system.geographic:
            continue
        there = crs.transform_to_metric(np.array([x]), np.array([y]), srid=system.srid)
        east_m, north_m = float(there[0][0]), float(there[1][0])
        if west <= east_m <= east and south <= north_m <= north:
            found.append((system, east_m, north_m))
    return found


def _metres(readings: list[tuple[Operation, float, float]]) -> Text:
    """Name every system the numbers fit and how far its reading lies off; choose none."""
    (first, x, y), *others = readings
    rest = []
    for system, other_x, other_y in others:
        away = math.hypot(other_x - x, other_y - y)
        rest.append(
            AWAY.with_values(
                system_ar=system.name_ar,
                system_en=system.name_en,
                metres=f"{away:.0f}" if away >= ROUND_FROM_M else f"{away:.1f}",
            )
        )
    return (METRES_OF_SEVERAL if rest else METRES).with_values(
        first_ar=first.name_ar,
        first_en=first.name_en,
        others_ar="، أو بنظام ".join(text.ar for text in rest),
        others_en=", or ".join(text.en for text in rest),
    )


def looks_like(lon: float, lat: float) -> Text:
    """Say what coordinates outside the city probably are."""
    if crs.in_extent(lat, lon):
        return SWAPPED.with_values(lon=f"{lat:g}", lat=f"{lon:g}")
    if (abs(lon) > 180 or abs(lat) > 90) and (readings := _readings(lon, lat)):
        return _metres(readings)
    return OUTSIDE.with_values(city=PROFILE.name_ar, city_en=PROFILE.name_en)


def _coordinate(name: str, value: str | float | None) -> float:
    if value is None or value == "":
        raise bad_value(
            name,
            Text(f"ينقص الحقل {name}.", f"The value {name} is missing."),
            status=400,
            code="missing_value",
        )
    try:
        return number(value) if isinstance(value, str) else _finite(str(value))
    except (NotANumber, ValueError):
        raise bad_value(
            name, Text(f"قيمة {name} ليست رقمًا.", f"The value of {name} is not a number.")
        ) from None


def position(*, lon: str | float | None, lat: str | float | None) -> Point:
    """Read a WGS 84 position and give it in METRIC; raises Problem 400 or 422."""
    x, y = _coordinate("lon", lon), _coordinate("lat", lat)
    if not crs.in_extent(x, y):
        raise bad_value("lon", looks_like(x, y), code="outside_city")
    return crs.metric_point(x, y)


def accuracy(value: str | float | None, *, default: float) -> float:
    """Read the accuracy of a position in metres (0 to MAX_ACCURACY_M); raises Problem 422."""
    if value is None or value == "":
        return default
    metres = _coordinate("accuracy_m", value)
    if not 0 <= metres <= MAX_ACCURACY_M:
        raise bad_value(
            "accuracy_m",
            Text(
                f"الدقة بالأمتار بين 0 و{MAX_ACCURACY_M:g}.",
                f"The accuracy is in metres, 0 to {MAX_ACCURACY_M:g}.",
            ),
        )
    return metres


def fix(request: HttpRequest) -> tuple[Point, float]:
    """Read the position a query string asks about: METRIC point and accuracy in metres."""
    point = position(lon=asked.one(request, "lon"), lat=asked.one(request, "lat"))
    return point, accuracy(asked.one(request, "accuracy_m"), default=DEFAULT_ACCURACY_M)


def _check_numbers(shape: BaseGeometry) -> None:
    if shapely.get_num_coordinates(shape) > MAX_VERTICES:
        raise bad_value(
            "geometry",
            Text(
                f"الشكل يزيد على {MAX_VERTICES:,} نقطة.",
                f"The shape has more than {MAX_VERTICES:,} points.",
            ),
            status=413,
            code="too_many_vertices",
        )
    if not np.isfinite(shapely.get_coordinates(shape)).all() or shape.is_empty:
        raise bad_value(
            "geometry", Text("في الشكل إحداثيات ناقصة.", "The shape has missing coordinates.")
        )


def _in_metric(shape: BaseGeometry, srid: int) -> BaseGeometry:
    """Turn a shape of a system into METRIC; raises Problem 422 for one outside the city."""
    if srid == crs.LONLAT:
        west, south, east, north = shape.bounds
        for lon, lat in ((west, south), (east, north)):
            if not crs.in_extent(lon, lat):
                raise bad_value("geometry", looks_like(lon, lat), code="outside_city")
    metric: BaseGeometry = crs.to_metric([shape], srid=srid)[0]
    west, south, east, north = crs.metric_extent()
    left, bottom, right, top = metric.bounds
    if srid != crs.LONLAT and not (
        west <= left and right <= east and south <= bottom and top <= north
    ):
        raise bad_value(
            "geometry",
            OUTSIDE.with_values(city=PROFILE.name_ar, city_en=PROFILE.name_en),
            code="outside_city",
        )
    return metric


def system(text: object) -> int:
    """Read a system written ``EPSG:n`` that the city takes; raises Problem 422."""
    number_of = str(text).upper().removeprefix("EPSG:") if isinstance(text, str) else ""
    known = ", ".join(f"EPSG:{srid}" for srid in sorted(PROFILE.systems))
    if not (number_of.isascii() and number_of.isdigit() and len(number_of) < 7):
        number_of = "0"
    if int(number_of) not in PROFILE.systems:
        raise bad_value("crs", Text(f"المقبول: {known}.", f"Accepted systems: {known}."))
    return int(number_of)


def shape_from_geojson(
    geometry: dict[str, Any] | str | bytes, *, kinds: Collection[str], srid: int = crs.LONLAT
) -> BaseGeometry:
    """Read one GeoJSON geometry and give it, 2D and valid, in METRIC.

    ``kinds`` are the GeoJSON types taken; ``srid`` is the system its numbers are in, WGS 84
    unless the address says otherwise.  Raises Problem 400, 413 or 422; stores nothing.
    """
    if isinstance(geometry, str | bytes):
        if len(geometry) > MAX_TEXT:
            raise bad_value(
                "geometry", Text("النص أطول من المسموح.", "The text is too long."), status=413
            )
        geometry = strict_json(geometry)
    if not isinstance(geometry, dict) or geometry.get("type") not in kinds:
        raise bad_value(
            "geometry/type",
            Text(f"المقبول: {', '.join(kinds)}.", f"Accepted types: {', '.join(kinds)}."),
        )
    if "crs" in geometry:
        raise bad_value(
            "geometry/crs",
            Text(
                "GeoJSON بنظام WGS 84 دائمًا؛ احذف الحقل crs.", "GeoJSON is always WGS 84; drop crs."
            ),
        )
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
    except (shapely.GEOSException, ValueError, RecursionError):
        raise bad_value(
            "geometry", Text("تعذرت قراءة الشكل.", "The shape could not be read.")
        ) from None
    shape = shapely.force_2d(shape)
    _check_numbers(shape)
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise bad_value(
            "geometry",
            Text("الشكل غير صحيح هندسيًا: يقطع نفسه.", f"The shape is not valid: {reason}."),
        )
    return _in_metric(shape, srid)


def area_from_text(text: str, *, kinds: Collection[str]) -> BaseGeometry:
    """Read GeoJSON or WKT in WGS 84 and give it, 2D and valid, in METRIC.

    Raises Problem 400, 413 or 422 as ``shape_from_geojson``, through which both go.
    """
    if len(text) > MAX_TEXT or text.lstrip()[:1] in ("{", ""):
        return shape_from_geojson(text, kinds=kinds)
    try:
        shape = shapely.from_wkt(text)
        written = shapely.geometry.mapping(shapely.force_2d(shape))
    except (shapely.GEOSException, ValueError, RecursionError, AttributeError):
        raise bad_value(
            "geometry",
            Text(
                "تعذرت قراءة الشكل: اكتبه بصيغة GeoJSON أو WKT.",
                "The shape could not be read: write it as GeoJSON or WKT.",
            ),
        ) from None
    return shape_from_geojson(dict(written), kinds=kinds)
