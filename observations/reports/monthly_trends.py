"""The monthly trend of reports in every wilayat or area."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np

from maps.heat.series import Month, first_month, monthly, months_of
from maps.heat.statistics.trends import BELIEVED, Trend, trend, verdicts
from maps.heat.views import ExactHeat
from municipality.moments import utc_text
from observations.reports.changes import places_of
from observations.reports.statistics_words import TREND_METHOD, TREND_WORDS, TRENDS


def _number(value: float, digits: int = 6) -> float | None:
    return round(value, digits) if np.isfinite(value) else None


def _period(heat: ExactHeat, since: dt.date | None, on: dt.date) -> tuple[dt.date, dt.date]:
    """Return the days that are looked at: never beyond today, which is not over."""
    until = heat.selection.until or on.replace(day=1)
    begin = heat.selection.since or since or until
    return begin, max(begin, min(until, on))


def _row(one: Trend, verdict: int, q: float, months: list[int]) -> dict[str, Any]:
    tested = np.isfinite(one.p)
    return {
        "count": sum(months),
        "months_with_reports": sum(n > 0 for n in months),
        "per_year": _number(one.per_year),
        "per_year_low": _number(one.low),
        "per_year_high": _number(one.high),
        "dispersion": _number(one.dispersion, 4),
        "p": _number(one.p, 8),
        "q": _number(q, 8),
        "trend": TRENDS[verdict] if tested else "not_tested",
        "counts": months,
    }


def month_trends(heat: ExactHeat, *, by: str, on: dt.date, at: dt.datetime) -> dict[str, Any]:
    """Answer the trend of every place; months without reports count as months of nought."""
    blocks = heat.blocks()  # once: all places are of one instant
    first = first_month(blocks, heat.selection)
    since = None if first is None else Month(first, 0).first
    begin, until = _period(heat, since, on)
    months = months_of(begin, until)
    bounded = replace(heat.selection, since=begin, until=until)
    counts = monthly(blocks, bounded, by=by) if months else {}
    days = np.array([month.days for month in months], np.float64)
    years = np.array([month.number / 12 for month in months])
    places = places_of(heat, by=by)
    series = [
        [counts.get(place["id"], {}).get(month.number, 0) for month in months] for place in places
    ]
    fits = [trend(np.array(row), days, years) for row in series]
    q, verdict = verdicts(fits)
    return {
        "by": by,
        "from": begin.isoformat(),
        "to": until.isoformat(),
        "months": [f"{month.first:%Y-%m}" for month in months],
        "days": [month.days for month in months],
        "false_discovery_rate": BELIEVED,
        "outside_count": sum(counts.get(0, {}).values()),
        "words": {code: text.as_json() for code, text in TREND_WORDS.items()},
        "method_ar": TREND_METHOD.ar,
        "method_en": TREND_METHOD.en,
        "class": heat.name,
        "updated_at": utc_text(at),
        "places": [
            place | _row(fit, int(sign), float(one_q), row)
            for place, fit, sign, one_q, row in zip(
                places, fits, verdict.tolist(), q.tolist(), series, strict=True
            )
        ],
    }
