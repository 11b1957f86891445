"""Untrusted bytes end in rows or in one sentence; they reach nothing else."""

import io
import os
import socket
import sqlite3
import stat
import struct
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from municipality.documents import file_gate
from municipality.documents.file_gate import GateLimits, Opened, Unreadable, Wanted, read_stream
from municipality.documents.sandbox import archive
from municipality.documents.sandbox.kinds import NotAccepted, kind_of
from tests.builders import square
from tests.importing.files import geopackage, row_of_squares

CSV = b"number,wkt\n1,POINT (1 2)\n"


def opened(data: bytes, name: str = "x.geojson", **how: object) -> Opened:
    """Read bytes through the gate."""
    return read_stream(io.BytesIO(data), Wanted(name=name, shape_hints=("wkt",)), **how)


def refused(data: bytes, name: str = "x.geojson", **how: object) -> str:
    """The code of the refusal; it always has a sentence in both languages."""
    with pytest.raises(Unreadable) as caught:
        opened(data, name, **how)
    assert caught.value.words.ar and caught.value.words.en
    assert "Traceback" not in caught.value.words.en
    return caught.value.code


def zipped(entries: dict[str, bytes]) -> bytes:
    """Make a zip file of entries."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return sink.getvalue()


def test_the_reader_has_no_network_and_reports_its_isolation() -> None:
    reached = opened(CSV, "x.csv").isolation
    if os.geteuid() == 0:
        assert reached["network"] == "none" and reached["user"] == "other"
    assert reached["privileges"] == "no_new"


def test_no_credentials_reach_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    given = file_gate._environment(Path("/job"))
    assert not any("secret" in value for value in given.values())
    assert not {"DATABASE_URL", "GEO_SECRET_KEY", "PYTHONPATH"} & set(given)


@pytest.fixture
def canary() -> Iterator[tuple[int, list[str]]]:
    """A listener nobody may call."""
    calls: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    over = threading.Event()

    def listen() -> None:
        while not over.is_set():
            try:
                server.accept()[0].close()
                calls.append("called")
            except TimeoutError:
                continue

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], calls
    over.set()
    thread.join()
    server.close()


def test_a_vrt_by_any_name_opens_nothing(canary: tuple[int, list[str]]) -> None:
    port, calls = canary
    vrt = (
        '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>'
        f"/vsicurl/http://127.0.0.1:{port}/x.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    ).encode()
    for name in ("x.geojson", "x.gpkg", "x.csv", "x.vrt"):
        assert refused(vrt, name) == "kind_not_accepted"
    assert calls == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7 ...", "kind_not_accepted"),
        (b"\x89PNG\r\n\x1a\n", "kind_not_accepted"),
        (b"SQLite format 3\x00" + bytes(200), "kind_not_accepted"),
        (b"\x00\x00\x27\x0a" + bytes(200), "shapefile_not_zipped"),
        (bytes(range(256)) * 40, "kind_unknown"),
        (b"{", "not_json"),
        (b"[" * 100_000, "json_too_deep"),
        (b'{"type": "FeatureCollection"}', "no_features"),
        (b'"text"', "no_features"),
        (b"fgb\x03fgb\x00" + bytes(50), "no_layer"),
        (b"\x1f\x8b\x08\x00" + bytes(30), "zip_broken"),
        (b"PK\x03\x04" + bytes(60), "zip_broken"),
        (b"<html><body>404</body></html>", "kind_not_accepted"),
    ],
)
def test_what_is_no_data_is_one_sentence(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_truncated_geopackage_is_one_sentence(tmp_path: Path) -> None:
    whole = geopackage(tmp_path, row_of_squares(2_000)).read_bytes()
    for part in (100, 5_000, len(whole) // 2, len(whole) - 5_000):
        assert refused(whole[:part], "x.gpkg") in {"unreadable", "file_damaged", "no_layer"}


def test_a_geopackage_without_its_name_is_known_by_its_bytes(tmp_path: Path) -> None:
    data = geopackage(tmp_path, row_of_squares(2)).read_bytes()
    assert opened(data, "holiday.jpg").kind == "geopackage"


def test_two_layers_need_a_name(tmp_path: Path) -> None:
    path = geopackage(tmp_path, row_of_squares(2), layer="one")
    import geopandas as gpd

    gpd.GeoDataFrame({"a": [1]}, geometry=[square()], crs=32640).to_file(path, layer="two")
    assert refused(path.read_bytes()) == "layer_not_named"


def test_a_bomb_is_not_unpacked() -> None:
    assert refused(zipped({"x.csv": b"0" * 60_000_000}), "x.zip") == "zip_bomb"


def test_a_gzip_bomb_is_stopped() -> None:
    import gzip

    assert refused(gzip.compress(b"0" * 120_000_000), "x.csv.gz") == "zip_bomb"


@pytest.mark.parametrize("name", ["../x.csv", "/etc/x.csv", "a/../../x.csv", "C:\\x.csv"])
def test_names_that_leave_the_folder_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({name: CSV}))
    with pytest.raises(NotAccepted, match="zip_bad_name"):
        archive.unzip(path, tmp_path, layer="")
    assert refused(path.read_bytes(), "x.zip") == "zip_bad_name"


def _unzip_refusal(data: bytes, folder: Path) -> str:
    path = folder / "x.zip"
    path.write_bytes(data)
    with pytest.raises(NotAccepted) as caught:
        archive.unzip(path, folder, layer="")
    return caught.value.code


def test_a_symbolic_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        entry = zipfile.ZipInfo("x.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(entry, "/etc/passwd")
    assert _unzip_refusal(sink.getvalue(), tmp_path) == "zip_not_a_file"


def test_sixty_five_thousand_entries_are_refused(tmp_path: Path) -> None:
    many = zipped({f"{i}.csv": b"" for i in range(65_000)})
    assert _unzip_refusal(many, tmp_path) == "zip_too_many"


def test_archives_in_archives_and_doubled_names_are_refused(tmp_path: Path) -> None:
    assert _unzip_refusal(zipped({"x.zip": b"PK"}), tmp_path) == "zip_nested"
    assert _unzip_refusal(zipped({"a.csv": CSV, "A.CSV": CSV}), tmp_path) == "zip_doubled_name"
    assert _unzip_refusal(zipped({"x.txt.exe": b"MZ"}), tmp_path) == "zip_without_data"


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"x.csv": CSV}))
    data[6] |= 1
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    assert _unzip_refusal(bytes(data), tmp_path) == "zip_encrypted"


def test_a_size_that_lies_is_found_while_unpacking(tmp_path: Path) -> None:
    data = bytearray(zipped({"x.csv": b"1234567890" * 100}))
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    assert _unzip_refusal(bytes(data), tmp_path) in {"zip_lies", "zip_broken"}


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    limits = GateLimits(cpu_s=1, wall_s=30)
    rows = b"[" + b",".join([b'{"a":' + b"[" * 30 + b"1" + b"]" * 30 + b"}"] * 150_000) + b"]"
    assert refused(rows, "x.json", limits=limits) == "gate_limit"


def test_a_reader_that_takes_too_much_memory_is_stopped() -> None:
    limits = GateLimits(memory_bytes=700 << 20)
    rows = b"[" + b",".join([b'{"a":"0123456789"}'] * 3_000_000) + b"]"
    code = refused(rows, "x.json", limits=limits)
    assert code in {"too_large_to_read", "gate_crashed", "gate_limit"}


def test_the_job_folder_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tmp_path.chmod(0o755)
    opened(CSV, "x.csv")
    refused(b"{", "x.json")
    assert list(tmp_path.iterdir()) == []


def test_a_name_never_decides_between_binary_kinds(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(NotAccepted):
        kind_of(path, name="plots.gpkg")


def test_a_text_that_is_not_utf8_keeps_its_row(tmp_path: Path) -> None:
    path = geopackage(tmp_path, row_of_squares(3))
    with sqlite3.connect(path) as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE plots SET number = CAST(x'50ff31' AS TEXT) WHERE number = 'P1'")
    found = opened(path.read_bytes(), "x.gpkg")
    assert found.table.column(found.names.index("number")).to_pylist() == ["P0", "P\ufffd1", "P2"]


LIAR = """
import json, sys
import pyarrow as pa
sys.stdin.buffer.read()
text = pa.Array.from_buffers(
    pa.large_string(), 1, [None, pa.py_buffer(bytes(8) + ({end}).to_bytes(8, "little")), pa.py_buffer({data!r})]
)
columns = dict(a0=text, wkb=pa.nulls(1, pa.large_binary()), marks=pa.nulls(1, pa.string()))
table = pa.table(columns)
with pa.OSFile("out.arrow", "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
    file.write_table(table)
said = dict(kind="csv", names=["a"], system=None, layer="", layers=[], encoding="", selected="")
json.dump({{**said, "isolation": {{}}}}, open("out.json", "w"))
"""


@pytest.mark.parametrize(
    ("end", "data", "code"),
    [(3, b"abc", ""), (3, b"a\xffc", "gate_crashed"), (9_000, b"abc", "gate_crashed")],
    ids=["true", "no UTF-8", "beyond its end"],
)
def test_what_the_reader_hands_over_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, end: int, data: bytes, code: str
) -> None:
    script = LIAR.format(end=end, data=data)
    monkeypatch.setattr(file_gate, "_START", script.replace("{", "{{").replace("}", "}}"))
    if code:
        assert refused(CSV, "x.csv") == code
    else:
        assert opened(CSV, "x.csv").table["a0"].to_pylist() == ["abc"]


def test_folders_that_killed_readings_left_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_gate, "_top", lambda: str(tmp_path))
    for name, age_s in (("geo-gate-old", 7_200), ("geo-gate-new", 60), ("else", 7_200)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "input").write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() - age_s,) * 2)
    file_gate._sweep(now=time.time())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["else", "geo-gate-new"]


def test_a_process_whose_clock_is_ahead_takes_no_folder_of_one_that_reads() -> None:
    with tempfile.TemporaryDirectory(prefix="geo-gate-", dir=file_gate._top()) as other:
        with time_machine.travel(time.time() + 172_800):
            assert opened(CSV, "x.csv").table.num_rows
        assert Path(other).is_dir()


OSM = b"""<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="23.60" lon="58.50"/><node id="2" lat="23.60" lon="58.51"/>
<node id="3" lat="23.61" lon="58.51"/><node id="4" lat="23.61" lon="58.50"/>
<way id="9"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
<tag k="leisure" v="park"/></way></osm>"""


@pytest.mark.parametrize(("hints", "rows"), [(("parks",), 1), (("buildings", "multipolygons"), 0)])
def test_only_an_importer_of_buildings_reads_buildings_only(
    hints: tuple[str, ...], rows: int
) -> None:
    wanted = Wanted(name="x.osm", layer="multipolygons", layer_hints=hints)
    found = read_stream(io.BytesIO(OSM), wanted)
    assert (found.table.num_rows, bool(found.selected)) == (rows, not rows)
