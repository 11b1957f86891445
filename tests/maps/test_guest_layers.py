"""Guest layers: lon/lat tables drawn like any other layer, held to no extent."""

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import GEOSGeometry

from maps.models import GuestFeature, GuestLayer
from maps.tilejson import tile_of
from municipality import crs


@pytest.fixture
def lakes(db):
    layer = GuestLayer.objects.create(code="lakes", name_ar="بحيرات", name_en="Lakes")
    for n, wkt in enumerate(
        (
            "POLYGON((6 46,7 46,7 47,6 47,6 46))",
            "POLYGON((-180 60,180 60,180 90,-180 90,-180 60))",  # over the edge of Web Mercator
        )
    ):
        GuestFeature.objects.create(
            layer=layer,
            shape=GEOSGeometry(wkt, srid=crs.LONLAT),
            attributes={"name": f"بحيرة {n}", "depth_m": 10.5 * n, "deep": bool(n)},
        )
    return layer


def test_a_guest_layer_is_drawn_wherever_it_lies(lakes, client):
    for lon, lat, n in ((6.5, 46.5, 0), (100.0, 75.0, 1)):
        for z in (0, 5, 10):
            at = tile_of(lon, lat, z)
            body = client.get(f"/tiles/lakes/{z}/{at.x}/{at.y}.mvt").content
            found = mapbox_vector_tile.decode(body)["lakes"]["features"]
            names = {f["properties"]["name"] for f in found}
            assert f"بحيرة {n}" in names


def test_its_tilejson_points_at_it(lakes, client):
    told = client.get("/tiles/lakes.json").json()
    at = tile_of(*told["center"])
    body = client.get(f"/tiles/lakes/{at.z}/{at.x}/{at.y}.mvt").content
    assert mapbox_vector_tile.decode(body)["lakes"]["features"]


def test_an_imported_swap_under_the_same_code_is_seen_at_once(lakes, client):
    at = tile_of(6.5, 46.5, 9)
    url = f"/tiles/lakes/9/{at.x}/{at.y}.mvt"
    assert client.get(url).content
    lakes.delete()
    assert client.get(url).status_code == 404
    GuestLayer.objects.create(code="lakes", name_ar="بحيرات", name_en="Lakes")
    assert client.get(url).content == b""
