"""guards.md §4, Files: the worst a person may send, each in a named verdict and in time."""

import io
import struct
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from municipality.documents.cleaning import clean
from municipality.documents.file_gate import Unreadable
from tests.documents.builders import a_pdf, a_photo, pdf_with
from tests.documents.test_cleaning import bare
from tests.effort import processor_s

MOST_S = 25.0
BOMB = 300_000_000


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!L", len(data)) + name + data + struct.pack("!L", zlib.crc32(name + data))


def png_with(name: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk before its pixels."""
    png = a_photo("PNG")
    at = png.index(b"IDAT") - 4
    return png[:at] + chunk(name, data) + png[at:]


def text_bomb() -> bytes:
    """A compressed text of 300 MB in a PNG of some kilobytes."""
    return png_with(b"zTXt", b"x\0\0" + zlib.compress(bytes(BOMB), 9))


def profile_bomb() -> bytes:
    """A compressed colour profile of 300 MB."""
    return png_with(b"iCCP", b"x\0\0" + zlib.compress(bytes(BOMB), 9))


def lying_size() -> bytes:
    """A JPEG that says it is 65,500 × 65,500."""
    data = bytearray(a_photo())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack("!HH", 65_500, 65_500)
    return bytes(data)


def many_scans() -> bytes:
    """A progressive JPEG whose last scan comes 2,000 times."""
    data = a_photo(progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 2_000 + b"\xff\xd9"


def many_frames() -> bytes:
    """An animated PNG of 300 frames."""
    frames = [Image.new("RGB", (50, 50), (n % 256, 0, 0)) for n in range(300)]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def stream_bomb() -> bytes:
    """A PDF of some kilobytes whose page unfolds to 300 MB."""

    def fold(pdf: pikepdf.Pdf) -> None:
        folded = zlib.compress(zlib.compress(bytes(BOMB), 9), 9)
        pdf.pages[0].Contents = pikepdf.Stream(
            pdf, folded, Filter=Array([Name.FlateDecode, Name.FlateDecode])
        )

    return pdf_with(fold, compress_streams=False)


def deep_nest() -> bytes:
    """A PDF whose page holds 5,000 arrays in each other."""
    nested = b"/Type /Page /X " + b"[" * 5_000 + b"]" * 5_000 + b" >>"
    data = a_pdf().replace(b"/Type /Page >>", nested)
    assert nested in data
    return data


def hidden_in_object_stream() -> bytes:
    """JavaScript in an object that only a compressed object stream holds."""

    def hide(pdf: pikepdf.Pdf) -> None:
        held = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=pikepdf.String("x")))
        pdf.pages[0].Other = pdf.make_indirect(Dictionary(Deep=held))

    return pdf_with(hide, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def html_after_pdf() -> bytes:
    """A PDF that is a web page to those who look only at its end."""
    return a_pdf() + b"<html><script>alert(1)</script></html>"


WORST: dict[Callable[[], bytes], set[str]] = {
    text_bomb: {"photo_broken", "taken"},
    profile_bomb: {"photo_broken", "taken", "too_large_to_read"},
    lying_size: {"photo_too_large"},
    many_scans: {"photo_broken", "taken", "gate_limit"},
    many_frames: {"taken"},
    stream_bomb: {"taken", "gate_limit", "too_large_to_read"},
    deep_nest: {"pdf_broken", "taken"},
    hidden_in_object_stream: {"pdf_script"},
    html_after_pdf: {"taken", "pdf_broken"},
}


@pytest.mark.parametrize("make", WORST, ids=lambda make: make.__name__)
def test_sec_upload_the_worst_ends_in_a_named_verdict(make: Callable[[], bytes]) -> None:
    data, begun = make(), processor_s()
    assert len(data) < 20_000_000
    try:
        found = clean(io.BytesIO(data))
        code = "taken"
        assert b"<script" not in found.clean and len(found.clean) < 20_000_000
        if found.clean_kind != "pdf":
            bare(found.clean)
    except Unreadable as refusal:
        code = refusal.code
    assert code in WORST[make]
    assert processor_s() - begun < MOST_S
