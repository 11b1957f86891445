"""Statistics of reports for studies: a page, a table to take along, a report of a year.

For who plans, supervises and answers; a department counts the reports of its directorate.
Nothing here is public (decision 0086).
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geo_portal.reporting.statistics_asking import (
    DAY,
    READERS,
    asked_of,
    choices_of,
    directorate_of,
    directorate_shown,
)
from geo_portal.reporting.statistics_chart import month_bars, wide_bars
from geo_portal.reporting.statistics_paper import paper_pdf
from municipality import asked
from municipality.asked import today
from municipality.csv_lines import MEDIA_TYPE, csv_lines
from municipality.moments import FIRST_YEAR
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import person_of
from municipality.problems import bad_value
from municipality.words import Text, in_arabic
from observations.statistics.figures import (
    FEWEST_RATINGS,
    Answer,
    Figures,
    Outcome,
    Promise,
    change_pct,
)
from observations.statistics.reading import statistics_of
from observations.statistics.rows import Asked
from observations.statistics.tables import CHANNELS, Statistics

MOST_BARS = 12
TITLES = {
    "category": (Text("بالتصنيف", "By category"), Text("التصنيف", "Category")),
    "wilayat": (Text("بالولاية", "By wilayat"), Text("الولاية", "Wilayat")),
    "area": (Text("بالمنطقة", "By area"), Text("المنطقة", "Area")),
    "channel": (Text("بقناة الوصول", "By channel"), Text("القناة", "Channel")),
    "month": (Text("بالشهر", "By month"), Text("الشهر", "Month")),
}
LANGUAGES = Text("اللغة ar أو en.", "The language is ar or en.")
NUMBERS = (
    "received", "received_before", "open", "closed", "closed_pct", "rejected", "refused",
    "duplicates", "not_ours", "withdrawn", "answered", "not_answered", "answer_unknown",
    "answer_median_h", "answer_p90_h", "close_known", "close_unknown", "close_median_h",
    "close_p90_h", "close_days_known", "close_median_working_days", "close_p90_working_days",
    "promise_kept", "promise_late", "promise_running", "promise_none", "promise_unknown",
    "reopened", "ratings", "rating_mean",
)  # fmt: skip
FIELDS = ("table", "code", "name_ar", "name_en", "from", "to", *NUMBERS)


def _round(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)


def _numbers(one: Figures, before: int | None) -> dict[str, Any]:
    values = (
        one.received, before, one.open, one.closed, _round(one.closed_pct), one.rejected,
        one.outcomes[Outcome.REFUSED], one.outcomes[Outcome.DUPLICATE],
        one.outcomes[Outcome.NOT_OURS], one.outcomes[Outcome.WITHDRAWN],
        one.answers[Answer.ANSWERED], one.answers[Answer.NONE_YET], one.answers[Answer.UNKNOWN],
        _round(one.answer_h.median), _round(one.answer_h.p90), one.close_h.known,
        one.close_unknown, _round(one.close_h.median), _round(one.close_h.p90),
        one.close_days.known, one.close_days.median, one.close_days.p90,
        one.kept, one.late, one.promises[Promise.RUNNING], one.promises[Promise.NO_PROMISE],
        one.promises[Promise.UNKNOWN], one.reopened, one.ratings, _round(one.rating_mean),
    )  # fmt: skip
    return dict(zip(NUMBERS, values, strict=True))


def _csv_rows(found: Statistics) -> Iterator[dict[str, Any]]:
    """Return the whole first, then every line of every table."""
    span = {
        "from": found.asked.first.isoformat(), "to": (found.asked.after - DAY).isoformat(),
    }  # fmt: skip
    whole = {"table": "all", "code": "", "name_ar": "الكل", "name_en": "All"}
    yield whole | span | _numbers(found.whole, found.before.received)
    for table, lines in found.tables():
        for line in lines:
            name = {"name_ar": line.name.ar, "name_en": line.name.en}
            yield (
                {"table": table, "code": line.code} | name | span
                | _numbers(line.figures, line.before)
            )  # fmt: skip


def _changes(found: Statistics) -> dict[str, float | None]:
    now, before = found.whole, found.before
    return {
        "received": change_pct(now.received, before.received),
        "closed": change_pct(now.closed, before.closed),
        "answer": change_pct(now.answer_h.median, before.answer_h.median),
        "close": change_pct(now.close_h.median, before.close_h.median),
    }


@never_cache
@require_safe
@open_to(*READERS)
def statistics_page(request: HttpRequest) -> HttpResponse:
    """Show the statistics of a span of days, narrowed by category, wilayat, area and channel."""
    choices = choices_of(request)
    wanted = asked_of(request, choices)
    found = statistics_of(wanted, at=timezone.now())
    earlier = wanted.before()
    context = directorate_shown(wanted.directorate) | {
        "choices": choices,
        "channels": [(one.name.lower(), name) for one, name in CHANNELS.items()],
        "channel_code": "" if choices.channel is None else choices.channel.name.lower(),
        "found": found,
        "whole": found.whole,
        "before": found.before,
        "changes": _changes(found),
        "first": wanted.first,
        "last": wanted.after - DAY,
        "before_first": earlier.first,
        "before_last": earlier.after - DAY,
        "chart": month_bars(found.months, from_right=in_arabic()),
        "bars": wide_bars(found.categories[:MOST_BARS], from_right=in_arabic()),
        "tables": [(name, *TITLES[name], lines) for name, lines in found.tables()],
        "fewest": FEWEST_RATINGS,
        "query": request.GET.urlencode(),
        "years": range(today().year, today().year - 12, -1),
    }
    return render(request, "reporting/statistics.html", context)


@never_cache
@require_safe
@open_to(*READERS)
def statistics_csv(request: HttpRequest) -> HttpResponseBase:
    """Give the same figures as CSV: a line for the whole, then a line for each of each table."""
    wanted = asked_of(request, choices_of(request))
    found = statistics_of(wanted, at=timezone.now())
    answer = StreamingHttpResponse(csv_lines(FIELDS, _csv_rows(found)), content_type=MEDIA_TYPE)
    name = f"observations-{wanted.first:%Y%m%d}-{wanted.after - DAY:%Y%m%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@never_cache
@require_safe
@open_to(*READERS)
def yearly_report(request: HttpRequest, year: int) -> HttpResponse:
    """Print the report of a year, in Arabic, or in English with ``lang=en``; this year to today."""
    asked.only(request, ("lang",))
    on = today()
    if not FIRST_YEAR <= year <= on.year:
        raise not_found()
    language = asked.one(request, "lang") or "ar"
    if language not in ("ar", "en"):
        raise bad_value("lang", LANGUAGES)
    after = min(dt.date(year + 1, 1, 1), on + DAY)
    kept_to = directorate_of(person_of(request))
    at = timezone.now()
    found = statistics_of(Asked(dt.date(year, 1, 1), after, directorate=kept_to), at=at)
    with translation.override(language):
        paper = paper_pdf(found, year=year, at=at, about=directorate_shown(kept_to))
    answer = HttpResponse(paper, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="observations-{year}-{language}.pdf"'
    return answer
