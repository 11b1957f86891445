"""The paper itself: one PDF from the register of the day, with its code and its facts."""

import datetime as dt
from collections.abc import Callable

import shapely
from django.template.loader import render_to_string
from django.utils import translation
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.conf import PROFILE
from municipality.documents.papers import Fact
from municipality.documents.printing import pdf_of
from municipality.documents.stamp import verify_qr, verify_words
from municipality.words import Text
from plots.register.queries import PlotOnDay
from plots.restrictions.sheet import sheet_facts

MOST_CORNERS = 24  # more would fill pages; the drawing shows them all


def _corners(shape: BaseGeometry) -> list[tuple[str, str]]:
    """Write the corners of the outer ring, in METRIC to the centimetre."""
    parts = shapely.get_parts(shape)
    ring = list(parts[0].exterior.coords)[:-1] if len(parts) == 1 else []
    if len(ring) > MOST_CORNERS:
        return []
    return [(f"{east:.2f}", f"{north:.2f}") for east, north, *_ in ring]


def printer(
    plot: PlotOnDay, *, number: str, language: str, on: dt.date, at: dt.datetime
) -> Callable[[str], bytes]:
    """Return what prints the extract once its code is known."""

    def printed(code: str) -> bytes:
        with translation.override(language):
            context = sheet_facts(plot, on=on, at=at) | {
                "number": number,
                "corners": _corners(plot.shape),
                "system": PROFILE.systems[crs.METRIC],
                "qr": verify_qr(code),
                "verify_words": verify_words(code),
            }
            return pdf_of(render_to_string("extracts/paper.html", context))

    return printed


def facts(plot: PlotOnDay, *, on: dt.date) -> list[Fact]:
    """Return what anyone with the code may check: all of it stands on the paper."""
    number, version = plot.facts.number, str(plot.facts.version)
    rows: list[Fact] = [(Text("رقم القطعة", "Plot number"), Text(number, number))]
    for place, label in (
        (plot.facts.wilayat, Text("الولاية", "Wilayat")),
        (plot.facts.area, Text("المنطقة", "Area")),
    ):
        if place is not None:
            rows.append((label, Text(place.name_ar, place.name_en)))
    area = f"{plot.shape.area:.2f}"
    rows.append((Text("المساحة المقيسة", "Measured area"), Text(f"{area} م²", f"{area} m²")))
    rows.append((Text("نسخة القطعة", "Version of the plot"), Text(version, version)))
    day = on.strftime("%d/%m/%Y")
    rows.append((Text("بتاريخ", "As of"), Text(day, day)))
    return rows
