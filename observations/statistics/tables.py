"""The statistics of a span of days: the whole, the span before, and a table a breakdown."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from municipality.calendar.rest_days import CityCalendar
from municipality.places.models import Area, Wilayat
from municipality.words import Text
from observations.reports.models import Category, Channel
from observations.statistics.figures import (
    NOTHING,
    Figures,
    Judged,
    change_pct,
    figures_by,
    figures_of,
    judge,
)
from observations.statistics.rows import NONE, Asked, Column, Rows

CHANNELS = {
    Channel.UNKNOWN: Text("غير معروفة", "Not known"),
    Channel.APP: Text("التطبيق", "App"),
    Channel.PORTAL: Text("البوابة", "Portal"),
    Channel.PHONE: Text("مركز الاتصالات", "Contact centre"),
    Channel.SMS: Text("رسالة قصيرة", "SMS"),
    Channel.EMAIL: Text("بريد إلكتروني", "E-mail"),
    Channel.STAFF: Text("موظف ميداني", "Field staff"),
    Channel.PARTNER: Text("شريك", "Partner"),
    Channel.HALL: Text("صالة", "Service hall"),
}
MONTHS = (
    Text("يناير", "January"), Text("فبراير", "February"), Text("مارس", "March"),
    Text("أبريل", "April"), Text("مايو", "May"), Text("يونيو", "June"),
    Text("يوليو", "July"), Text("أغسطس", "August"), Text("سبتمبر", "September"),
    Text("أكتوبر", "October"), Text("نوفمبر", "November"), Text("ديسمبر", "December"),
)  # fmt: skip
NO_WILAYAT = Text("في غير ولاية", "In no wilayat")
NO_AREA = Text("في غير منطقة", "In no area")
EPOCH_YEAR = 1970


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: a group, its figures, and how many it received in the span before."""

    key: int
    code: str
    name: Text
    figures: Figures
    before: int | None  # None: the span before has no such group, as with months

    @property
    def change_pct(self) -> float | None:
        """The change of what was received, in per cent; None on a base of nought."""
        return None if self.before is None else change_pct(self.figures.received, self.before)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of ``asked`` at a moment; the lines of each table add up to ``whole``."""

    asked: Asked
    at: dt.datetime
    whole: Figures
    before: Figures
    categories: tuple[Line, ...]
    wilayats: tuple[Line, ...]
    areas: tuple[Line, ...]
    channels: tuple[Line, ...]
    months: tuple[Line, ...]
    from_files: int  # reports without a case
    population: Mapping[int, int]  # of wilayats by id, where the register has it

    def tables(self) -> Iterator[tuple[str, tuple[Line, ...]]]:
        """Return each table by its name."""
        yield "category", self.categories
        yield "wilayat", self.wilayats
        yield "area", self.areas
        yield "channel", self.channels
        yield "month", self.months


def _month_keys(days: Column) -> Column:
    """Return months since January 1970 of days since 1970-01-01."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


def _months(judged: Judged, asked: Asked) -> tuple[Line, ...]:
    """Return a line for every month of the span, those without reports too."""
    found = figures_by(judged, _month_keys(judged.rows.day))
    last = asked.after - dt.timedelta(days=1)
    keys = range(
        (asked.first.year - EPOCH_YEAR) * 12 + asked.first.month - 1,
        (last.year - EPOCH_YEAR) * 12 + last.month,
    )
    return tuple(
        Line(
            key, f"{year}-{month + 1:02d}", _month_name(year, month), found.get(key, NOTHING), None
        )
        for key in keys
        for year, month in [(EPOCH_YEAR + key // 12, key % 12)]
    )


def _month_name(year: int, month: int) -> Text:
    name = MONTHS[month]
    return Text(f"{name.ar} {year}", f"{name.en} {year}")


Named = Mapping[int, tuple[str, Text]]


def _lines(
    now: Judged, before: Judged, key: Callable[[Rows], Column], names: Named
) -> tuple[Line, ...]:
    """Return a line for each group that received reports, the largest first."""
    earlier = figures_by(before, key(before.rows))
    lines = [
        Line(code, *names[code], figures, earlier.get(code, NOTHING).received)
        for code, figures in figures_by(now, key(now.rows)).items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.figures.received, line.key)))


def statistics(rows: Rows, asked: Asked, *, at: dt.datetime, calendar: CityCalendar) -> Statistics:
    """Work out the statistics of rows read for a span and the one before it.

    ``rows`` are those of ``asked`` from ``asked.before().first`` on.
    """
    wilayats = list(Wilayat.objects.all())
    first = (asked.first - dt.date(EPOCH_YEAR, 1, 1)).days
    current = rows.day >= first
    now = judge(rows.only(current), at=at, calendar=calendar)
    before = judge(rows.only(~current), at=at, calendar=calendar)
    kinds = {c.pk: (c.code, Text(c.name_ar, c.name_en)) for c in Category.objects.all()}
    places = {w.pk: (w.code, Text(w.name_ar, w.name_en)) for w in wilayats}
    towns = {a.pk: (a.code, Text(a.name_ar, a.name_en)) for a in Area.objects.all()}
    channels = {int(one): (one.name.lower(), name) for one, name in CHANNELS.items()}
    return Statistics(
        asked=asked,
        at=at,
        whole=figures_of(now),
        before=figures_of(before),
        categories=_lines(now, before, lambda rows: rows.category, kinds),
        wilayats=_lines(now, before, lambda rows: rows.wilayat, {**places, NONE: ("", NO_WILAYAT)}),
        areas=_lines(now, before, lambda rows: rows.area, {**towns, NONE: ("", NO_AREA)}),
        channels=_lines(now, before, lambda rows: rows.channel, channels),
        months=_months(now, asked),
        from_files=int((now.rows.case == 0).sum()),
        population={w.pk: w.population for w in wilayats if w.population},
    )
