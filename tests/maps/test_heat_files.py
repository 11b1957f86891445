"""Files that the index cannot be built of: each is refused by a sentence that names the row."""

import datetime as dt
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from maps.heat.batch.folder import build
from maps.heat.batch.geoparquet import points_of, units_of
from maps.heat.batch.refusals import REFUSALS, Refused
from tests.maps.heat_files import some, table_of

Harm = Callable[[pa.Table], pa.Table]


def _geo(**said: object) -> Harm:
    """Say something else of the column of points; None takes it away where it is ``...``."""

    def harm(table: pa.Table) -> pa.Table:
        geo = json.loads(table.schema.metadata[b"geo"])
        geo["columns"]["point"].update(said)
        return table.replace_schema_metadata({b"geo": json.dumps(geo).encode()})

    return harm


def _set(name: str, value: object, row: int = 13) -> Harm:
    def harm(table: pa.Table) -> pa.Table:
        values = table[name].to_pylist()
        values[row] = value
        place = table.schema.get_field_index(name)
        return table.set_column(place, name, pa.array(values, _wide(table.schema.field(name).type)))

    return harm


def _wide(kind: pa.DataType) -> pa.DataType:
    return pa.int64() if pa.types.is_integer(kind) else kind


def _cast(name: str, kind: pa.DataType) -> Harm:
    def harm(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(name)
        return table.set_column(place, name, table[name].cast(kind))

    return harm


def _shape(shape: shapely.Geometry | None) -> Harm:
    return _set("point", None if shape is None else shapely.to_wkb(shape))


def _at(x: float, y: float) -> Harm:
    return _set("point", points_of(np.array([x]), np.array([y]))[0].as_py())


def _all_at(x: float, y: float) -> Harm:
    def harm(table: pa.Table) -> pa.Table:
        n = len(table)
        return table.set_column(0, "point", points_of(np.full(n, x), np.full(n, y)))

    return harm


BAD: dict[str, tuple[Harm, str, str]] = {
    "another system": (
        _geo(crs=pyproj.CRS.from_epsg(32639).to_json_dict()), "wrong_crs", "zone 39N",
    ),
    "an unknown system": (_geo(crs=None), "wrong_crs", "null"),
    "no system at all": (_geo(crs={"type": "nonsense"}), "not_geo", ""),
    "no metadata": (lambda t: t.replace_schema_metadata(None), "not_geo", ""),
    "metadata of nothing": (lambda t: t.replace_schema_metadata({b"geo": b"[]"}), "not_geo", ""),
    "another encoding": (_geo(encoding="point"), "encoding", "point"),
    "no column": (lambda t: t.drop_columns(["status"]), "no_column", "status"),
    "a time for a day": (_cast("day", pa.timestamp("ms")), "column_kind", "timestamp[ms]"),
    "words for numbers": (_cast("category", pa.string()), "column_kind", "string"),
    "no day": (_set("day", None), "no_value", "row 14"),
    "no category": (_set("category", None), "no_value", "category"),
    "too early": (_set("day", dt.date(1899, 12, 31)), "out_of_range", "1899-12-31 in row 14"),
    "too late": (_set("day", dt.date(2079, 6, 7)), "out_of_range", "2079-06-06"),
    "category below 0": (_set("category", -1), "out_of_range", "0 to 65535"),
    "category too large": (_set("category", 65536), "out_of_range", "65536"),
    "status below 0": (_set("status", -1), "out_of_range", "status"),
    "severity too large": (_set("severity", 256), "out_of_range", "severity"),
    "wilayat too large": (_set("wilayat", 65536), "out_of_range", "wilayat"),
    "area too large": (_set("area", 1 << 32), "out_of_range", "area"),
    "no shape": (_shape(None), "empty_point", "row 14"),
    "an empty point": (_shape(shapely.Point()), "empty_point", "row 14"),
    "no number": (_at(float("nan"), 1.0), "empty_point", "row 14"),
    "a line": (_shape(shapely.LineString([(0, 0), (1, 1)])), "not_point", "row 14"),
    "many points in one": (_shape(shapely.MultiPoint([(0, 0)])), "not_point", "row 14"),
    "no shape's bytes": (_set("point", b"nonsense"), "not_point", "row 14"),
    "nowhere": (_at(float("inf"), 0.0), "out_of_lattice", "row 14"),
    "far away": (_at(1e7, 0.0), "out_of_lattice", "row 14"),
    "degrees as metres": (_all_at(58.4, 23.6), "degrees", "look like degrees"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    harm, code, told = BAD[name]
    pq.write_table(harm(table_of(some(30))), tmp_path / "bad.parquet", row_group_size=10)
    with pytest.raises(Refused) as refused:
        build(tmp_path / "bad.parquet", tmp_path / "index", partitions=2)
    assert refused.value.code == code, refused.value
    assert told in refused.value.text.en and "bad.parquet" in refused.value.text.ar
    assert [path.name for path in tmp_path.iterdir()] == ["bad.parquet"]
    again = pickle.loads(pickle.dumps(refused.value))  # as it comes back from a worker
    assert (again.code, again.text) == (code, refused.value.text)


@pytest.mark.parametrize("x, y", [(200.0, 23.0), (58.0, 91.0), (float("inf"), 23.0)])
def test_degrees_beyond_the_earth_are_refused(tmp_path: Path, x: float, y: float) -> None:
    def harm(table: pa.Table) -> pa.Table:
        return _at(x, y)(_all_at(58.4, 23.6)(table))

    epsg = pyproj.CRS.from_authority("OGC", "CRS84").to_json_dict()
    table = _geo(crs=epsg)(harm(table_of(some(30))))
    pq.write_table(table, tmp_path / "bad.parquet", row_group_size=10)
    with pytest.raises(Refused) as refused:
        build(tmp_path / "bad.parquet", tmp_path / "index")
    assert refused.value.code == "out_of_lattice" and "row 14" in refused.value.text.en


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.parquet").write_text("words")
    for source, code in (
        (tmp_path / "empty", "no_files"),
        (tmp_path / "words.parquet", "not_parquet"),
        (tmp_path / "none.parquet", "not_parquet"),
    ):
        with pytest.raises(Refused) as refused:
            units_of(source)
        assert refused.value.code == code


def test_an_empty_wilayat_or_area_is_none(tmp_path: Path) -> None:
    table = _set("wilayat", None)(_set("area", None)(table_of(some(30))))
    pq.write_table(table, tmp_path / "good.parquet")
    assert build(tmp_path / "good.parquet", tmp_path / "index").reports == 30


def test_a_file_without_rows_is_an_empty_index(tmp_path: Path) -> None:
    pq.write_table(table_of([]), tmp_path / "none.parquet")
    assert build(tmp_path / "none.parquet", tmp_path / "index").reports == 0


def test_every_refusal_is_said_in_both_languages() -> None:
    for code, text in REFUSALS.items():
        assert text.ar and text.en and text.en.endswith("."), code
