"""Room for the stamp: a clean copy is written anew with a band beside each page.

What is drawn is neither scaled nor covered, and no stream of the drawing is touched: pages get a
larger box, and annotations stand in it.  Reads PDFs by qpdf: for workers, on clean copies only.
"""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from municipality.documents.signing.frame import Box, Frame, turned
from municipality.documents.signing.refusals import NotStampable
from municipality.documents.signing.values import Corner, Room, VisibleStamp

STAMP_MM = (100.0, 38.0)  # at scale 1, as the template draws it
STRIP_MM = (190.0, 6.0)  # the line on the pages that do not bear the stamp
GAP_MM = 3.0
MARGIN_MM = 8.0  # of a stamp on the page itself: what printers cannot reach
A4_SHORT_MM = 210.0
DEEPEST_TREE = 100
LARGEST, SMALLEST = 2.0, 0.6  # a QR of 0.6 still reads: 0.4 mm a dot
PRINT_READ_ONLY_LOCKED = 4 | 64 | 128 | 512  # ISO 32000-1 table 165


@dataclass(frozen=True, slots=True)
class Roomy:
    """A file with room: where the stamp goes, on which page (from 0), turned how."""

    pdf: bytes
    box: tuple[int, int, int, int]
    page: int
    turn: int


def _refuse_what_changes(pdf: pikepdf.Pdf) -> None:
    """Refuse what a stamp would void, or what could change under it."""
    if pdf.is_encrypted:
        raise NotStampable("pdf_locked")
    if "/Perms" in pdf.Root or _is_signed(pdf):
        raise NotStampable("pdf_signed")
    form = pdf.Root.get("/AcroForm")
    if form is None:
        return
    if "/XFA" in form:
        raise NotStampable("pdf_xfa")
    if len(form.get("/Fields", [])):
        raise NotStampable("pdf_form")
    del pdf.Root["/AcroForm"]


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    """Whether any object is a signature: fields may be out of the form's list."""
    return any(
        isinstance(thing, Dictionary)
        and ("/ByteRange" in thing or (thing.get("/FT") == Name.Sig and "/V" in thing))
        for thing in pdf.objects
    )


def _turn(node: Any) -> int:
    """Return ``/Rotate`` of a page, which it may have from the tree above it."""
    for _ in range(DEEPEST_TREE):
        if "/Rotate" in node:
            return int(node.Rotate) % 360
        if "/Parent" not in node:
            return 0
        node = node.Parent
    raise NotStampable("pdf_broken", reason="a tree of pages without an end")


def _frame(page: pikepdf.Page) -> Frame:
    media, crop = ([float(one) for one in box] for box in (page.mediabox, page.cropbox))
    box = (
        max(min(media[0], media[2]), min(crop[0], crop[2])),
        max(min(media[1], media[3]), min(crop[1], crop[3])),
        min(max(media[0], media[2]), max(crop[0], crop[2])),
        min(max(media[1], media[3]), max(crop[1], crop[3])),
    )
    turn, unit = _turn(page.obj), float(page.obj.get("/UserUnit", 1))
    if turn % 90 or unit <= 0 or box[0] >= box[2] or box[1] >= box[3]:
        raise NotStampable("pdf_broken", reason="a page without a size")
    return Frame(box, turn, unit)


def _scale(frame: Frame, room: Room) -> float:
    """Return how much larger than on A4 the stamp is drawn: large sheets are read from afar."""
    width, height = frame.in_mm(frame.width), frame.in_mm(frame.height)
    wanted = min(LARGEST, max(1.0, math.sqrt(min(width, height) / A4_SHORT_MM)))
    around = 2 * (GAP_MM if room is Room.ADDED else MARGIN_MM)
    fits = (width - around) / STAMP_MM[0]
    if room is Room.ON_PAGE:
        fits = min(fits, (height - around) / STAMP_MM[1])
    if fits < SMALLEST:
        raise NotStampable("page_too_small", width=round(width), height=round(height))
    return min(wanted, fits)


def _is_below(corner: Corner) -> bool:
    return corner in (Corner.BOTTOM_LEFT, Corner.BOTTOM_RIGHT)


def _across(frame: Frame, corner: Corner, width: float, gap: float) -> float:
    at_left = corner in (Corner.BOTTOM_LEFT, Corner.TOP_LEFT)
    return gap if at_left else frame.width - gap - width


def _set_box(page: pikepdf.Page, frame: Frame) -> None:
    """Give the page a larger visible box; its paper holds what it held, and the band."""
    media = [float(one) for one in page.mediabox]
    x0, y0, x1, y1 = frame.box
    page.mediabox = Array(
        [
            min(media[0], media[2], x0),
            min(media[1], media[3], y0),
            max(media[0], media[2], x1),
            max(media[1], media[3], y1),
        ]
    )
    page.cropbox = Array([x0, y0, x1, y1])


