"""The fields an importer knows, the usual names of their columns, and how text becomes values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How the text of a column is read."""

    TEXT = "text"
    NUMBER = "number"  # float, NaN where unknown
    WHOLE = "whole"
    DAY = "day"
    TIME = "time"  # aware moment; a time without zone is the city's
    WORD = "word"  # one of a list of codes


@dataclass(frozen=True, slots=True)
class Field:
    """One value a row may carry.

    ``names`` are usual column names in lower case; ``missing`` is the verdict of a row that
    lacks the value (empty: it may be lacking); ``words`` turn the file's words into codes,
    compared after folding.  A file without the column gives the first it has
    of ``else_from``.
    """

    name: str
    names: tuple[str, ...]
    kind: Kind = Kind.TEXT
    longest: int = 200
    missing: str = ""
    is_key: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    unknown: str = "unknown_word"
    least: float = 0.0
    most: float = 1e12
    else_from: tuple[str, ...] = ()


LON_NAMES = ("lon", "lng", "long", "longitude", "x", "x_coord", "xcoord", "easting", "east")
LAT_NAMES = ("lat", "latitude", "y", "y_coord", "ycoord", "northing", "north")
SHAPE_NAMES = (
    "wkt",
    "ewkt",
    "the_geom",
    "geom",
    "geometry",
    "wkb_geometry",
    "shape",
    "wkt_geom",
    "geo_shape",
    "location",
    "point",
    "georeference",
    "position",
    "geo_point",
)
