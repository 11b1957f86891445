"""Back-off for sign-in: soft, per name and address, and a slower one per name (threat 18).

An attempt is counted before it is judged, in one statement, so that a hundred guesses sent at
once are a hundred attempts; a right answer clears the count.  The lock of a name alone begins
late and lets through a device that has signed in before, so that nobody can be locked out of
their account by a stranger's guesses.  ``GEO_LIMITS`` never lifts it.
"""

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F

from municipality.people.macs import mac
from municipality.people.models import FailedSignIn
from municipality.problems import Problem
from municipality.words import Text

LOG = logging.getLogger("municipality.people.sign_in")
FORGOTTEN_AFTER = dt.timedelta(hours=24)
TOO_MANY_TRIES = Text(
    "محاولات كثيرة. انتظر {seconds} ثانية ثم أعد المحاولة.",
    "Too many tries. Wait {seconds} seconds, then try again.",
)

TRY = """
INSERT INTO people_failedsignin AS held (key, failures, last_at, locked_until)
VALUES (%(key)s, 1, %(at)s, %(at)s)
ON CONFLICT (key) DO UPDATE SET
  failures = CASE WHEN held.last_at < %(forgotten)s THEN 1 ELSE held.failures + 1 END,
  last_at = %(at)s,
  locked_until = CASE
    WHEN held.last_at < %(forgotten)s OR held.failures + 1 < %(free)s THEN %(at)s
    ELSE %(at)s + make_interval(secs => least(%(most)s,
      %(first)s * power(2, least(held.failures + 1 - %(free)s, 20)))) END
WHERE held.locked_until <= %(at)s
RETURNING failures
"""


@dataclass(frozen=True, slots=True)
class BackOff:
    """So many free failures, then a wait that doubles up to a longest one, in seconds."""

    free: int
    first_s: int
    most_s: int


FROM_HERE = BackOff(free=5, first_s=15, most_s=900)
FROM_ANYWHERE = BackOff(free=50, first_s=30, most_s=900)
OF_AN_ADDRESS = BackOff(free=100, first_s=30, most_s=300)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who is tried, from where, by what (``password`` or ``code``), on a device known or not."""

    kind: str
    name: str
    address: str
    device: str = ""  # the device's own mark where it has signed in as this person before

    def keys(self, at: dt.datetime) -> list[tuple[str, BackOff]]:
        """Return what is counted and how patiently; an address is counted anew every hour."""
        if self.device:
            return [(mac("lock", self.kind, self.name, "device", self.device), FROM_HERE)]
        return [
            (mac("lock", self.kind, self.name, self.address), FROM_HERE),
            (mac("lock", self.kind, self.name), FROM_ANYWHERE),
            (mac("lock", "address", self.address, int(at.timestamp()) // 3600), OF_AN_ADDRESS),
        ]


def _take(key: str, back_off: BackOff, at: dt.datetime) -> bool:
    values: dict[str, Any] = {
        "key": key, "at": at, "forgotten": at - FORGOTTEN_AFTER,
        "free": back_off.free, "first": back_off.first_s, "most": back_off.most_s,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(TRY, values)
        return cursor.fetchone() is not None


def _wait_s(key: str, at: dt.datetime) -> int:
    held = FailedSignIn.objects.filter(pk=key).values_list("locked_until", flat=True)
    return max((int((until - at).total_seconds()) + 1 for until in held), default=1)


def count_attempt(attempt: Attempt, *, at: dt.datetime) -> None:
    """Count one attempt as failed until it is cleared; raises Problem 429 while locked."""
    for key, back_off in attempt.keys(at):
        if not _take(key, back_off, at):
            LOG.warning("sign-in locked: %s from %s", attempt.kind, attempt.address)
            detail = TOO_MANY_TRIES.with_values(seconds=_wait_s(key, at))
            raise Problem(429, "too_many_tries", detail)


def clear(attempt: Attempt, *, at: dt.datetime) -> None:
    """Forget the failures of a name, after a right answer.

    Of the address only this attempt is taken back: a stuffer owns one account too.
    """
    for key, back_off in attempt.keys(at):
        held = FailedSignIn.objects.filter(pk=key)
        if back_off is OF_AN_ADDRESS:
            held.filter(failures__gt=0).update(failures=F("failures") - 1)
        else:
            held.delete()


def forget(*, before: dt.datetime) -> int:
    """Drop counts whose last failure is older than a moment; returns how many."""
    return FailedSignIn.objects.filter(last_at__lt=before).delete()[0]
