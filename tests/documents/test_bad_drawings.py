"""Hostile and broken drawings end in one sentence, reach nothing and use little."""

import io
import random
import resource
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from ezdxf.document import Drawing as Document

from municipality.documents import file_gate
from municipality.documents.file_gate import GateLimits
from municipality.documents.sandbox import dxf_blocks, dxf_reader
from municipality.documents.sandbox.dxf_limits import DrawingLimits
from municipality.documents.sandbox.kinds import NotAccepted
from tests.documents.builders import a_pdf
from tests.documents.drawn import (
    a_document,
    a_villa_drawing,
    as_bytes,
    counts,
    left_out,
    lines,
    outline,
    read,
    read_here,
    rectangle,
    refusal,
)
from tests.documents.test_file_gate import canary
from tests.effort import processor_s

__all__ = ["canary"]  # the listener that nobody may call
FEW = DrawingLimits(objects=5_000, vertices=20_000, layers=2_000)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"AC1032" + bytes(200), "drawing_is_dwg"),
        (b"AC1015\x00\x00\x00\x00\x00\x01", "drawing_is_dwg"),
        (a_pdf(), "drawing_kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "drawing_kind"),
        (b"PK\x03\x04" + bytes(60), "drawing_kind"),
        (b"hello\n", "drawing_kind_unknown"),
        (b"  0\nSECTION\n", "drawing_cut_off"),
        (b"  0\nSECTION\n  2\nHEADER\n  0\nENDSEC\n  0\nEOF\n", "drawing_empty"),
        (b"AutoCAD Binary DXF\r\n\x1a\x00" + bytes(range(256)), "drawing_damaged"),
    ],
)
def test_what_is_no_drawing_is_one_sentence(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_dwg_is_told_what_to_do() -> None:
    with pytest.raises(file_gate.Unreadable) as caught:
        read(b"AC1032" + bytes(200))
    assert "DXF" in caught.value.words.en and "صدّره" in caught.value.words.ar


def test_an_empty_drawing_and_one_of_pictures_alone_are_refused_with_their_own_words() -> None:
    document = a_document()
    assert refusal(document) == "drawing_empty"
    document.paperspace().add_line((0, 0), (1, 1))
    document.modelspace().add_ray((0, 0), (1, 0))
    with pytest.raises(file_gate.Unreadable) as caught:
        read(document)
    assert caught.value.code == "drawing_nothing_read" and "LINE, RAY" in caught.value.words.en


def test_a_drawing_larger_than_the_limit_is_not_copied_to_its_end() -> None:
    endless = _Endless()
    with pytest.raises(file_gate.Unreadable) as caught:
        dxf_drawing(endless, limits=DrawingLimits(file_bytes=20 << 20))
    assert caught.value.code == "drawing_too_large" and "20" in caught.value.words.en
    assert endless.given <= 32 << 20


class _Endless(io.RawIOBase):
    """A sender who never stops."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"999\nmore\n" * (size // 9)


def dxf_drawing(source: Any, **how: Any) -> Any:
    from municipality.documents.drawings import read_drawing

    return read_drawing(source, **how)


def test_many_objects_are_counted_before_they_are_parsed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert counts(read(lines(4_900), limits=FEW)) == {"LINE": 4_900}
    assert refusal(lines(5_100), limits=FEW) == "drawing_too_many_objects"
    parsed: list[Path] = []
    monkeypatch.setattr(dxf_reader, "readfile", parsed.append)
    path = tmp_path / "x.dxf"
    path.write_bytes(lines(5_100))
    with pytest.raises(NotAccepted, match="drawing_too_many_objects"):
        dxf_reader.read_dxf(path, limits=FEW)
    assert parsed == []


def test_a_thousand_layers_are_read_and_too_many_are_not() -> None:
    drawing = read(lines(1_500, "LAYER {}"), limits=FEW)
    assert len(drawing.layers) >= 1_500 and all(layer.objects <= 1 for layer in drawing.layers)
    assert refusal(lines(3_000, "LAYER {}"), limits=FEW) == "drawing_too_many_layers"


def looped(length: int) -> Document:
    """Blocks that hold each other in a ring."""
    document = a_document()
    for n in range(length):
        block = document.blocks.new(f"B{n}")
        block.add_line((0, 0), (1, 1))
        block.add_blockref(f"B{(n + 1) % length}", (1, 1))
    document.modelspace().add_blockref("B0", (0, 0))
    return document


def doubled(levels: int) -> Document:
    """Blocks that hold the next one twice: two to the power of their count."""
    document = a_document()
    for n in range(levels):
        block = document.blocks.new(f"B{n}")
        if n == levels - 1:
            block.add_line((0, 0), (1, 1))
        else:
            block.add_blockref(f"B{n + 1}", (0, 0))
            block.add_blockref(f"B{n + 1}", (1, 0))
    document.modelspace().add_blockref("B0", (0, 0))
    return document


@pytest.mark.parametrize("length", [1, 2, 40])
def test_a_block_that_holds_itself_is_refused(length: int) -> None:
    expected = "drawing_block_loop" if length < 32 else "drawing_blocks_deep"
    assert refusal(looped(length)) == expected


def test_a_drawing_that_doubles_at_every_level_is_refused_for_the_price_of_its_file() -> None:
    assert counts(read(doubled(10)))["LINE"] == 512
    begun = processor_s()
    assert refusal(doubled(30)) == "drawing_too_many_objects"
    assert refusal(doubled(60)) == "drawing_blocks_deep"
    assert processor_s() - begun < 20.0  # two to the power of 29 lines take days


def test_control_without_the_count_the_same_drawing_grows_until_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.dxf"
    path.write_bytes(as_bytes(doubled(17)))
    with pytest.raises(NotAccepted, match="drawing_too_many_objects"):
        dxf_reader.read_dxf(path, limits=FEW)
    monkeypatch.setattr(dxf_blocks.Blocks, "weigh", lambda self, entities: None)
    monkeypatch.setattr(dxf_blocks.Blocks, "_spend", lambda self, sketches: None)
    table, _ = dxf_reader.read_dxf(path, limits=FEW)
    assert table.num_rows == 65_536 > FEW.objects


def test_rows_and_columns_without_end_are_counted_too() -> None:
    document = a_document()
    document.blocks.new("B").add_line((0, 0), (1, 1))
    grid = {"row_count": 30_000, "column_count": 30_000, "row_spacing": 1, "column_spacing": 1}
    document.modelspace().add_blockref("B", (0, 0), dxfattribs=grid)
    assert refusal(document) == "drawing_too_many_objects"


def test_one_large_outline_put_in_many_places_ends_at_the_count_of_points() -> None:
    document = a_document()
    document.blocks.new("B").add_lwpolyline([(n, n % 2) for n in range(1_000)])
    for n in range(50):
        document.modelspace().add_blockref("B", (n, 0))
    assert refusal(document, limits=FEW) == "drawing_too_many_vertices"


def test_a_block_a_billion_times_too_large_lies_nowhere_and_is_named() -> None:
    document = a_villa_drawing()
    document.blocks.new("B").add_lwpolyline(rectangle(1, 1, 4, 2), close=True)
    huge = {"layer": "BIG", "xscale": 1e12, "yscale": 1e12}
    document.modelspace().add_blockref("B", (0, 0), dxfattribs=huge)
    drawing = read(document)
    assert left_out(drawing) == {("LWPOLYLINE", "out_of_range"): 1}
    assert max(drawing.extent) == 30.0
    alone = a_document()
    outline(alone, "0", rectangle(1e12, 1e12, 1e12, 1e12))
    assert refusal(alone) == "drawing_out_of_range"


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e308", "1e999"])
def test_numbers_that_are_none_are_named_and_nothing_hangs_on_them(number: str) -> None:
    document = a_villa_drawing()
    space = document.modelspace()
    space.add_circle((7.125, 0), 3.5)
    space.add_spline([(7.125, 0), (3, 3), (4, 0), (9, 9)])
    space.add_ellipse((7.125, 0), (3, 3), 0.5)
    space.add_lwpolyline([(7.125, 0, 0.5), (3, 3, 0.5), (4, 0, 0)], format="xyb")
    hatch = space.add_hatch()
    hatch.paths.add_polyline_path([(7.125, 0, 1), (3, 3, 0), (4, 0, 0)])
    data = as_bytes(document).replace(b"\n7.125\n", f"\n{number}\n".encode())
    drawing = read_here(data)
    assert set(left_out(drawing)) <= {
        (entity, reason)
        for entity in ("CIRCLE", "SPLINE", "ELLIPSE", "LWPOLYLINE", "HATCH")
        for reason in ("damaged", "out_of_range")
    }
    assert len(left_out(drawing)) >= 4 and counts(drawing)["LWPOLYLINE"] == 2


def test_sec_dxf_nothing_outside_the_file_is_opened(
    canary: tuple[int, list[str]], tmp_path: Path
) -> None:
    port, calls = canary
    secret = tmp_path / "secret.dxf"
    secret.write_bytes(as_bytes(a_villa_drawing()))
    seen = secret.stat().st_atime_ns
    document = a_villa_drawing()
    space = document.modelspace()
    for target in (str(secret), f"http://127.0.0.1:{port}/x.dxf", f"\\\\127.0.0.1@{port}\\x.dxf"):
        name = f"X{abs(hash(target))}"
        document.add_xref_def(target, name)
        space.add_blockref(name, (0, 0))
        picture = document.add_image_def(target, (640, 480))
        space.add_image(picture, (0, 0), (6, 4))
        sheet = document.add_underlay_def(target, fmt="pdf")
        space.add_underlay(sheet)
    drawing = read(document)
    assert left_out(drawing) == {
        ("INSERT", "xref"): 3, ("IMAGE", "not_followed"): 3, ("PDFUNDERLAY", "not_followed"): 3,
    }  # fmt: skip
    assert calls == [] and secret.stat().st_atime_ns == seen
    assert counts(drawing) == {"LWPOLYLINE": 2}


def test_control_a_reader_that_follows_the_same_paths_reads_the_secret_and_calls(
    canary: tuple[int, list[str]], tmp_path: Path
) -> None:
    """The paths in the file are true ones: they lead there for who opens them."""
    secret = tmp_path / "secret.dxf"
    secret.write_bytes(as_bytes(a_villa_drawing()))
    document = a_document()
    document.add_xref_def(str(secret), "X")
    path = document.blocks.get("X").block.dxf.xref_path
    assert dxf_reader.read_dxf(Path(path), limits=FEW)[0].num_rows == 2
    port, calls = canary
    socket.create_connection(("127.0.0.1", port)).close()
    for _ in range(100):
        if calls:
            break
        time.sleep(0.02)
    assert calls == ["called"]


def test_an_embedded_object_is_named_and_stays_shut() -> None:
    data = as_bytes(a_villa_drawing())
    ole = (
        b"  0\nOLE2FRAME\n  5\nABCDE\n100\nAcDbEntity\n  8\nOLE\n100\nAcDbOle2Frame\n 70\n2\n"
        b" 10\n1.0\n 20\n1.0\n 30\n0.0\n 11\n2.0\n 21\n2.0\n 31\n0.0\n 71\n2\n 72\n1\n 90\n8\n"
        b"310\n4D5A900003000000\n  1\nOLE\n"
    )
    end = data.index(b"ENDSEC", data.index(b"ENTITIES"))
    start = data.rindex(b"\n", 0, data.rindex(b"0", 0, end)) + 1
    drawing = read(data[:start] + ole + data[start:])
    assert left_out(drawing) == {("OLE2FRAME", "not_followed"): 1}


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
@pytest.mark.real_data
def test_a_drawing_cut_off_anywhere_is_refused_or_whole(real_data: Path, share: float) -> None:
    whole = (real_data / "dxf" / "floorplan.dxf").read_bytes()
    part = whole[: int(len(whole) * share)]
    try:
        drawing = read_here(part)
    except NotAccepted as refused:
        assert refused.code in {"drawing_cut_off", "drawing_damaged"}
        return
    assert drawing.mended and len(drawing.shapes.wkb) == 1041


def test_damaged_drawings_end_in_shapes_or_in_one_sentence(tmp_path: Path) -> None:
    """A short run of what the campaign does for long; in this process, so a crash is seen."""
    document = a_villa_drawing()
    document.blocks.new("B").add_lwpolyline(rectangle(0, 0, 1, 1), close=True)
    document.modelspace().add_blockref("B", (1, 1))
    document.modelspace().add_spline([(0, 0), (3, 3), (4, 0), (9, 9)])
    whole, chance = as_bytes(document).split(b"\n"), random.Random(5)
    odd = [b"nan", b"-1", b"99999999999", b"", b"x" * 300, b"0", b"1e308"]
    path, ends = tmp_path / "x.dxf", set()
    for _ in range(60):
        data = list(whole)
        for _ in range(chance.choice((1, 5, 30))):
            data[chance.randrange(len(data))] = chance.choice([*odd, chance.choice(whole)])
        path.write_bytes(b"\n".join(data))
        try:
            dxf_reader.read_dxf(path, limits=FEW)
            ends.add("read")
        except NotAccepted as refused:
            assert refused.code.startswith("drawing_")
            ends.add("refused")
    assert ends == {"read", "refused"}


def test_a_drawing_without_a_model_space_is_damaged() -> None:
    whole = as_bytes(a_villa_drawing())
    assert refusal(whole.replace(b"\nModel\n", b"\nNodel\n")) == "drawing_damaged"


def test_a_reader_out_of_memory_or_time_is_one_sentence_and_costs_this_process_nothing() -> None:
    data = lines(60_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(data, gate=GateLimits(memory_bytes=250 << 20)) == "too_large_to_read"
    assert refusal(data, gate=GateLimits(cpu_s=1)) == "gate_limit"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 20 << 10  # kB


def test_where_the_reader_cannot_be_shut_off_no_drawing_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control of all above: the walls are asked for before the file is looked at."""
    first = "from municipality.documents.sandbox import isolation; isolation._threads = lambda: 2; "
    at = file_gate._START.index("from municipality.documents.sandbox.{task}")
    started = file_gate._START[:at] + first + file_gate._START[at:]
    monkeypatch.setattr(file_gate, "_START", started)
    assert refusal(a_villa_drawing()) == "not_confined"
