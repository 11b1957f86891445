"""An empty register is filled straight: what arrives is what the step by step swap would hold."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from municipality import crs
from municipality.importing import staging
from plots.models import Plot
from plots.register import first_import
from tests.builders import square
from tests.importing.files import DAY, geopackage, imported, row_of_squares

POLYGONS = st.integers(4, 30).map(lambda corners: shapely.Point(0, 0).buffer(corners, corners))
SHAPES = st.lists(
    POLYGONS | st.lists(POLYGONS, min_size=1, max_size=3).map(shapely.MultiPolygon), min_size=1
)


@given(SHAPES, st.data())
def test_every_part_of_a_column_becomes_the_same_multipolygons(
    shapes: list[shapely.Geometry], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(shapes) - 1))
    column = pa.array(shapely.to_wkb(shapes), pa.large_binary())
    assert first_import._usual(column)
    made = shapely.from_wkb(first_import._multi(column.slice(start)).to_pylist())
    for before, after in zip(shapes[start:], made, strict=True):
        assert shapely.get_srid(after) == crs.METRIC
        assert after.geom_type == "MultiPolygon"
        assert list(shapely.get_parts(after)) == list(shapely.get_parts(before))


@pytest.mark.django_db
def test_both_ways_of_filling_a_register_hold_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {**row, "area_m2": 600.005 + at, "use_class": "commercial", "floors": at or None}
        for at, row in enumerate(row_of_squares(7))
    ]
    rows[3]["shape"] = shapely.MultiPolygon([rows[3]["shape"], square(900, 900, 20)])
    path = geopackage(tmp_path, rows)
    monkeypatch.setattr(staging, "_PIECE", 2)
    held = []
    for usual in (True, False):
        Plot.objects.all().delete()
        monkeypatch.setattr(first_import, "_usual", lambda shapes, usual=usual: usual)
        assert imported(path, on=DAY).report.swap["inserted"] == 7
        held.append(list(Plot.objects.order_by("register_key").values()))
    for one, other in zip(*held, strict=True):
        assert one.pop("id") != other.pop("id")
        assert one == other
        assert one["valid"].lower == DAY and isinstance(one["valid"].lower, dt.date)
