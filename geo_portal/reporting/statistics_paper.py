"""The yearly report of reports (ملاحظات) as a paper."""

import datetime as dt
from typing import Any

from django.template.loader import render_to_string

from geo_portal.reporting.statistics_chart import month_bars, wide_bars
from municipality.conf import PROFILE
from municipality.documents.printing import fonts, pdf_of
from municipality.places.demo import is_demo
from municipality.words import Text, in_arabic
from observations.statistics.figures import FEWEST_RATINGS, change_pct
from observations.statistics.tables import Line, Statistics

TOP = 15  # categories and areas that the paper names; the rest is one line
PER = 1_000  # residents


def _rated(found: Statistics) -> list[dict[str, Any]]:
    """Return the wilayats with their reports per 1,000 residents, None where those are unknown."""
    return [
        {"line": line, "residents": residents, "rate": rate}
        for line in found.wilayats
        for residents in [found.population.get(line.key)]
        for rate in [PER * line.figures.received / residents if residents else None]
    ]


def _rest(lines: tuple[Line, ...]) -> dict[str, int]:
    rest = lines[TOP:]
    return {"lines": len(rest), "received": sum(line.figures.received for line in rest)}


def paper_context(
    found: Statistics, *, year: int, at: dt.datetime, about: dict[str, Any]
) -> dict[str, Any]:
    """Return what the paper of a year shows; ``about`` says whose reports are counted."""
    arabic = in_arabic()
    return about | {
        "found": found,
        "whole": found.whole,
        "before": found.before,
        "change": change_pct(found.whole.received, found.before.received),
        "year": year,
        "last": found.asked.after - dt.timedelta(days=1),
        "before_first": found.asked.before().first,
        "before_last": found.asked.first - dt.timedelta(days=1),
        "is_whole_year": found.asked.after == dt.date(year + 1, 1, 1),
        "chart": month_bars(found.months, from_right=arabic),
        "categories": wide_bars(found.categories[:TOP], from_right=arabic),
        "categories_rest": _rest(found.categories),
        "wilayats": _rated(found),
        "areas": found.areas[:TOP],
        "areas_rest": _rest(found.areas),
        "fewest": FEWEST_RATINGS,
        "at": at.astimezone(PROFILE.time_zone),
        "lang": "ar" if arabic else "en",
        "dir": "rtl" if arabic else "ltr",
        "fonts": fonts(),
        "municipality": Text(PROFILE.municipality_ar, PROFILE.municipality_en),
        "is_demo": is_demo(),
    }


def paper_pdf(found: Statistics, *, year: int, at: dt.datetime, about: dict[str, Any]) -> bytes:
    """Print the report of a year in the active language."""
    context = paper_context(found, year=year, at=at, about=about)
    return pdf_of(render_to_string("reporting/statistics_paper.html", context))
