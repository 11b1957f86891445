"""What the map is told of roads and of wadis, so that it draws them true."""

import datetime as dt
import math

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import LineString, MultiLineString

from maps.layers import Viewer, declared
from maps.tiles import TileAddress, tile
from municipality import crs
from plots.models import Road, ThemeFeature
from tests.builders import EAST, NORTH, a_theme_layer, square

pytestmark = pytest.mark.django_db
Z = 16


def drawn(name: str) -> list[dict]:
    """Return the properties of a layer's features in the tile of the city's middle."""
    lon, lat = crs.lonlat(EAST, NORTH)
    n = 2**Z
    x = int((lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    viewer = Viewer(frozenset(), dt.date(2026, 1, 1))
    body = tile(declared()[name], at=TileAddress(Z, x, y), viewer=viewer)
    return [f["properties"] for f in mapbox_vector_tile.decode(body)[name]["features"]]


def test_a_road_carries_its_width_and_none_where_it_is_unknown() -> None:
    for key, width in (("a", 28.0), ("b", None)):
        line = LineString((EAST - 50, NORTH), (EAST + 50, NORTH), srid=crs.METRIC)
        Road.objects.create(
            register_key=key,
            road_class="main",
            width_m=width,
            centre_line=MultiLineString(line, srid=crs.METRIC),
        )
    assert [p.get("width_m") for p in drawn("roads")] == [28.0, None]


def test_the_strip_of_a_wadi_is_told_from_its_course_where_the_source_does() -> None:
    a_theme_layer("wadi", [square(-20, -20, 40), square(-40, -20, 20), square(20, -20, 20)])
    parts = ("channel", "strip", None)
    for feature, part in zip(ThemeFeature.objects.order_by("id"), parts, strict=True):
        feature.attributes = {"part": part} if part else {}
        feature.save(update_fields=["attributes"])
    assert [p.get("part") for p in drawn("restrictions")] == ["channel", "strip", None]
