"""Which system the file is in, and what it probably is where it does not say."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from municipality import crs
from municipality.conf import PROFILE
from municipality.importing.rows import Mask, Rows
from municipality.importing.spec import Job
from municipality.profiles import Operation
from municipality.words import Text

_SAMPLE = 500
SAYS = {
    "prj": Text("ملف prj", "its .prj"),
    "gpkg": Text("حزمة GeoPackage", "the GeoPackage"),
    "fgb": Text("ملف FlatGeobuf", "the FlatGeobuf"),
    "geojson": Text("صيغة GeoJSON", "GeoJSON"),
    "ewkt": Text("نص EWKT", "its EWKT"),
    "osm": Text("صيغة OSM", "OpenStreetMap"),
}


class NoSystem(Exception):
    """The file's system is unknown or not accepted; a row verdict's code and a sentence."""

    def __init__(self, code: str, words: Text) -> None:
        super().__init__(words.en)
        self.code = code
        self.words = words


def in_city(x: NDArray[np.float64], y: NDArray[np.float64], *, srid: int) -> Mask:
    """Tell which positions of an accepted system lie in the city's extent."""
    with np.errstate(all="ignore"):
        if srid == crs.LONLAT:
            lon, lat = x, y
        else:
            east, north = crs.transform_to_metric(x, y, srid=srid)
            lon, lat = crs.transform_from_metric(east, north)
        west, south, e, n = PROFILE.extent
        inside: Mask = (lon >= west) & (lon <= e) & (lat >= south) & (lat <= n)
    return inside


def _sample(rows: Rows) -> NDArray[np.float64]:
    shapes = rows.raw[~shapely.is_missing(rows.raw)][:_SAMPLE]
    found: NDArray[np.float64] = shapely.get_coordinates(shapes)[:20_000]
    return found[np.isfinite(found).all(axis=1)]


def fitting(points: NDArray[np.float64]) -> list[Operation]:
    """List the accepted systems in which most of the coordinates lie in the city."""
    if not len(points):
        return []
    x, y = points[:, 0], points[:, 1]
    return [
        system for srid, system in PROFILE.systems.items() if in_city(x, y, srid=srid).mean() > 0.5
    ]


def probably(rows: Rows) -> Text:
    """Say in words which system a file without one probably is in."""
    found = fitting(_sample(rows))
    if not found:
        return Text(
            "ولا تقع إحداثياته داخل المدينة في أي نظام مقبول.",
            "Its coordinates lie in the city in none of the accepted systems.",
        )
    options = ", ".join(f"--source-crs EPSG:{system.srid}" for system in found)
    ar = "، ".join(system.name_ar for system in found)
    en = ", ".join(system.name_en for system in found)
    return Text(
        f"على الأرجح: {ar}. أعد المحاولة بالخيار {options}.",
        f"Probably {en}. Try again with {options}.",
    )


def _accepted() -> Text:
    listed = ", ".join(f"EPSG:{srid}" for srid in PROFILE.systems)
    return Text(f"المقبول: {listed}.", f"Accepted: {listed}.")


def source_system(rows: Rows, job: Job, *, from_numbers: bool) -> int:
    """Decide the EPSG code of the file's coordinates; raises NoSystem.

    What the operator declares goes before what the file says; plain numbers in columns are
    longitude and latitude if they can be.
    """
    if job.source_crs is not None:
        return job.source_crs
    said = rows.opened.system
    if said is None and from_numbers:
        points = _sample(rows)
        if not len(points) or (abs(points[:, 0]) <= 180).mean() > 0.5:
            return crs.LONLAT
    if said is None:
        words, guess = (
            Text("لا يذكر الملف نظام إحداثياته.", "The file does not say its coordinate system."),
            probably(rows),
        )
        raise NoSystem("missing_crs", Text(f"{words.ar} {guess.ar}", f"{words.en} {guess.en}"))
    srid = said["srid"]
    if srid is None or srid not in PROFILE.systems:
        accepted, by = _accepted(), SAYS.get(said["says"], Text("الملف", "the file"))
        name = said["name"] if srid is None else f"EPSG:{srid} ({said['name']})"
        raise NoSystem(
            "crs_not_accepted",
            Text(
                f"يقول {by.ar} إن النظام {name}، وهو غير مقبول في {PROFILE.name_ar}. {accepted.ar}",
                f"{by.en[0].upper()}{by.en[1:]} says {name}, which {PROFILE.name_en} does not "
                f"accept. {accepted.en}",
            ),
        )
    return int(srid)


def explain_outside(rows: Rows, outside: Mask, *, srid: int) -> None:
    """Give each row outside the city its verdict: what its coordinates probably are."""
    where = np.flatnonzero(outside)
    if not len(where):
        return
    points = shapely.get_coordinates(shapely.get_point(_first_line(rows.raw[where]), 0))
    if len(points) != len(where):
        points = np.array([_first(shape) for shape in rows.raw[where]])
    x, y = points[:, 0], points[:, 1]
    geographic = PROFILE.systems[srid].geographic
    swapped = in_city(y, x, srid=srid)
    small = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    degrees = np.zeros(len(where), dtype=bool)
    metres = np.zeros(len(where), dtype=bool)
    if not geographic:
        degrees = small & (in_city(x, y, srid=crs.LONLAT) | in_city(y, x, srid=crs.LONLAT))
    else:
        for other, system in PROFILE.systems.items():
            if not system.geographic:
                metres |= ~small & in_city(x, y, srid=other)
    rest = ~(swapped | degrees | metres)
    rows.mark("swapped_axes", where[swapped])
    rows.mark("degrees_in_metres", where[degrees & ~swapped])
    rows.mark("metres_in_degrees", where[metres & ~swapped])
    rows.mark("outside_city", where[rest])


def _first_line(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    parts = shapely.get_geometry(shapes, 0)
    rings = shapely.get_exterior_ring(parts)
    found: NDArray[np.object_] = np.where(shapely.is_missing(rings), parts, rings)
    return found


def _first(shape: object) -> tuple[float, float]:
    coordinates = shapely.get_coordinates(shape)
    return tuple(coordinates[0]) if len(coordinates) else (math.nan, math.nan)
