"""The sheet of what restricts a plot, as PDF: one A4 page, Arabic or English, with its drawing.

The drawing is the plot true to scale with its side lengths and the ground each theme shares
with it; north is up.  It is a statement for information; the certified extract is a service of
its own.
"""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import shapely
from django.template.loader import render_to_string
from shapely.geometry.base import BaseGeometry

from municipality.conf import PROFILE
from municipality.documents.printing import fonts, pdf_of
from municipality.places.demo import is_demo
from municipality.words import Text, in_arabic
from plots.register.features import plot_feature
from plots.register.queries import PlotOnDay
from plots.restrictions.queries import Restriction, restrictions_of

DRAWING_PX = 300  # side of the square the plot is drawn in
MIN_SIDE_M = 2.0  # shorter sides carry no length: the figures would lie on each other


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the plot in the drawing: ends, length in metres, place and angle of its text."""

    x1: float
    y1: float
    x2: float
    y2: float
    length: str
    angle: float

    @property
    def middle(self) -> tuple[float, float]:
        """Return where the length is written."""
        return round((self.x1 + self.x2) / 2, 2), round((self.y1 + self.y2) / 2, 2)


def to_paper(shape: BaseGeometry) -> tuple[Any, float]:
    """Return the function from METRIC to the drawing, and metres a pixel."""
    west, south, east, north = shape.bounds
    size = max(east - west, north - south) or 1.0
    scale = DRAWING_PX * 0.78 / size
    middle = (west + east) / 2, (south + north) / 2

    def paper(x: float, y: float) -> tuple[float, float]:
        return (
            round(DRAWING_PX / 2 + (x - middle[0]) * scale, 2),
            round(DRAWING_PX / 2 - (y - middle[1]) * scale, 2),
        )

    return paper, 1 / scale


def _angle(x1: float, y1: float, x2: float, y2: float) -> float:
    """Return the angle of a text along a side, in degrees, never upside down."""
    angle = math.degrees(math.atan2(y2 - y1, x2 - x1))
    return round(angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle, 1)


def path_of(shape: BaseGeometry, paper: Any) -> str:
    """Write the rings of areas, and lines, as an SVG path; ``paper`` is of ``to_paper``."""
    path = []
    for part in shapely.get_parts(shape):
        is_area = part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors) if is_area else (part,):
            corners = " L".join("{} {}".format(*paper(x, y)) for x, y, *_ in ring.coords)
            path.append(f"M{corners}{' Z' if is_area else ''}")
    return " ".join(path)


def drawing(shape: BaseGeometry) -> dict[str, Any]:
    """Draw a plot: its rings as SVG path, its sides with lengths, and a scale bar in metres."""
    paper, metres_a_px = to_paper(shape)
    sides = []
    for polygon in shapely.get_parts(shape):
        for a, b in zip(polygon.exterior.coords, polygon.exterior.coords[1:], strict=False):
            length = shapely.Point(a).distance(shapely.Point(b))
            if length >= MIN_SIDE_M:
                (x1, y1), (x2, y2) = paper(*a), paper(*b)
                sides.append(Side(x1, y1, x2, y2, f"{length:.2f}", _angle(x1, y1, x2, y2)))
    bar_m = next(m for m in (500, 200, 100, 50, 20, 10, 5, 2, 1) if m / metres_a_px < 110 or m == 1)
    return {
        "path": path_of(shape, paper),
        "sides": sides if len(sides) <= 24 else [],
        "bar_m": bar_m,
        "bar_px": round(bar_m / metres_a_px, 1),
        "size": DRAWING_PX,
    }


METRE, PER_CENT, NOTHING = Text("م", "m"), Text("%", "%"), Text("", "")
LIMIT_WORDS = {
    "setback_front_m": (Text("الارتداد الأمامي", "Front setback"), METRE),
    "setback_side_m": (Text("الارتداد الجانبي", "Side setback"), METRE),
    "setback_rear_m": (Text("الارتداد الخلفي", "Rear setback"), METRE),
    "coverage_pct": (Text("نسبة البناء", "Coverage"), PER_CENT),
    "built_up_pct": (Text("مساحة البناء من مساحة القطعة", "Built-up area"), PER_CENT),
    "floors": (Text("عدد الطوابق", "Floors"), NOTHING),
    "height_m": (Text("ارتفاع المبنى", "Building height"), METRE),
    "parking_bays": (Text("المواقف المطلوبة", "Parking bays"), NOTHING),
}


def sheet_facts(plot: PlotOnDay, *, on: dt.date, at: dt.datetime) -> dict[str, Any]:
    """Gather what a paper says of a plot: its facts, drawing, restrictions and limits of a day."""
    rows: list[Restriction] = restrictions_of(shape=plot.shape, on=on)
    arabic = in_arabic()
    properties = plot_feature(plot, on=on)["properties"]
    return {
        "limits": [
            (label, properties["limits"][name], unit) for name, (label, unit) in LIMIT_WORDS.items()
        ],
        "is_demo": is_demo(),
        "lang": "ar" if arabic else "en",
        "dir": "rtl" if arabic else "ltr",
        "municipality": Text(PROFILE.municipality_ar, PROFILE.municipality_en),
        "plot": properties,
        "facts": plot.facts,
        "drawing": drawing(plot.shape),
        "rows": rows,
        "on": on,
        "at": at.astimezone(PROFILE.time_zone),
        "fonts": fonts(),
    }


def sheet_pdf(plot: PlotOnDay, *, on: dt.date, at: dt.datetime, address: str) -> bytes:
    """Print the sheet."""
    facts = sheet_facts(plot, on=on, at=at) | {"address": address}
    return pdf_of(render_to_string("plots/restrictions_sheet.html", facts))
