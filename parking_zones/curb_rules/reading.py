"""The words of a curb rule to values: pure, and nothing is guessed.

Source: the parking regulations of San Francisco as DataSF publishes them ("M-F", "800-1800",
"8am", "Yes. RPP holders are exempt from time limits.").  Hours stand there twice, on two clocks;
where the two disagree nobody can say which is on the sign, so the rule is refused.
"""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from municipality.words import Text

DAY_NAMES = ("M", "Tu", "W", "Th", "F", "Sa", "Su")
_DAYS = {name.lower(): number for number, name in enumerate(DAY_NAMES, start=1)}
_DAY = "(" + "|".join(_DAYS) + ")"
_RUN = re.compile(f"{_DAY}(?:-{_DAY})?")
_FOUR = re.compile(r"([0-9]{1,2})([0-9]{2})-([0-9]{1,2})([0-9]{2})")
_TWELVE = re.compile(r"(1[0-2]|[1-9])(?::([0-5][0-9]))?(am|pm)")
_LIMIT = re.compile(r"([0-9]{1,2})(\.5)?")
_WHOLE_DAY = 24 * 60
TIME_LIMITED = "time limited"
EXEMPT = {  # whom a rule does not bind: True, who has a permit of its area
    "yes. rpp holders are exempt from time limits.": True,
    "none. regulation applies to all vehicles.": False,
}
NAME = Text("{area}: {days} {opens}-{closes}، {limit} دقيقة على الأكثر",
            "{area}: {days} {opens}-{closes}, {limit} minutes at most")  # fmt: skip
NO_AREA = Text("وقوف محدود المدة", "Limited time")
AREA = Text("تصاريح {area}", "Permits {area}")


class Fault(StrEnum):
    """Why a rule is not taken; each is a verdict of the import."""

    KIND = "curb_kind_not_kept"
    DAYS = "curb_days_unread"
    HOURS = "curb_hours_unread"
    DISAGREE = "curb_hours_disagree"
    LIMIT = "curb_limit_unread"
    EXEMPTION = "curb_exemption_unread"
    WEEKS = "curb_weeks_unread"


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as the file writes it; empty for what it does not say."""

    regulation: str = ""
    days: str = ""
    hours: str = ""
    from_time: str = ""
    to_time: str = ""
    limit: str = ""
    exceptions: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True, order=True)
class CurbRule:
    """A time limit: on which ISO weekdays, from when to when, how many minutes, whom it spares.

    ``closes`` of midnight is the end of the day.  ``area`` names the permits whose holders it does
    not bind; empty: it binds everybody, or the file does not say whose permits.
    """

    weekdays: tuple[int, ...]
    opens: dt.time
    closes: dt.time
    limit_minutes: int
    area: str

    @property
    def number(self) -> str:
        """The number of the zone of this rule: its area and a digest of the rest, 12 at most."""
        told = f"{self.weekdays}{self.opens}{self.closes}{self.limit_minutes}{self.area}"
        return f"{self.area[:4] or 'X'}-{hashlib.sha256(told.encode()).hexdigest()[:7]}"

    @property
    def free_weekdays(self) -> tuple[int, ...]:
        """The ISO weekdays on which it does not hold."""
        return tuple(day for day in range(1, 8) if day not in self.weekdays)

    @property
    def name(self) -> Text:
        """What the rule says, in both languages."""
        area = AREA.with_values(area=self.area) if self.area else NO_AREA
        told = {
            "days": " ".join(DAY_NAMES[day - 1] for day in self.weekdays),
            "opens": f"{self.opens:%H:%M}",
            "closes": "24:00" if self.closes == dt.time(0) else f"{self.closes:%H:%M}",
            "limit": self.limit_minutes,
        }
        return Text(NAME.ar.format(area=area.ar, **told), NAME.en.format(area=area.en, **told))


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a rule: the rule, or every fault that stands in its way."""

    rule: CurbRule | None
    faults: tuple[Fault, ...]


def read_days(text: str) -> tuple[int, ...] | None:
    """Read weekdays: names and runs of them, "M-F", "Sa,Su"; None for anything else."""
    found: set[int] = set()
    for part in re.split(r"[,&\s]+", text.strip().lower()):
        run = _RUN.fullmatch(part)
        if run is None:
            return None
        first = _DAYS[run[1]]
        last = first if run[2] is None else _DAYS[run[2]]
        if last < first:  # "F-M" may mean four days or none
            return None
        found |= set(range(first, last + 1))
    return tuple(sorted(found))


def read_hours(text: str) -> tuple[int, int] | None:
    """Read "800-1800" as minutes of a day; 2400 as a beginning is midnight; None if it is none."""
    found = _FOUR.fullmatch(text.strip())
    if found is None:
        return None
    hours = [int(found[1]), int(found[3])]
    minutes = [int(found[2]), int(found[4])]
    if max(minutes) > 59:
        return None
    opens, closes = (hour * 60 + minute for hour, minute in zip(hours, minutes, strict=True))
    opens %= _WHOLE_DAY if opens == _WHOLE_DAY else _WHOLE_DAY + 1
    return (opens, closes) if opens < closes <= _WHOLE_DAY else None


def read_clock(text: str) -> int | None:
    """Read "8am" or "12:30pm" as a minute of the day; None if it is none."""
    found = _TWELVE.fullmatch(text.strip().lower())
    if found is None:
        return None
    return (int(found[1]) % 12 + 12 * (found[3] == "pm")) * 60 + int(found[2] or 0)


def _agree(written: Written, hours: tuple[int, int]) -> bool:
    """Tell whether the second clock, as far as it is given, says the same."""
    given = [(written.from_time, hours[0]), (written.to_time, hours[1] % _WHOLE_DAY)]
    return all(read_clock(text) == minute for text, minute in given if text.strip())


def read_limit(text: str) -> int | None:
    """Read whole or half hours as minutes; None for none, and for nothing."""
    found = _LIMIT.fullmatch(text.strip())
    if found is None:
        return None
    minutes = int(found[1]) * 60 + (30 if found[2] else 0)
    return minutes if 0 < minutes <= _WHOLE_DAY else None


def _time(minute: int) -> dt.time:
    return dt.time(minute // 60 % 24, minute % 60)


def read_rule(written: Written) -> Reading:
    """Read a rule; one that is not wholly understood is none, with every reason."""
    faults = []
    if written.regulation.strip().lower() != TIME_LIMITED:
        faults.append(Fault.KIND)
    days, hours = read_days(written.days), read_hours(written.hours)
    limit = read_limit(written.limit)
    spares = EXEMPT.get(written.exceptions.strip().lower())
    if days is None:
        faults.append(Fault.DAYS)
    if hours is None:
        faults.append(Fault.HOURS)
    elif not _agree(written, hours):
        faults.append(Fault.DISAGREE)
    if limit is None:
        faults.append(Fault.LIMIT)
    if spares is None:
        faults.append(Fault.EXEMPTION)
    if faults or days is None or hours is None or limit is None:
        return Reading(None, tuple(faults))
    area = written.area.strip() if spares else ""
    return Reading(CurbRule(days, _time(hours[0]), _time(hours[1]), limit, area), ())
