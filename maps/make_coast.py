#!/usr/bin/env python
"""Make ``maps/static/maps/coast.geojson``: the land around Muscat, from the GSHHG coastline.

Not part of the set-up; the result is committed.  To run it again (Debian):

    apt-get install gmt-gshhg-full netcdf-bin
    .venv/bin/python maps/make_coast.py

Input: ``binned_GSHHS_f.nc`` (full resolution, WGS 84), which keeps shorelines in bins of one
degree as segments of 16-bit offsets; ``ncdump`` reads it.  Output: land polygons, longitude and
latitude with 5 decimals (about 1 m; the coastline itself is good to a hundred metres or so).
"""

import argparse
import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

GSHHG = Path("/usr/share/gmt-gshhg/binned_GSHHS_f.nc")
OUT = Path(__file__).resolve().parents[1] / "maps" / "static" / "maps" / "coast.geojson"
EXTENT = (57.5, 22.6, 59.6, 24.2)  # west, south, east, north: the governorate and a margin
INSIDE_THE_LAND = (58.2, 23.3)  # tells which side of a segment is land
FILL = -32767  # of a short; ncdump prints it as _, here it is a value like any other
STEPS = 65535  # offsets in a bin: 1/65535 of a degree
DECIMALS = 5
SMALLEST_DEG2 = 2e-7  # about 2,000 m2: smaller islets are noise at every zoom we draw

Numbers = NDArray[np.int64]


def read(name: str, source: Path) -> Numbers:
    """Return one variable of the file as whole numbers, through ``ncdump``."""
    dump = subprocess.run(
        ["ncdump", "-v", name, str(source)], check=True, capture_output=True, text=True
    ).stdout
    data = dump.rsplit(f"\n {name} = ", 1)[1].split(";", 1)[0]
    plain = data.replace("_", str(FILL)).strip()
    return np.array(re.split(r",\s*", plain), dtype=np.int64)


def shorelines(source: Path, bins: list[tuple[int, int]]) -> list[LineString]:
    """Return the segments of level 1 (land against sea) in bins named by (lon, lat)."""
    first = read("Id_of_first_segment_in_a_bin", source)
    count = read("N_segments_in_a_bin", source)
    packed = read("Embedded_npts_levels_exit_entry_for_a_segment", source)
    start = read("Id_of_first_point_in_a_segment", source)
    east = read("Relative_longitude_from_SW_corner_of_bin", source) % 65536
    north = read("Relative_latitude_from_SW_corner_of_bin", source) % 65536
    lines = []
    for lon, lat in bins:
        number = (89 - lat) * 360 + lon
        for segment in range(first[number], first[number] + count[number]):
            points, level = packed[segment] >> 9, (packed[segment] >> 6) & 7
            if level != 1:
                continue
            part = slice(start[segment], start[segment] + points)
            lines.append(
                LineString(np.column_stack((lon + east[part] / STEPS, lat + north[part] / STEPS)))
            )
    return lines


def faces(lines: list[LineString], bins: list[tuple[int, int]]) -> list[Polygon]:
    """Cut the bins into faces along the shorelines."""
    frames = [box(lon, lat, lon + 1, lat + 1).exterior for lon, lat in bins]
    noded = shapely.unary_union([*lines, *frames], grid_size=1e-9)
    return list(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))


def side(face: Polygon, tree: shapely.STRtree, lines: list[LineString]) -> int:
    """Return +1 if shorelines run counter-clockwise round the face, -1 clockwise, 0 if none."""
    ring = np.asarray(shapely.geometry.polygon.orient(face).exterior.coords)
    for a, b in pairwise(ring):
        edge = LineString([a, b])
        for found in tree.query(edge.centroid, predicate="dwithin", distance=1e-7):
            step = lines[found].project(shapely.Point(b)) - lines[found].project(shapely.Point(a))
            if abs(abs(step) - edge.length) < 1e-7:  # not the edge where a closed line begins
                return int(np.sign(step))
    return 0


def land(source: Path) -> MultiPolygon:
    """Return the land of the extent."""
    west, south, east, north = EXTENT
    bins = [
        (lon, lat)
        for lat in range(int(south), int(np.ceil(north)))
        for lon in range(int(west), int(np.ceil(east)))
    ]
    lines = shorelines(source, bins)
    tree = shapely.STRtree(lines)
    cut = faces(lines, bins)
    turns = [side(face, tree, lines) for face in cut]
    marker = shapely.Point(INSIDE_THE_LAND)
    land_turn = next(turn for face, turn in zip(cut, turns, strict=True) if face.covers(marker))
    shore = [face for face, turn in zip(cut, turns, strict=True) if turn == land_turn]
    blank = [face for face, turn in zip(cut, turns, strict=True) if turn == 0]
    whole = shapely.unary_union([*shore, *_inland(blank, shapely.unary_union(shore))])
    clipped = shapely.intersection(whole, box(*EXTENT))
    rounded = shapely.set_precision(clipped, 10**-DECIMALS)
    parts = [part for part in shapely.get_parts(rounded) if part.area >= SMALLEST_DEG2]
    return MultiPolygon(sorted(parts, key=lambda part: -part.area))


def _inland(blank: list[Polygon], shore: BaseGeometry) -> list[Polygon]:
    """Return the bins without shoreline that share an edge with land."""
    return [
        face for face in blank if shapely.length(shapely.intersection(face.exterior, shore)) > 0.5
    ]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=GSHHG)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    features = [
        {
            "type": "Feature",
            "properties": {"class": "land"},
            "geometry": mapping(shapely.geometry.polygon.orient(part)),
        }
        for part in land(args.source).geoms
    ]
    collection = {
        "type": "FeatureCollection",
        "bbox": list(EXTENT),
        "attribution": "GSHHG 2.3.7, LGPL-3.0-or-later",
        "features": features,
    }
    text = json.dumps(collection, separators=(",", ":"))
    text = re.sub(r"(\d+\.\d{1,5})\d*", r"\1", text)
    args.out.write_text(text + "\n", encoding="utf-8")
    print(f"{args.out}: {len(features)} polygons, {len(text) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
