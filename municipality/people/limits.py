"""How often an address may ask: counted in the database, so that all processes count together.

Source of the figures: docs/decisions/0009 (bulk harvest of plots).  ``GEO_LIMITS=off``, set by
the demo and the bench and refused by production, lifts these and never those of sign-in.
"""

import datetime as dt
import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from municipality.problems import Problem
from municipality.words import Text

TOO_MANY = Text(
    "طلبات كثيرة من هذا العنوان. أعد المحاولة بعد دقيقة.",
    "Too many requests from this address. Try again in a minute.",
)

COUNT = """
INSERT INTO people_usage (key, began, count) VALUES (%s, %s, 1)
ON CONFLICT (key, began) DO UPDATE SET count = people_usage.count + 1 RETURNING count
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` requests of one kind in a window of some seconds."""

    name: str
    most: int
    seconds: int


PLOT_ATTRIBUTES = (Limit("plot_minute", 10, 60), Limit("plot_day", 300, 86_400))
CHECKS = (Limit("check_minute", 20, 60), Limit("check_day", 500, 86_400))


def _addresses(request: HttpRequest) -> list[str]:
    """Return who is counted: the address of the connection and its neighbourhood (/24 or /56).

    Never a header: the proxy in front sets REMOTE_ADDR (guards.md threat 19).
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return [remote or "unknown"]
    prefix = 24 if address.version == 4 else 56
    network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    return [str(address), str(network)]


def count(request: HttpRequest, limits: tuple[Limit, ...], *, at: dt.datetime) -> None:
    """Count one request of someone not signed in; raises Problem 429 past a limit.

    A neighbourhood may ask ten times what one address may: homes behind one gateway are many.
    """
    if not settings.GEO_LIMITS or request.user.is_authenticated:
        return
    refused = False
    with connection.cursor() as cursor:
        for limit in limits:
            began = dt.datetime.fromtimestamp(
                at.timestamp() // limit.seconds * limit.seconds, tz=dt.UTC
            )
            for times, address in zip((1, 10), _addresses(request), strict=False):
                cursor.execute(COUNT, [f"{limit.name}:{address}", began])
                refused |= cursor.fetchone()[0] > limit.most * times
    if refused:
        raise Problem(429, "too_many", TOO_MANY)


def count_person(person_id: int, limits: tuple[Limit, ...], *, at: dt.datetime) -> None:
    """Count one request of a person who is signed in; raises Problem 429 past a limit."""
    _count_one(f"person:{person_id}", limits, at=at)


def count_phone(phone: str, limits: tuple[Limit, ...], *, at: dt.datetime) -> None:
    """Count one request made for a telephone (E.164) without an account; raises Problem 429."""
    _count_one(f"phone:{phone}", limits, at=at)


def _count_one(who: str, limits: tuple[Limit, ...], *, at: dt.datetime) -> None:
    if not settings.GEO_LIMITS:
        return
    with connection.cursor() as cursor:
        for limit in limits:
            began = dt.datetime.fromtimestamp(
                at.timestamp() // limit.seconds * limit.seconds, tz=dt.UTC
            )
            cursor.execute(COUNT, [f"{limit.name}:{who}", began])
            if cursor.fetchone()[0] > limit.most:
                raise Problem(429, "too_many", TOO_MANY)


def forget(*, before: dt.datetime) -> int:
    """Drop the counts of windows that ended before a moment; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_usage WHERE began < %s", [before])
        return int(cursor.rowcount)
