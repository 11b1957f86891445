"""Stamped files: valid and whole by poppler and by pyHanko, upright, nothing drawn is covered."""

import io
import re
import unicodedata
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pyhanko.sign.validation.status import SignatureCoverageLevel

from municipality.documents import papers, stamp, store
from municipality.documents.signing import keystore, looks, page_room
from municipality.documents.signing.examining import examine, status_of
from municipality.documents.signing.frame import Frame, turned
from municipality.documents.signing.refusals import REFUSALS, NotStampable
from municipality.documents.signing.stamping import stamped
from municipality.documents.signing.values import Corner, Room, SignedPdf
from municipality.words import Text
from tests.documents.builders import AT, a_pdf, pdf_with
from tests.documents.signing.builders import (
    A0,
    REASON,
    SHAPES,
    a_sheet,
    a_stamp,
    pdfsig,
    sign_pdf,
    stamp_it,
    tool,
)


def streams(pdf: bytes) -> list[bytes]:
    """What is drawn on each page, byte for byte."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [page.obj.Contents.read_bytes() if not isinstance(page.obj.Contents, pikepdf.Array)
                else b"|".join(part.read_bytes() for part in page.obj.Contents)
                for page in opened.pages]  # fmt: skip


def seen(pdf: bytes, tmp_path: Path, page: int = 1) -> Image.Image:
    """The page as people see it."""
    path = tmp_path / "seen.pdf"
    path.write_bytes(pdf)
    tool("pdftoppm", "-r", "130", "-png", "-cropbox", "-f", str(page), "-l", str(page),
         "-singlefile", path, tmp_path / "seen")  # fmt: skip
    return Image.open(tmp_path / "seen.png").convert("L")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_stamped_sheet_is_valid_whole_and_reads_upright(shape, folder, tmp_path) -> None:
    visible = a_stamp()
    source = SHAPES[shape]()
    signed = sign_pdf(source, visible=visible, reason=REASON, at=AT)
    said = pdfsig(signed.pdf, tmp_path)
    assert "Signature is Valid." in said and "- Total document signed" in said
    assert "ETSI.CAdES.detached" in said and said.count("Signature #") == 1
    status = status_of(signed.pdf, folder=folder, at=AT)
    assert status.bottom_line and status.docmdp_ok
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    time = status.timestamp_validity
    assert time.valid and time.intact and time.trusted and time.timestamp == AT
    assert streams(signed.pdf) == streams(source)  # the drawing itself is untouched
    picture = seen(signed.pdf, tmp_path)
    code = zxingcpp.read_barcode(np.array(picture))
    assert code is not None and code.text == stamp.verify_url(visible.code)
    assert abs(code.orientation) <= 2  # upright as people see the page
    middle = (code.position.top_left.x + code.position.bottom_right.x) / 2
    assert middle < picture.width / 2  # in the corner that was asked for
    assert code.position.top_left.y > picture.height / 2


def test_the_words_of_the_stamp_are_text_in_arabic(tmp_path, caplog) -> None:
    signed = stamp_it(a_sheet(pages=2))
    assert not [row for row in caplog.records if row.name == "weasyprint"]  # all its rules hold
    path = tmp_path / "stamped.pdf"
    path.write_bytes(signed.pdf)
    said = unicodedata.normalize("NFKC", tool("pdftotext", "-layout", path, "-"))
    plain = "".join(one for one in said if unicodedata.category(one) != "Cf")
    for words in ("بلدية مسقط", "مخطط معتمد", "رقم المعاملة", "BP-2026-000123",
                  "المهندس سعيد بن حمد", "24/11/2026", "سلطة اختبار", "ليست سلطة معتمدة"):  # fmt: skip
        assert words in plain, words
    assert plain.count("BP-2026-000123") == 2  # and in the strip of the second page


def test_long_lines_are_made_smaller_and_never_cut(tmp_path) -> None:
    """Six lines of 120 letters: each word is there, above the foot and beside the QR."""
    words = [f"house{number}" for number in range(72)]
    lines = tuple(
        (Text("القطعة", "Plot"), Text(" ".join(words[at : at + 12])[:120], ""))
        for at in range(0, 72, 12)
    )
    visible = a_stamp(lines=lines)
    path = tmp_path / "stamp.pdf"
    path.write_bytes(looks.stamp_pdf(visible, is_test=True))
    boxes = {
        unicodedata.normalize("NFKC", word): [float(one) for one in place]
        for *place, word in re.findall(
            r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)</word',
            tool("pdftotext", "-bbox", path, "-"),
        )
    }
    foot = min(place[1] for word, place in boxes.items() if "localhost" in word)
    for _, value in lines:
        for word in value.ar.split():
            assert word in boxes, word
            assert boxes[word][3] <= foot + 1 and boxes[word][0] >= 26 * 72 / 25.4


@pytest.mark.parametrize("corner", Corner)
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_each_corner_of_each_turn_is_where_people_see_it(corner, turn, tmp_path) -> None:
    room = page_room.make_room(
        a_sheet((700, 900), turn=turn), visible=a_stamp(corner=corner), strip=bytes
    )
    with pikepdf.open(io.BytesIO(room.pdf)) as opened:
        page = opened.pages[0]
        box = [float(one) for one in page.cropbox]
    frame = Frame((box[0], box[1], box[2], box[3]), turn)
    u, v = seen_place(frame, room.box)
    assert (u < frame.width / 2) == corner.endswith("left")
    assert (v < frame.height / 2) == corner.startswith("bottom")


def seen_place(frame: Frame, box: tuple[float, float, float, float]) -> tuple[float, float]:
    """The middle of a box as seen: found by trying, not by the code under test."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    x0, y0, x1, y1 = frame.box
    return {
        0: (x - x0, y - y0),
        90: (y - y0, x1 - x),
        180: (x1 - x, y1 - y),
        270: (y1 - y, x - x0),
    }[frame.turn]