def _appearance(pdf: pikepdf.Pdf, frame: Frame, size: tuple[float, float], drawn: Any) -> Any:
    """Draw a white band, and a strip in it where there is one, upright on the page."""
    width, height = size
    content = f"1 1 1 rg 0 0 {width:.3f} {height:.3f} re f"
    resources = Dictionary()
    if drawn is not None:
        box = [float(one) for one in drawn.BBox]
        scale = min(height / (box[3] - box[1]), width / (box[2] - box[0]))
        content += f" q {scale:.5f} 0 0 {scale:.5f} 0 0 cm /Strip Do Q"
        resources = Dictionary(XObject=Dictionary(Strip=drawn))
    made = pdf.make_stream(content.encode())
    made.Type, made.Subtype = Name.XObject, Name.Form
    made.BBox = Array([0, 0, width, height])
    made.Matrix = Array(list(turned(width, height, frame.turn)))
    made.Resources = resources
    return made


def _put_band(pdf: pikepdf.Pdf, page: pikepdf.Page, frame: Frame, band: Box, drawn: Any) -> None:
    width, height = band[2] - band[0], band[3] - band[1]
    as_seen = (width, height) if frame.turn in (0, 180) else (height, width)
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Stamp,
        Rect=Array(list(band)),
        F=PRINT_READ_ONLY_LOCKED,
        AP=Dictionary(N=pdf.make_indirect(_appearance(pdf, frame, as_seen, drawn))),
    )
    if "/Annots" not in page.obj:
        page.obj.Annots = Array()
    page.obj.Annots.append(pdf.make_indirect(note))


def _add_band(
    pdf: pikepdf.Pdf, page: pikepdf.Page, corner: Corner, height_mm: float, drawn: Any
) -> Frame:
    """Put a band of a height to a page and return the page's new frame."""
    frame = _frame(page)
    by = frame.of_mm(height_mm)
    grown = frame.grown_below(by) if _is_below(corner) else frame.grown_above(by)
    low = 0.0 if _is_below(corner) else grown.height - by
    _set_box(page, grown)
    _put_band(pdf, page, grown, grown.place(0, low, grown.width, by), drawn)
    return grown


def _stamped_page(pdf: pikepdf.Pdf, page: pikepdf.Page, visible: VisibleStamp) -> tuple[Box, int]:
    frame = _frame(page)
    scale = _scale(frame, visible.room)
    gap_mm = MARGIN_MM
    if visible.room is Room.ADDED:
        gap_mm = GAP_MM
        band = STAMP_MM[1] * scale + 2 * gap_mm
        frame = _add_band(pdf, page, visible.corner, band, None)
    width, height = (frame.of_mm(side * scale) for side in STAMP_MM)
    gap = frame.of_mm(gap_mm)
    v = gap if _is_below(visible.corner) else frame.height - gap - height
    u = _across(frame, visible.corner, width, gap)
    return frame.place(u, v, width, height), frame.turn


def _strip(pdf: pikepdf.Pdf, strip: Callable[[], bytes]) -> Any:
    with pikepdf.open(io.BytesIO(strip())) as other:
        return pdf.copy_foreign(other.pages[0].as_form_xobject())


def _with_room(
    pdf: pikepdf.Pdf, visible: VisibleStamp, strip: Callable[[], bytes]
) -> tuple[Box, int]:
    _refuse_what_changes(pdf)
    if not 0 < visible.page <= len(pdf.pages):
        raise NotStampable("page_missing", page=visible.page, pages=len(pdf.pages))
    box, turn = _stamped_page(pdf, pdf.pages[visible.page - 1], visible)
    if visible.room is Room.ADDED and len(pdf.pages) > 1:
        drawn = pdf.make_indirect(_strip(pdf, strip))
        for number, page in enumerate(pdf.pages, start=1):
            if number != visible.page:
                height = STRIP_MM[1] * _strip_scale(_frame(page))
                _add_band(pdf, page, visible.corner, height, drawn)
    return box, turn


def _strip_scale(frame: Frame) -> float:
    width, height = frame.in_mm(frame.width), frame.in_mm(frame.height)
    wanted = min(LARGEST, max(1.0, math.sqrt(min(width, height) / A4_SHORT_MM)))
    return min(wanted, width / STRIP_MM[0])


def make_room(pdf: bytes, *, visible: VisibleStamp, strip: Callable[[], bytes]) -> Roomy:
    """Write a clean copy anew with room for its stamp; ``strip`` draws the line of other pages.

    Raises NotStampable: encrypted, damaged (nothing is mended here: what the auditor saw is what
    is stamped), signed, a form, no such page, a page too small.
    """
    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as opened:
            box, turn = _with_room(opened, visible, strip)
            opened.save(
                out,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
            )
    except pikepdf.PasswordError:
        raise NotStampable("pdf_locked") from None
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = str(error).split(":")[-1].strip()[:100]
        raise NotStampable("pdf_broken", reason=reason) from error
    x0, y0, x1, y1 = (round(one) for one in box)
    return Roomy(out.getvalue(), (x0, y0, x1, y1), visible.page - 1, turn)
