"""The ground can be another: a style of any address, or the city's own PMTiles archive."""

import functools
import http.server
import io
import json
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import geopandas
import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely
from csp.utils import build_policy
from PIL import Image

from geo_portal.home import headers
from geo_portal.settings.environment import origins
from geo_portal.settings.policy import directives
from municipality import crs
from tests.builders import EAST, NORTH, square

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HALF_M = 400  # half the side of the block that a basemap draws in the middle of the city
BESIDE_PX = 220  # from the middle: outside the block at zoom 14 (some 4.4 m a pixel)
GREEN = (0, 200, 0)
NOWHERE = "/#14/{lat:.6f}/{lon:.6f}"


def block() -> geopandas.GeoDataFrame:
    """The block in degrees, with another beside it."""
    shapes = [square(-HALF_M, -HALF_M, 2 * HALF_M), square(3000, 0, 500)]
    frame = geopandas.GeoDataFrame({"name": ["middle", "east"]}, geometry=shapes, crs=crs.METRIC)
    return frame.to_crs(crs.LONLAT)


def style() -> dict[str, object]:
    """A style whose names are those of our own layers and whose data lie beside it."""
    return {
        "version": 8,
        "sources": {"plots": {"type": "geojson", "data": "block.geojson", "attribution": "<b>Them</b>"}},
        "layers": [
            {"id": "sea", "type": "background", "paint": {"background-color": "#ffffff"}},
            {"id": "land", "type": "fill", "source": "plots", "paint": {"fill-color": "#00c800"}},
        ],
    }  # fmt: skip


class Sharing(http.server.SimpleHTTPRequestHandler):
    """Another host that lets pages of ours read its files."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def other_host(tmp_path: Path) -> Iterator[str]:
    """A second origin on this machine that serves the style and its data."""
    (tmp_path / "style.json").write_text(json.dumps(style()), encoding="utf-8")
    (tmp_path / "block.geojson").write_text(block().to_json(), encoding="utf-8")
    handler = functools.partial(Sharing, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def seen(visit) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the colours of the map in its middle, where the block is, and beside it."""
    lon, lat = crs.lonlat(EAST, NORTH)
    visit.go(NOWHERE.format(lat=lat, lon=lon))
    png = visit.page.locator("#map canvas").screenshot()
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    y, x = picture.shape[0] // 2, picture.shape[1] // 2
    around = picture[y + 20 : y + 40, x + 20 : x + 40].reshape(-1, 3)  # beside the cross hairs
    beside = picture[y + 20 : y + 40, x + BESIDE_PX : x + BESIDE_PX + 20].reshape(-1, 3)
    return tuple(np.median(around, axis=0)), tuple(np.median(beside, axis=0))


def test_a_style_of_another_host_is_drawn_where_the_settings_name_it(
    look, live_server, settings, monkeypatch, other_host
) -> None:
    settings.GEO_MAP_STYLE_LIGHT = f"{other_host}/style.json"
    allowed = directives(map_hosts=origins(settings.GEO_MAP_STYLE_LIGHT))
    made = build_policy(config=allowed)
    monkeypatch.setattr(headers, "policy", lambda: made)
    visit = look(whole_pixels=True)
    middle, beside = seen(visit)
    assert middle == GREEN
    assert beside == (255, 255, 255)  # their ground in place of our land
    assert "Them" in visit.page.inner_text(".attrib")
    assert {url.startswith(other_host) for url in visit.foreign} == {True}
    assert not visit.complaints


def test_no_other_host_is_asked_that_the_settings_do_not_name(look, settings, other_host) -> None:
    settings.GEO_MAP_STYLE_LIGHT = f"{other_host}/style.json"  # but the policy is that of no style
    visit = look(whole_pixels=True)
    middle, beside = seen(visit)
    assert middle == beside  # our own plain land
    assert visit.page.locator("html").get_attribute("data-basemap") == "failed"
    assert any("Content Security Policy" in text for text in visit.complaints)


