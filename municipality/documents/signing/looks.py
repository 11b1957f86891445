"""How the stamp looks: drawn by the printer of papers, in the municipality's own words."""

import math

from django.template.loader import render_to_string

from municipality.conf import PROFILE
from municipality.documents.papers import shown
from municipality.documents.printing import small_pdf_of
from municipality.documents.signing.authority import TEST_AUTHORITY
from municipality.documents.signing.page_room import STAMP_MM, STRIP_MM
from municipality.documents.signing.values import VisibleStamp
from municipality.documents.stamp import verify_host, verify_qr

FONT_PT, SMALLEST_PT = 7.2, 4.2
ROWS, LETTERS = 6, 40  # what fits beside the QR in the largest letters
STRIP_LINES = 2  # a number and a place are what a loose sheet is sorted by


def _printed(visible: VisibleStamp, size: tuple[float, float], **more: object) -> bytes:
    context = {
        "municipality": PROFILE.municipality_ar,
        "title": visible.title.ar,
        "host": verify_host(),
        "code": shown(visible.code),
        "width": f"{size[0]:g}",  # text: numbers would be written in the page's language
        "height": f"{size[1]:g}",
        **more,
    }
    return small_pdf_of(render_to_string("documents/stamp.html", context))


def _font(visible: VisibleStamp) -> float:
    """Return the size of letters in which all lines fit, long ones broken; nothing is cut off.

    Smaller letters fit more to a row and more rows, so room grows with the square.
    """
    rows = sum(math.ceil(len(value.ar) / LETTERS) for _, value in visible.lines)
    return max(SMALLEST_PT, FONT_PT * min(1.0, math.sqrt(ROWS / max(rows, 1))))


def stamp_pdf(visible: VisibleStamp, *, is_test: bool) -> bytes:
    """Draw the stamp in Arabic as a PDF of one page of its size."""
    return _printed(
        visible,
        STAMP_MM,
        lines=[(label.ar, value.ar) for label, value in visible.lines],
        font=f"{_font(visible):.2f}",
        qr=verify_qr(visible.code),
        test_words=TEST_AUTHORITY.ar if is_test else "",
        is_strip=False,
    )


def strip_pdf(visible: VisibleStamp) -> bytes:
    """Draw the line that stands on the pages without the stamp."""
    lines = [(label.ar, value.ar) for label, value in visible.lines[:STRIP_LINES]]
    return _printed(visible, STRIP_MM, lines=lines, is_strip=True)
