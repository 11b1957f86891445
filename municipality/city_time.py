"""The city's own time: which day of the city a moment falls on."""

import datetime as dt

from municipality.conf import PROFILE


def city_day(at: dt.datetime) -> dt.date:
    """Return the day of the city that an aware moment falls on."""
    return at.astimezone(PROFILE.time_zone).date()
