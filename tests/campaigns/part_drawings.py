"""Damaged and very large drawings: shapes or one sentence, never a crash, and in bounded time."""

import io
import random
import time
from functools import cache

from municipality.documents.drawings import GATE, read_drawing
from municipality.documents.file_gate import Unreadable
from tests.documents.drawn import a_villa_drawing, as_bytes, lines, rectangle

TRIALS = {"small": 20, "full": 3_000}
LARGE = 500  # every so many trials one drawing of a size near the limits
_ODD = (b"nan", b"inf", b"-1", b"1e308", b"0", b"", b"99999999999", b"x" * 300, b"-0.0", b"ByLayer")


@cache
def _whole(binary: bool) -> bytes:
    """A drawing with one of each: block, curve, hatch, text, mesh, picture, sheet."""
    document = a_villa_drawing()
    space, block = document.modelspace(), document.blocks.new("B")
    block.add_lwpolyline(rectangle(0, 0, 2.5, 5), close=True)
    block.add_circle((1, 1), 0.5)
    how = {"row_count": 2, "column_count": 3, "row_spacing": 6, "column_spacing": 3}
    space.add_blockref("B", (0, 0), dxfattribs={"rotation": 30, "xscale": -1, **how})
    space.add_spline([(0, 0), (3, 3), (4, 0), (9, 9)])
    space.add_ellipse((0, 0), (3, 1), 0.4, 0.2, 4)
    space.add_lwpolyline([(0, 0, 0.5), (3, 3, -1), (4, 0, 0)], format="xyb")
    hatch = space.add_hatch()
    hatch.paths.add_polyline_path(rectangle(0, 0, 9, 9))
    edges = hatch.paths.add_edge_path(16)
    edges.add_arc((4, 4), 1, 0, 180)
    edges.add_line((3, 4), (5, 4))
    space.add_text("فيلا").dxf.insert = (1, 1)
    space.add_mtext("طابق\\Pثان")
    space.add_polyline2d([(0, 0), (1, 0), (1, 1)], close=True)
    with space.add_mesh().edit_data() as mesh:
        mesh.add_face([(0, 0, 0), (1, 0, 0), (1, 1, 1)])
    space.add_image(document.add_image_def("/x.png", (6, 4)), (0, 0), (6, 4))
    document.paperspace().add_line((0, 0), (1, 1))
    return as_bytes(document, binary)


def _damaged(rng: random.Random) -> tuple[str, bytes]:
    """Change lines of a text, or bytes of either kind, or cut the end off."""
    kind = rng.choice(["text", "text", "binary"])
    data = _whole(kind == "binary")
    if rng.random() < 0.2:
        return kind, data[: rng.randrange(len(data))]
    if kind == "text" and rng.random() < 0.8:
        rows = data.split(b"\n")
        for _ in range(rng.choice([1, 3, 10, 50])):
            rows[rng.randrange(len(rows))] = rng.choice([*_ODD, rng.choice(rows)])
        return kind, b"\n".join(rows)
    found = bytearray(data)
    for _ in range(rng.choice([1, 3, 10])):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return kind, bytes(found)


def _large(rng: random.Random) -> tuple[str, bytes]:
    """Nearly a million lines, or more than a million, or one byte over 100 MiB."""
    how = rng.choice(["nearly", "more", "bytes"])
    if how == "bytes":
        return how, lines(10) + b"\n" * (100 << 20)
    return how, lines(990_000 if how == "nearly" else 1_100_000)


def trial(seed: int, number: int) -> dict[str, int]:
    """Read one drawing through the gate."""
    rng = random.Random(f"drawings {seed} {number}")
    kind, data = _large(rng) if number % LARGE == LARGE - 1 else _damaged(rng)
    begun = time.perf_counter()
    try:
        drawing = read_drawing(io.BytesIO(data))
        end = "read"
        assert len(drawing.shapes.wkb) > 0
    except Unreadable as refused:
        end = refused.code
        assert refused.words.ar and refused.words.en and "{" not in refused.words.en
        assert end not in {"gate_crashed", "gate_limit"}, refused.words.en
    assert time.perf_counter() - begun < GATE.wall_s
    return {f"{kind}: {end}": 1}