sides = st.floats(200, 3000)


@given(x=st.floats(-500, 500), y=st.floats(-500, 500), width=sides, height=sides,
       turn=st.sampled_from([0, 90, 180, 270]), corner=st.sampled_from(Corner))  # fmt: skip
def test_law_a_band_never_covers_what_was_visible(x, y, width, height, turn, corner) -> None:
    frame = Frame((x, y, x + width, y + height), turn)
    grown = frame.grown_below(90) if corner.startswith("bottom") else frame.grown_above(90)
    low = 0.0 if corner.startswith("bottom") else grown.height - 90
    band = grown.place(0, low, grown.width, 90)
    assert grown.width == pytest.approx(frame.width)
    assert grown.height == pytest.approx(frame.height + 90)
    overlap_x = min(band[2], frame.box[2]) - max(band[0], frame.box[0])
    overlap_y = min(band[3], frame.box[3]) - max(band[1], frame.box[1])
    assert min(overlap_x, overlap_y) <= 1e-6
    around = (min(band[0], frame.box[0]), min(band[1], frame.box[1]),
              max(band[2], frame.box[2]), max(band[3], frame.box[3]))  # fmt: skip
    assert around == pytest.approx(grown.box)
    assert seen_place(grown, band)[1] == pytest.approx(low + 45)


@given(width=sides, height=sides, turn=st.sampled_from([0, 90, 180, 270]))
def test_law_a_turned_drawing_begins_at_nought(width, height, turn) -> None:
    a, b, c, d, e, f = turned(width, height, turn)
    corners = [(a * u + c * v + e, b * u + d * v + f) for u in (0, width) for v in (0, height)]
    assert min(x for x, _ in corners) == pytest.approx(0)
    assert min(y for _, y in corners) == pytest.approx(0)


def test_what_lay_outside_the_crop_box_does_not_appear_in_the_band(tmp_path) -> None:
    """The band widens the visible box over what the sheet hid: white is drawn over that."""

    def hide(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.cropbox = pikepdf.Array([0, 300, 595, 842])
        page.contents_add(pdf.make_stream(b"0 0 0 rg 0 0 595 299 re f"))

    signed = stamp_it(pdf_with(hide))
    picture = np.array(seen(signed.pdf, tmp_path))
    right_of_the_stamp = picture[-60:, -150:]
    assert right_of_the_stamp.min() > 200


def test_our_own_paper_takes_the_stamp_into_its_free_corner() -> None:
    room = page_room.make_room(a_sheet(), visible=a_stamp(room=Room.ON_PAGE), strip=bytes)
    with pikepdf.open(io.BytesIO(room.pdf)) as opened:
        assert [float(one) for one in opened.pages[0].mediabox] == [0, 0, 595, 842]
        assert "/Annots" not in opened.pages[0].obj


def test_large_sheets_get_a_larger_stamp() -> None:
    def width(size: tuple[float, float]) -> float:
        room = page_room.make_room(a_sheet(size), visible=a_stamp(), strip=bytes)
        return room.box[2] - room.box[0]

    a4, a2, a0 = width((595, 842)), width((1191, 1684)), width(A0)
    assert a4 == pytest.approx(100 * 72 / 25.4, abs=1.5)
    assert a4 < a2 < a0 <= 2 * a4 + 2


def test_a_page_too_small_for_a_stamp_that_reads_is_refused() -> None:
    with pytest.raises(NotStampable) as refused:
        stamp_it(a_sheet((150, 150)))
    assert refused.value.code == "page_too_small" and "53 × 53" in refused.value.detail.en


def test_a_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotStampable) as refused:
        stamp_it(a_sheet(), page=2)
    assert refused.value.code == "page_missing"


