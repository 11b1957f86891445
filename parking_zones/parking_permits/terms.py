"""How many months a permit is bought for, and from which day to which: whole days of the city.

The rules are dated, as prices are.  Sources: the municipality's page of 2008 sold permits for 3
or 6 months (muscat permits, tariff of 50 baisa); today's asks the applicant for the number of
months and names no bound.  Ours, set by no decision: twelve months at most, as a year is what the
papers that are shown with an application are good for; renewal from 60 days before the end.
"""

import calendar
import datetime as dt
from dataclasses import dataclass

from municipality.conf import PROFILE
from municipality.words import Text
from parking_zones.parking_permits.models import PermitKind

YEAR = 12  # months of a special permit, which is priced by the year
RENEW_FROM_DAYS = 60
START_WITHIN_DAYS = 60


@dataclass(frozen=True, slots=True)
class MonthsRule:
    """From which day permits are bought for which numbers of months, by which source."""

    since: dt.date
    months: tuple[int, ...]
    source: Text


RULES = (
    MonthsRule(
        dt.date(2008, 1, 1),
        (3, 6),
        Text("تصاريح 2008: لثلاثة أشهر أو ستة", "Permits of 2008: for 3 or 6 months"),
    ),
    MonthsRule(
        dt.date(2016, 8, 3),
        tuple(range(1, YEAR + 1)),
        Text(
            "يختار مقدم الطلب عدد الأشهر؛ وحدّ اثني عشر شهرًا من النظام لا من قرار",
            "The applicant chooses the months; the bound of twelve is this system's, no decision's",
        ),
    ),
)


def months_rule(*, on: dt.date) -> MonthsRule:
    """Return the rule of a day; that of the first for any day before."""
    return next((rule for rule in reversed(RULES) if rule.since <= on), RULES[0])


def months_allowed(*, kind: str, on: dt.date) -> tuple[int, ...]:
    """Return for how many months a permit of a kind may be bought on a day."""
    return (YEAR,) if kind == PermitKind.SPECIAL else months_rule(on=on).months


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the day after the last of so many months that begin on ``day``.

    The same day of a later month; where that month has no such day, the first of the next one:
    whoever begins on the 31st gets the whole of a short month.
    """
    serial = day.year * 12 + day.month - 1 + months
    year, month = divmod(serial, 12)
    if day.day <= calendar.monthrange(year, month + 1)[1]:
        return dt.date(year, month + 1, day.day)
    return dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)


def months_unused(*, starts_on: dt.date, months: int, leaves_on: dt.date) -> int:
    """Count the whole months that lie on and after ``leaves_on``, the first day not used."""
    begun = (used for used in range(months + 1) if months_after(starts_on, used) >= leaves_on)
    return months - next(begun, months)


def midnight(day: dt.date) -> dt.datetime:
    """Return the moment in which a day of the city begins."""
    return dt.datetime.combine(day, dt.time(), PROFILE.time_zone)
