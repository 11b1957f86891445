"""The one clock: that of the database.

Several hosts have several clocks, and a parking minute that began on one of them must not be
missing on another (guards.md fault 22).  Views, commands and workers read it and pass it down.
"""

import datetime as dt

from django.db import connection


def database_now() -> dt.datetime:
    """Return the time of the database, as an aware moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: dt.datetime = cursor.fetchone()[0]
    return now