def _form(pdf: pikepdf.Pdf) -> None:
    field = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="area"))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field])


def _xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))


def _certified(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Perms = pikepdf.Dictionary(DocMDP=pdf.make_indirect(pikepdf.Dictionary()))


def _stray_signature(pdf: pikepdf.Pdf) -> None:
    held = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3])
    pdf.Root.Elsewhere = pdf.make_indirect(held)


def _turned_a_little(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Rotate = 45


BAD = {
    "form": ("pdf_form", lambda: pdf_with(_form)),
    "xfa": ("pdf_xfa", lambda: pdf_with(_xfa)),
    "certified": ("pdf_signed", lambda: pdf_with(_certified)),
    "signed": ("pdf_signed", lambda: pdf_with(_stray_signature)),
    "locked": (
        "pdf_locked",
        lambda: pdf_with(lambda pdf: None, encryption=pikepdf.Encryption(owner="o", user="u")),
    ),
    "locked_for_changes": (
        "pdf_locked",
        lambda: pdf_with(lambda pdf: None, encryption=pikepdf.Encryption(owner="o", user="")),
    ),
    "broken_xref": ("pdf_broken", lambda: a_pdf().replace(b"startxref", b"startxxxx")),
    "cut": ("pdf_broken", lambda: a_pdf()[:400]),
    "no_pdf": ("pdf_broken", lambda: b"hello"),
    "empty": ("pdf_broken", lambda: b""),
    "turned_a_little": ("pdf_broken", lambda: pdf_with(_turned_a_little)),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_stamped_is_refused_in_a_sentence_of_its_own(what) -> None:
    code, make = BAD[what]
    with pytest.raises(NotStampable) as refused:
        stamp_it(make())
    assert refused.value.code == code
    assert "{" not in refused.value.detail.ar + refused.value.detail.en


def test_a_stamped_file_is_not_stamped_again() -> None:
    with pytest.raises(NotStampable) as refused:
        stamp_it(stamp_it(a_sheet()).pdf)
    assert refused.value.code == "pdf_signed"


def test_a_file_larger_than_the_verification_page_takes_is_not_stamped(monkeypatch) -> None:
    monkeypatch.setattr("municipality.documents.signing.stamping.MOST_BYTES", 9_000)
    with pytest.raises(NotStampable) as refused:
        stamp_it(a_sheet())
    assert refused.value.code == "too_large"


@pytest.mark.real_data
def test_every_file_of_the_corpus_ends_stamped_or_refused_by_name(real_data, folder) -> None:
    ended = {}
    for path in sorted((real_data / "pdf-signatures").rglob("*.pdf")):
        try:
            ended[path.name] = stamp_it(path.read_bytes())
        except NotStampable as refused:
            ended[path.name] = refused.code
    stamped = {name for name, end in ended.items() if isinstance(end, SignedPdf)}
    for name in stamped:
        assert examine(ended[name].pdf, folder=folder, at=AT).holds, name
    refused = {name: end for name, end in ended.items() if name not in stamped}
    assert stamped == {"minimal.pdf", "arabic-box.pdf"}, refused
    assert set(refused.values()) <= set(REFUSALS) and len(refused) == 8, refused


@pytest.mark.django_db
def test_a_paper_is_issued_with_its_own_code_in_the_stamp(folder, tmp_path) -> None:
    made = stamped(a_sheet(), visible=a_stamp(code="0" * 28), reason=REASON, at=AT)
    paper = papers.issue_paper(kind="permit", number="1", pdf=made, facts=[], at=AT, about="case/1")
    assert paper.certificate_serial == keystore.serial_of(keystore.chain_of(folder)[0])
    with store.open_kept(paper.sha256) as file:
        code = zxingcpp.read_barcode(np.array(seen(file.read(), tmp_path)))
    assert code is not None and code.text == stamp.verify_url(paper.code)
