"""An index of files outside the database: the count of every report, whoever builds it."""

import datetime as dt
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas
import pyarrow.parquet as pq
import pytest
import shapely
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.heat.batch import folder as heat_folder
from maps.heat.batch import graph
from maps.heat.batch.folder import INDEX, blocks_in, build, count_cells
from maps.heat.batch.geoparquet import units_of
from maps.heat.batch.graph import partitions_of
from maps.heat.batch.refusals import Refused
from maps.heat.lattice import LEVELS, Window
from maps.heat.packing import DAY_LAST, DAY_ZERO
from maps.heat.queries import ALL, Selection, count_blocks, totals_of
from municipality import crs
from tests.maps.heat_files import CODES, DAY, X, Y, counted, some, table_of, write
from tests.observations.conftest import as_dict

SELECTIONS = [
    ALL,
    Selection(since=DAY + dt.timedelta(days=10), until=DAY + dt.timedelta(days=40)),
    Selection(category=frozenset({1, 3}), status=frozenset({2, 4})),
    Selection(channel=frozenset({2, 3}), wilayat=frozenset({1})),
    Selection(area=frozenset({2}), until=DAY + dt.timedelta(days=60)),
    Selection(category=frozenset()),
]
CITY = Window(0, int(X // 50) - 200, int(Y // 50) - 200, int(X // 50) + 200, int(Y // 50) + 200)


def data_of(folder: Path) -> dict[tuple[int, int], bytes]:
    """The bytes of every block, whichever file holds it."""
    rows = [row for path in folder.glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    found = {(row["bx"], row["by"]): row["data"] for row in rows}
    assert len(found) == len(rows)  # a block stands once
    return found


def test_every_selection_is_counted_at_every_level(tmp_path: Path) -> None:
    rows = some(600)
    built = build(write(tmp_path / "a.parquet", rows), tmp_path / "index")
    assert built.reports == 600 and built.files == graph.LEAST_BUCKETS
    for selection in SELECTIONS:
        for level in range(LEVELS):
            found = as_dict(count_cells(tmp_path / "index", selection, level=level))
            assert found == counted(rows, selection, level), (selection, level)


ROW = st.tuples(
    st.floats(X - 9e3, X + 9e3), st.floats(Y - 9e3, Y + 9e3),
    st.dates(DAY_ZERO, DAY_LAST), st.sampled_from([1, 2, 0xFFFF]), st.integers(0, 3),
    st.integers(0, 3), st.sampled_from([0, 255]), st.sampled_from([None, 0, 1, 0xFFFF]),
    st.sampled_from([None, 1, 0xFFFFFFFF]),
)  # fmt: skip
CHOSEN = st.builds(
    Selection,
    since=st.none() | st.dates(),
    until=st.none() | st.dates(),
    category=st.none() | st.frozensets(st.sampled_from([1, 2, 0xFFFF])),
    status=st.none() | st.frozensets(st.integers(0, 3)),
    wilayat=st.none() | st.frozensets(st.sampled_from([0, 1, 0xFFFF])),
    area=st.none() | st.frozensets(st.sampled_from([0, 1, 0xFFFFFFFF])),
)


@settings(max_examples=30)
@given(
    rows=st.lists(ROW, min_size=1, max_size=40),
    chosen=CHOSEN,
    level=st.integers(0, LEVELS - 1),
    cut=st.integers(1, 7),
    group=st.integers(1, 9),
)
def test_any_reports_in_any_parts(rows, chosen, level, cut, group) -> None:
    with TemporaryDirectory() as named:
        place = Path(named)
        build(write(place / "a.parquet", rows, group=group), place / "index", partitions=cut)
        found = count_cells(place / "index", chosen, level=level)
        # The last day of the index is brought to its end by ``until``, as in the database.
        assert as_dict(found) == counted(rows, _reached(chosen), level)


def _reached(chosen: Selection) -> Selection:
    """Days out of the index's reach are its ends."""
    if chosen.until is None or chosen.until <= DAY_LAST:
        return chosen
    return Selection(**{n: getattr(chosen, n) for n in chosen.__slots__ if n != "until"})


def test_one_three_and_seven_partitions_and_many_files_are_the_same(tmp_path: Path) -> None:
    rows = some(300)
    whole = write(tmp_path / "a.parquet", rows)
    many = tmp_path / "many"
    many.mkdir()
    for n in range(5):
        write(many / f"{n}.parquet", rows[n::5], group=7)
    made = []
    for n, (source, cut) in enumerate([(whole, 1), (whole, 3), (whole, 7), (many, 1), (many, 7)]):
        assert len(partitions_of(units_of(source), cut)) == cut
        build(source, tmp_path / f"index{n}", partitions=cut)
        made.append(data_of(tmp_path / f"index{n}"))
    assert made[0] and all(one == made[0] for one in made[1:])


def test_a_window_reads_only_what_it_touches(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(heat_folder, "GROUP_BLOCKS", 1)
    rows = some(400, spread_m=60_000)
    build(write(tmp_path / "a.parquet", rows), tmp_path / "index")
    whole = counted(rows, ALL, 0)
    near = as_dict(count_cells(tmp_path / "index", ALL, level=0, window=CITY))
    inside = {
        cell: n for cell, n in whole.items()
        if CITY.x0 <= cell[0] < CITY.x1 and CITY.y0 <= cell[1] < CITY.y1
    }  # fmt: skip
    assert near == inside and 0 < len(near) < len(whole)
    read = [block for part in blocks_in(tmp_path / "index", CITY) for block in part]
    span = CITY.blocks()
    assert all(span[0] <= bx <= span[2] and span[1] <= by <= span[3] for bx, by in read)
    groups = sum(1 for _ in blocks_in(tmp_path / "index", CITY))
    assert groups < sum(1 for _ in blocks_in(tmp_path / "index"))


def test_every_other_question_takes_the_same_pieces(tmp_path: Path) -> None:
    rows = some(200)
    build(write(tmp_path / "a.parquet", rows), tmp_path / "index")
    blocks = {b: p for part in blocks_in(tmp_path / "index") for b, p in part.items()}
    told = totals_of([piece for pieces in blocks.values() for piece in pieces], ALL)
    assert told.count == 200 == sum(told.months.values())
    for code, n in told.categories.items():
        assert n == sum(row[3] == code for row in rows)
    assert count_blocks(blocks, ALL, level=3).total() == 200


def test_degrees_written_by_geopandas_are_the_same_as_metres(tmp_path: Path) -> None:
    """Also without a declared system, and with points written in another way (a height)."""
    rows = some(50)
    lon, lat = crs.transform_from_metric([r[0] for r in rows], [r[1] for r in rows])
    facts = {name: [row[n] for row in rows] for n, name in enumerate(CODES[:4], start=3)}
    facts["day"] = [row[2] for row in rows]
    frame = geopandas.GeoDataFrame(facts, geometry=shapely.points(lon, lat, 12.0), crs=crs.LONLAT)
    for name, n in (("wilayat", 7), ("area", 8)):
        frame[name] = [row[n] for row in rows]
        frame[name] = frame[name].astype("Int64")
    frame.to_parquet(tmp_path / "degrees.parquet")
    bare = pq.read_table(tmp_path / "degrees.parquet")
    geo = json.loads(bare.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["crs"]
    pq.write_table(
        bare.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), tmp_path / "bare.parquet"
    )
    metres = [(x, y, *row[2:]) for (x, y), row in zip(_there_and_back(lon, lat), rows, strict=True)]
    write(tmp_path / "metres.parquet", metres)
    for name in ("degrees", "bare", "metres"):
        build(tmp_path / f"{name}.parquet", tmp_path / name)
    assert (
        data_of(tmp_path / "degrees") == data_of(tmp_path / "bare") == data_of(tmp_path / "metres")
    )


def _there_and_back(lon, lat) -> list[tuple[float, float]]:
    return list(
        zip(*(a.tolist() for a in crs.transform_to_metric(lon, lat, srid=crs.LONLAT)), strict=True)
    )


def test_what_is_built_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch) -> None:
    source = write(tmp_path / "a.parquet", some(30))

    def gone(*said, **more) -> None:
        raise RuntimeError("gone")

    monkeypatch.setattr(heat_folder, "run", gone)
    with pytest.raises(RuntimeError, match="gone"):
        build(source, tmp_path / "index")
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.parametrize(
    "harm", ["no manifest", "a file less", "other lattice", "cut", "no folder"]
)
def test_a_folder_that_is_not_whole_answers_nothing(tmp_path: Path, harm: str) -> None:
    index = tmp_path / "index"
    build(write(tmp_path / "a.parquet", some(30)), index)
    told = json.loads((index / INDEX).read_text())
    held = index / next(one["name"] for one in told["files"] if one["blocks"])
    if harm == "no manifest":
        (index / INDEX).unlink()
    elif harm == "a file less":
        held.unlink()
    elif harm == "cut":
        pq.write_table(pq.read_table(held)[:0], held)
    elif harm == "other lattice":
        (index / INDEX).write_text(json.dumps({**told, "cell_m": 100}))
    else:
        index = tmp_path / "none"
    with pytest.raises(Refused) as refused:
        count_cells(index, ALL, level=0)
    assert refused.value.code == "not_an_index"


def test_the_commands_build_and_answer(tmp_path: Path) -> None:
    rows = some(60)
    source, index = write(tmp_path / "a.parquet", rows), tmp_path / "index"
    said = StringIO()
    call_command("build_heat_index", source, index, stdout=said)
    assert "Indexed 60 reports" in said.getvalue() and "فُهرس 60 بلاغًا" in said.getvalue()
    said = StringIO()
    call_command("ask_heat_index", index, cell_m=800, category=[1, 2], stdout=said)
    told = [tuple(map(int, line.split(","))) for line in said.getvalue().splitlines()[1:]]
    chosen = Selection(category=frozenset({1, 2}))
    assert {(x // 800, y // 800): n for x, y, _, n in told} == counted(rows, chosen, 4)
    for box, count in (([58, 23, 59, 24], 60), ([10, 10, 11, 11], 0)):
        said = StringIO()
        call_command("ask_heat_index", index, bbox=box, stdout=said)
        lines = said.getvalue().splitlines()[1:]
        assert sum(int(line.split(",")[3]) for line in lines) == count
    with pytest.raises(CommandError, match="exists and is not empty"):
        call_command("build_heat_index", source, index)
    with pytest.raises(CommandError, match="رقم من 1"):
        call_command("build_heat_index", source, tmp_path / "two", partitions=0)
    with pytest.raises(CommandError, match="No Dask cluster answers"):
        call_command("build_heat_index", source, tmp_path / "two", cluster="nonsense")
    assert not (tmp_path / "two").exists()


def test_no_database_is_asked(tmp_path: Path) -> None:
    source = write(tmp_path / "a.parquet", some(20))
    env = {**os.environ, "DATABASE_URL": "postgis://nobody:x@127.0.0.1:9/none"}
    for words in (["build_heat_index", source, tmp_path / "i"], ["ask_heat_index", tmp_path / "i"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, words)], env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert sum(int(line.split(",")[3]) for line in done.stdout.splitlines()[1:]) == 20


def test_a_table_with_its_columns_is_what_a_file_holds() -> None:
    assert table_of(some(3)).schema.names == ["point", "day", *CODES]