def test_a_style_of_our_own_host_needs_no_leave(look, live_server, settings, tmp_path) -> None:
    made = style()
    made["sources"] = {"plots": {"type": "geojson", "data": json.loads(block().to_json())}}
    visit = look(whole_pixels=True)
    settings.GEO_MAP_STYLE_LIGHT = "/static/city-style.json"
    visit.page.route("**/static/city-style.json", lambda route: route.fulfill(json=made))
    middle, beside = seen(visit)
    assert (middle, beside) == (GREEN, (255, 255, 255))
    visit.assert_clean()


@pytest.fixture
def archive(tmp_path: Path, settings) -> Path:
    """A PMTiles file as GDAL writes it, named in the settings."""
    path = tmp_path / "city.pmtiles"
    pyogrio.write_dataframe(
        block(), path, layer="blocks", driver="PMTiles", layer_options={"MINZOOM": 0, "MAXZOOM": 13}
    )
    settings.GEO_MAP_PMTILES = str(path)
    return path


def test_an_archive_of_the_city_is_read_in_ranges_and_lies_under_our_layers(look, archive) -> None:
    visit = look(whole_pixels=True)
    parts = []
    visit.page.on("response", lambda r: "basemap.pmtiles" in r.url and parts.append(r.status))
    middle, beside = seen(visit)
    assert middle != beside  # the block, over our own land
    assert parts and set(parts) == {206}
    visit.assert_clean()
    visit.assert_accessible()


def test_pages_without_an_archive_do_not_load_its_reader(look, live_server) -> None:
    visit = look(whole_pixels=True)
    scripts = []
    visit.page.on("request", lambda r: r.url.endswith(".js") and scripts.append(r.url))
    middle, beside = seen(visit)
    assert middle == beside
    assert scripts and not [url for url in scripts if "archive" in url]


def test_a_file_that_is_no_archive_leaves_the_plain_map(look, settings, tmp_path) -> None:
    path = tmp_path / "city.pmtiles"
    path.write_bytes(b"no archive" * 100)
    settings.GEO_MAP_PMTILES = str(path)
    visit = look(whole_pixels=True)
    middle, beside = seen(visit)
    assert middle == beside
    assert visit.page.locator("html").get_attribute("data-basemap") == "failed"
    visit.assert_clean()


def varint(value: int) -> bytes:
    """Write a number as PMTiles and protobuf do."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def one_tile_archive(path: Path, layers: list[dict[str, object]]) -> None:
    """Write a PMTiles v3 file of one uncompressed vector tile, the whole world at zoom 0."""
    tile = mapbox_vector_tile.encode(layers)
    names = {"vector_layers": [{"id": layer["name"], "fields": {}} for layer in layers]}
    meta = json.dumps(names | {"attribution": "OSM"}).encode()
    root = b"".join(
        varint(n) for n in (1, 0, 1, len(tile), 1)
    )  # entries, id, run, length, offset + 1
    parts, at = [], 127
    for part in (root, meta, b"", tile):
        parts += [at, len(part)]
        at += len(part)
    head = b"PMTiles" + struct.pack("<B8Q3Q", 3, *parts, 1, 1, 1)
    head += struct.pack("<6B", 1, 1, 1, 1, 0, 0)  # clustered, no compression, MVT, zooms 0 to 0
    head += struct.pack("<4iB2i", -(10**7) * 180, -(10**7) * 85, 10**7 * 180, 10**7 * 85, 0, 0, 0)
    path.write_bytes(head + root + meta + tile)


def test_an_archive_in_the_schema_of_protomaps_replaces_the_ground(
    look, settings, tmp_path
) -> None:
    path = tmp_path / "city.pmtiles"
    world = shapely.box(0, 0, 4096, 4096)
    kinds = {"earth": "earth", "water": "ocean", "roads": "highway", "places": "locality"}
    shapes = {
        "earth": world,
        "water": world,
        "roads": shapely.LineString(world.exterior),
        "places": world.centroid,
    }
    one_tile_archive(
        path,
        [
            {"name": n, "features": [{"geometry": shapes[n], "properties": {"kind": kinds[n]}}]}
            for n in kinds
        ],
    )
    settings.GEO_MAP_PMTILES = str(path)
    visit = look(whole_pixels=True)
    middle, beside = seen(visit)
    assert middle == beside
    assert middle[2] > middle[0] + 10  # all is their sea, none of it our land
    assert "OSM" in visit.page.inner_text(".attrib")
    visit.assert_clean()
