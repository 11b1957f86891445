"""Import of roads: centre lines with class and width, from OpenStreetMap or a survey."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from municipality.importing.fields import Field, Kind
from municipality.importing.keyed_swap import Keyed, swap_by_key
from municipality.importing.parts import (
    attributes,
    default_source,
    fill_texts,
    joined,
    keys_or_shapes,
)
from municipality.importing.rows import Rows, as_array
from municipality.importing.spec import LINE, Importer, Job
from municipality.words import Text

# highway and fclass of OpenStreetMap, and our own codes; what is not here is not a road
ROAD_WORDS = {
    "motorway": "motorway", "motorway_link": "motorway", "trunk": "motorway", "trunk_link": "motorway",
    "طريق سريع": "motorway", "main": "main", "primary": "main", "primary_link": "main",
    "secondary": "main", "secondary_link": "main", "شارع رئيسي": "main",
    "minor": "minor", "tertiary": "minor", "tertiary_link": "minor", "unclassified": "minor",
    "residential": "minor", "road": "minor", "شارع": "minor", "living_street": "way", "service": "way",
    "track": "way", "way": "way", "سكة": "way", "busway": "way", "raceway": "way",
    "track_grade1": "way", "track_grade2": "way", "track_grade3": "way", "track_grade4": "way", "track_grade5": "way",
    "path": "path", "footway": "path", "pedestrian": "path", "steps": "path", "cycleway": "path",
    "bridleway": "path", "corridor": "path", "elevator": "path", "ممشى": "path", "platform": "path",
}  # fmt: skip
_STAGED = {
    "register_key": "text", "road_class": "text", "name_ar": "text", "name_en": "text",
    "width_m": "float8", "attributes": "jsonb", "source": "text",
}  # fmt: skip
_ROADS = Keyed(
    table="plots_road",
    shape="centre_line",
    facts=("road_class", "name_ar", "name_en", "width_m", "attributes"),
)
_FIELDS = (
    Field("register_key", ("register_key", "road_id", "osm_id", "id", "fid", "gid", "objectid"), longest=80, is_key=True),
    Field("road_class", ("road_class", "highway", "fclass", "class", "type"), Kind.WORD, words=ROAD_WORDS, unknown="not_a_road"),
    Field("name_ar", ("name_ar", "name:ar", "الاسم"), longest=160),
    Field("name_en", ("name_en", "name:en", "name"), longest=160),
    Field("width_m", ("width_m", "width"), Kind.NUMBER, most=200),
    Field("source", ("source",), longest=200),
)  # fmt: skip


def _classes(rows: Rows) -> None:
    """A road of a file without classes is a street; a row without its class is no road."""
    column = rows.values["road_class"]
    if "road_class" not in rows.columns.fields and column.null_count == rows.count:
        rows.values["road_class"] = pa.array(["minor"] * rows.count, pa.large_string())
        rows.mark("unknown_word", rows.good, "road_class")
        return
    rows.mark("not_a_road", rows.good & ~np.asarray(column.is_valid()))


def _prepare(rows: Rows, job: Job) -> None:
    with rows.check("keys"):
        key = rows.values["register_key"]
        keys_or_shapes(rows, joined("w", key) if rows.opened.kind.startswith("osm") else key)
    with rows.check("classes"):
        _classes(rows)
    if rows.opened.kind.startswith("osm"):  # its name is in the language of the place
        arabic = pc.match_substring_regex(rows.values["name_en"].fill_null(""), "\\p{Arabic}")
        local = pc.if_else(arabic, rows.values["name_en"], None)
        rows.values["name_ar"] = as_array(pc.coalesce(rows.values["name_ar"], local))
    rows.values["attributes"] = attributes(rows)
    fill_texts(rows, "name_ar", "name_en")
    default_source(rows, job)


def _swap(cursor: Any, job: Job) -> dict[str, Any]:
    return swap_by_key(cursor, _ROADS, job)


ROADS = Importer(
    kind="roads",
    title=Text("الطرق", "Roads"),
    shape=LINE,
    fields=_FIELDS,
    staged=_STAGED,
    prepare=_prepare,
    swap=_swap,
    layer_hints=("roads",),
    osm_layer="lines",
    key="register_key",
)
