"""Ground: land, wilayats and housing areas, cut as one coverage.

Wilayats are the Voronoi cells of the areas' centre points, joined by wilayat and cut at the
coast and at a plain outline of the governorate: approximate, and marked so.  An area is its
cell within a few kilometres of its centre.  All lines are noded once on a grid of 1 cm, so
that neighbours share every vertex.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

import maps
from municipality import crs

DATA = Path(__file__).parent / "data"
COAST = Path(maps.__file__).parent / "static" / "maps" / "coast.geojson"
GRID_M = 0.01
REACH_M = 2_300.0  # how far an area goes from its centre
VILLAGE_REACH_M = 1_300.0
VILLAGE_WEIGHT = 0.35
SHORE_M = 150.0  # a centre drawn in the sea is moved this far ashore


@dataclass(frozen=True, slots=True)
class Area:
    """One housing area as the demo draws it; ``plot`` is width and depth in metres."""

    code: str
    wilayat: str
    number: int
    name_ar: str
    name_en: str
    aliases: tuple[str, ...]
    centre: Point
    weight: float
    plot: tuple[float, float]
    use: str
    boundary: MultiPolygon


@dataclass(frozen=True, slots=True)
class Ground:
    """Land of the governorate in METRIC, its wilayats and areas."""

    land: BaseGeometry
    wilayats: dict[str, MultiPolygon]
    areas: tuple[Area, ...]


def read(name: str) -> dict[str, Any]:
    """Read a data file of the demo."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def code_of(name_en: str) -> str:
    """Return a stable code made of an English name: ``al_hail_north``."""
    return re.sub(r"[^a-z0-9]+", "_", name_en.lower()).strip("_")


def metric(coordinates: list[list[float]]) -> NDArray[np.float64]:
    """Turn a list of longitude and latitude into METRIC."""
    lonlat = np.asarray(coordinates, dtype=float)
    return np.column_stack(crs.transform_to_metric(lonlat[:, 0], lonlat[:, 1], srid=crs.LONLAT))


@cache
def coast() -> BaseGeometry:
    """Return the land of the basemap in METRIC."""
    features = json.loads(COAST.read_text(encoding="utf-8"))["features"]
    lands = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    return shapely.union_all(crs.to_metric(lands, srid=crs.LONLAT))


@cache
def draw() -> Ground:
    """Draw the ground; no chance is in it."""
    places = read("places")
    outline = Polygon(metric(places["governorate"]["outline"]))
    land = shapely.intersection(coast(), outline, grid_size=GRID_M)
    rows = [(wilayat, row) for wilayat, rows in places["areas"].items() for row in rows]
    centres = metric([row["at"] for _, row in rows])
    discs = [
        Point(centre).buffer(VILLAGE_REACH_M if row["weight"] < VILLAGE_WEIGHT else REACH_M)
        for centre, (_, row) in zip(centres, rows, strict=True)
    ]
    faces, nearest = _faces(land, centres, discs)
    wilayats = {
        wilayat: _whole(
            [face for face, n in zip(faces, nearest, strict=True) if rows[n][0] == wilayat]
        )
        for wilayat in places["areas"]
    }
    areas = [
        _area(wilayat, row, Point(centres[n]), _inside(faces, nearest, n, discs[n]))
        for n, (wilayat, row) in enumerate(rows)
    ]
    return Ground(land, wilayats, tuple(areas))


def _faces(
    land: BaseGeometry, centres: NDArray[np.float64], discs: list[Polygon]
) -> tuple[list[Polygon], NDArray[np.int64]]:
    """Cut the land into faces along all lines; say which centre each face is nearest to."""
    frame = box(*land.bounds).buffer(5_000)
    edges = shapely.voronoi_polygons(
        shapely.multipoints(centres), extend_to=frame, only_edges=True, ordered=False
    )
    lines = [edges, land.boundary, *(disc.exterior for disc in discs)]
    noded = shapely.unary_union(lines, grid_size=GRID_M)
    cut = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inner = shapely.point_on_surface(cut)
    shapely.prepare(land)
    dry = shapely.contains(land, inner)
    where = shapely.get_coordinates(inner[dry])
    apart = np.hypot(*(where[:, None, :] - centres[None, :, :]).transpose(2, 0, 1))
    return list(cut[dry]), apart.argmin(axis=1)


def _inside(
    faces: list[Polygon], nearest: NDArray[np.int64], n: int, disc: Polygon
) -> list[Polygon]:
    return [
        face
        for face, owner in zip(faces, nearest, strict=True)
        if owner == n and disc.contains(face.point_on_surface())
    ]


def _whole(faces: list[Polygon]) -> MultiPolygon:
    joined = shapely.coverage_union_all(np.asarray(faces, dtype=object))
    parts = sorted(shapely.get_parts(joined), key=lambda part: (-part.area, part.bounds))
    return MultiPolygon(parts)


def _area(wilayat: str, row: dict[str, Any], centre: Point, faces: list[Polygon]) -> Area:
    mainland = _whole(faces).geoms[0]  # islets stay with the wilayat
    if not mainland.contains(centre):  # the coastline is good to a hundred metres or so
        centre = shapely.ops.nearest_points(mainland.buffer(-SHORE_M), centre)[0]
    return Area(
        code=code_of(row["en"]) if row["en"].lower() != wilayat else f"{wilayat}_town",
        wilayat=wilayat,
        number=row["number"],
        name_ar=row["ar"],
        name_en=row["en"],
        aliases=tuple(row["aliases"]),
        centre=centre,
        weight=row["weight"],
        plot=tuple(row.get("plot", (20.0, 30.0))),
        use=row.get("use", "residential"),
        boundary=MultiPolygon([mainland]),
    )


def smooth(line: LineString, rounds: int = 3) -> LineString:
    """Round the corners of a line (Chaikin), keeping its ends."""
    xy = np.asarray(line.coords)
    for _ in range(rounds):
        near, far = 0.75 * xy[:-1] + 0.25 * xy[1:], 0.25 * xy[:-1] + 0.75 * xy[1:]
        inner = np.stack((near, far), axis=1).reshape(-1, 2)
        xy = np.vstack((xy[:1], inner, xy[-1:]))
    return LineString(np.round(xy, 2))
