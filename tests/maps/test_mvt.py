"""Our small encoder against two decoders that are not ours: mapbox_vector_tile and GDAL."""

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.mvt import EXTENT, Quads

NUMBER = st.integers(-(2**40), 2**40)
QUAD = st.tuples(st.integers(-9000, 9000), st.integers(-9000, 9000), st.integers(1, 5000))


def quads_tile(*, layer: str, ids, corners, properties) -> bytes:
    """All quads, with nothing fixed."""
    return Quads(ids, corners, {}).tile(layer, np.arange(len(ids)), properties)


def square(x: int, y: int, side: int) -> list[tuple[int, int]]:
    """Clockwise on the screen (y down), from the lower left."""
    return [(x, y + side), (x, y), (x + side, y), (x + side, y + side)]


@given(rows=st.lists(st.tuples(QUAD, NUMBER, st.integers(0, 2**60)), min_size=1, max_size=40))
def test_what_is_written_is_read_back(rows):
    corners = np.array([square(*quad) for quad, _, _ in rows], np.int64)
    numbers = np.array([number for _, number, _ in rows], np.int64)
    ids = np.array([i for _, _, i in rows], np.int64)
    shares = numbers / 7
    body = quads_tile(
        layer="heat", ids=ids, corners=corners, properties={"count": numbers, "value": shares}
    )
    layer = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})["heat"]
    assert layer["extent"] == EXTENT and layer["version"] == 2
    assert [f["id"] for f in layer["features"]] == ids.tolist()
    assert [f["properties"]["count"] for f in layer["features"]] == numbers.tolist()
    assert [f["properties"]["value"] for f in layer["features"]] == shares.tolist()
    for feature, quad in zip(layer["features"], corners.tolist(), strict=True):
        ring = feature["geometry"]["coordinates"][0]
        assert {tuple(p) for p in ring} == {tuple(p) for p in quad}


def test_no_features_is_an_empty_tile():
    none = np.zeros(0, np.int64)
    corners = np.zeros((0, 4, 2), np.int64)
    assert quads_tile(layer="heat", ids=none, corners=corners, properties={"count": none}) == b""


@pytest.mark.parametrize("n", [1, 300])
def test_gdal_reads_the_same_cells(tmp_path, n):
    side = 64
    corners = np.array([square(i % 60 * side, i // 60 * side, side) for i in range(n)], np.int64)
    body = quads_tile(
        layer="heat",
        ids=np.arange(n),
        corners=corners,
        properties={"count": np.arange(n) + 1, "x": np.arange(n) - 5},
    )
    path = tmp_path / "0.mvt"
    path.write_bytes(body)
    table = pyogrio.read_dataframe(path, layer="heat")
    assert sorted(table["count"]) == list(range(1, n + 1))
    assert sorted(table["x"]) == list(range(-5, n - 5))
    assert (table.geometry.area > 0).all() and table.geometry.is_valid.all()


@given(
    rows=st.lists(st.tuples(QUAD, NUMBER, st.floats(0, 1e6)), min_size=1, max_size=30),
    data=st.data(),
)
def test_some_quads_with_what_is_fixed_and_what_is_counted(rows, data):
    corners = np.array([square(*quad) for quad, _, _ in rows], np.int64)
    fixed = np.array([number for _, number, _ in rows], np.int64)
    quads = Quads(np.arange(len(rows)), corners, {"x": fixed, "cell_m": np.full(len(rows), 400)})
    for _ in range(2):  # the second tile from the same quads
        chosen = data.draw(st.lists(st.sampled_from(range(len(rows))), unique=True))
        kept = np.array(sorted(chosen), np.int64)
        values = np.array([rows[i][2] if i % 3 else np.nan for i in kept])
        body = quads.tile("heat", kept, {"count": kept * 1_000, "value": values})
        if not len(kept):
            assert body == b""
            continue
        told = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})["heat"]
        for i, feature in zip(kept.tolist(), told["features"], strict=True):
            expected = {"count": i * 1_000, "x": rows[i][1], "cell_m": 400}
            assert feature["properties"] == (
                expected | {"value": rows[i][2]} if i % 3 else expected
            )
            assert {tuple(p) for p in feature["geometry"]["coordinates"][0]} == {
                tuple(p) for p in square(*rows[i][0])
            }
