"""Which column of the file carries which field: by a TOML mapping, else by usual names.

A mapping is a TOML file::

    source = "MyLA311"                # constants may also stand in [constants]
    [columns]
    category = "RequestType"          # field = column
    [words.status]
    "Closed" = "closed"               # the file's word = our code
    [geometry]
    lon = "Longitude"                 # or wkt = "the_geom"
    lat = "Latitude"
    [time]
    format = "%m/%d/%Y %I:%M:%S %p"   # strptime; without it the usual forms are tried
    zone = "America/Los_Angeles"      # without it the city's
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from municipality.importing.fields import LAT_NAMES, LON_NAMES, SHAPE_NAMES, Field

MAPS = Path(__file__).parent / "maps"


class MappingError(ValueError):
    """The mapping cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A mapping as it was read; empty where none was given."""

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    geometry: Mapping[str, str] = field(default_factory=dict)
    time: Mapping[str, str] = field(default_factory=dict)

    def shape_hints(self) -> tuple[str, ...]:
        """Names of columns that may hold the shape as text, the named one first."""
        own = self.geometry.get("wkt") or self.columns.get("geometry")
        return (own, *SHAPE_NAMES) if own else SHAPE_NAMES


def _texts(data: Mapping[str, Any], path: str, where: str) -> dict[str, str]:
    found = {}
    for key, value in data.items():
        if isinstance(value, dict | list):
            raise MappingError(f"{path}: {where}.{key} is a text, not {type(value).__name__}")
        found[key] = str(value)
    return found


def load_map(text: str, *, known: Sequence[str]) -> FieldMap:
    """Read a mapping: a path, or the name of one that comes with the platform.

    ``known`` are the importer's fields; another name is a MappingError, not a silence.
    """
    path = Path(text)
    if not path.is_file() and (MAPS / f"{text}.toml").is_file():
        path = MAPS / f"{text}.toml"
    try:
        return parse_map(path.read_text(encoding="utf-8"), name=path.name, known=known)
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise MappingError(f"{path}: {error}") from None


def parse_map(text: str, *, name: str, known: Sequence[str]) -> FieldMap:
    """Read a mapping from its text; ``name`` stands in the messages.  Raises MappingError."""
    path = name
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{path}: {error}") from None
    tables = {key: value for key, value in data.items() if isinstance(value, dict)}
    plain = {key: str(value) for key, value in data.items() if not isinstance(value, dict | list)}
    made = FieldMap(
        columns=_texts(tables.get("columns", {}), path, "columns"),
        constants={**_texts(tables.get("constants", {}), path, "constants"), **plain},
        words={
            key: _texts(value, path, f"words.{key}")
            for key, value in tables.get("words", {}).items()
        },
        geometry=_texts(tables.get("geometry", {}), path, "geometry"),
        time=_texts(tables.get("time", {}), path, "time"),
    )
    unknown = {*made.columns, *made.constants, *made.words} - {*known, "geometry"}
    if unknown:
        raise MappingError(f"{path}: no such field: {', '.join(sorted(unknown))}")
    return made


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands in the file: positions of columns, or None."""

    fields: Mapping[str, int]
    lon: int | None
    lat: int | None
    unused: tuple[str, ...]

    def named(self, names: Sequence[str]) -> dict[str, str]:
        """Field to column name, for the report."""
        return {name: names[position] for name, position in self.fields.items()}


def match(*, names: Sequence[str], fields: Sequence[Field], chosen: FieldMap) -> Columns:
    """Match columns to fields, in any case; a column named in the mapping must exist.

    Raises MappingError.
    """
    lowered: dict[str, int] = {}
    for position, name in enumerate(names):
        lowered.setdefault(name.strip().lower(), position)

    taken: set[int] = set()

    def find(asked: str | None, usual: Sequence[str]) -> int | None:
        if asked:
            if asked.strip().lower() not in lowered:
                raise MappingError(f"the file has no column {asked!r}; it has {', '.join(names)}")
            return lowered[asked.strip().lower()]
        free = (lowered[name] for name in usual if name in lowered)
        return next((position for position in free if position not in taken), None)

    found: dict[str, int] = {}
    for one in fields:
        if one.name in chosen.constants:
            continue
        at = find(chosen.columns.get(one.name), one.names)
        if at is not None:
            found[one.name] = at
            taken.add(at)
    lon = find(chosen.geometry.get("lon"), LON_NAMES)
    lat = find(chosen.geometry.get("lat"), LAT_NAMES)
    used = {*found.values(), lon, lat}
    unused = tuple(name for position, name in enumerate(names) if position not in used)
    return Columns(found, lon, lat, unused)
