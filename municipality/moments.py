"""Moments outside: written in UTC with ``Z`` (RFC 3339), taken in with any offset."""

import datetime as dt

FIRST_YEAR, LAST_YEAR = 1900, 2999  # what a question may name: offsets never overflow in between


def utc_text(at: dt.datetime) -> str:
    """Write an aware moment in UTC to the second.

    >>> utc_text(dt.datetime.fromisoformat("2026-11-22T13:00:00+04:00"))
    '2026-11-22T09:00:00Z'
    """
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
