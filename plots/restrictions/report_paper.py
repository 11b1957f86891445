"""The plot report as a paper and as a page: what the templates are told."""

import datetime as dt
from typing import Any

import shapely
from django.template.loader import render_to_string
from shapely.geometry.base import BaseGeometry

from municipality.conf import PROFILE
from municipality.documents.printing import fonts, pdf_of
from municipality.stored import geos_of, shape_of
from municipality.words import Text, in_arabic
from plots.register.queries import PlotOnDay
from plots.restrictions.models import ThemeFeature
from plots.restrictions.report import OTHER_SYMBOL, SYMBOLS, plot_report
from plots.restrictions.sheet import drawing, path_of, to_paper


def _grounds(shape: BaseGeometry, *, on: dt.date) -> list[dict[str, str]]:
    """Draw the ground that each theme shares with a plot, in the colour of its symbol."""
    paper, _ = to_paper(shape)
    rows = ThemeFeature.objects.filter(
        layer__valid__contains=on, shape__intersects=geos_of(shape)
    ).select_related("layer__theme")
    drawn = []
    for row in rows.order_by("layer__theme__position", "pk"):
        shared = shapely.intersection(shape_of(row.shape), shape)
        if shapely.get_dimensions(shared) > 0:
            colour = SYMBOLS.get(row.layer.theme.code, OTHER_SYMBOL)
            drawn.append({"path": path_of(shared, paper), "colour": colour})
    return drawn


def in_words(told: Any) -> Any:
    """Turn each pair of texts of a report into the one of the page's language."""
    if isinstance(told, dict):
        if told.keys() == {"ar", "en"}:
            return str(Text(**told))
        return {name: in_words(value) for name, value in told.items()}
    return [in_words(one) for one in told] if isinstance(told, list) else told


def report_context(plot: PlotOnDay, *, on: dt.date, at: dt.datetime) -> dict[str, Any]:
    """Return what the page and the paper show of a plot on a day."""
    report = plot_report(plot, on=on, at=at)
    return {
        "report": in_words(report),
        "drawing": drawing(plot.shape),
        "grounds": _grounds(plot.shape, on=on),
        "on": on,
        "at": at.astimezone(PROFILE.time_zone),
    }


def report_pdf(plot: PlotOnDay, *, on: dt.date, at: dt.datetime) -> bytes:
    """Print the report in the active language."""
    arabic = in_arabic()
    context = report_context(plot, on=on, at=at) | {
        "lang": "ar" if arabic else "en",
        "dir": "rtl" if arabic else "ltr",
        "municipality": Text(PROFILE.municipality_ar, PROFILE.municipality_en),
        "fonts": fonts(),
    }
    context["is_demo"] = context["report"]["is_synthetic"]
    return pdf_of(render_to_string("plots/report.html", context))
