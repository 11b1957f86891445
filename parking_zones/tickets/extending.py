"""By how much a ticket can still be extended, so that no page offers what would be refused."""

from dataclasses import dataclass

from municipality.problems import Problem
from municipality.words import Text
from parking_zones.tickets.actions import TOO_LONG_IN_ALL
from parking_zones.tickets.models import ParkingTicket
from parking_zones.tickets.quotes import terms_of, zone_of_sign
from parking_zones.zones.book import zone_book
from parking_zones.zones.queries import city_time

OFFERED = 2  # lengths, the shortest first


@dataclass(frozen=True, slots=True)
class More:
    """What can be bought behind a ticket: minutes, the shortest first; else ``why`` not."""

    minutes: tuple[int, ...]
    why: Text | None = None


def more_of(ticket: ParkingTicket) -> More:
    """Return what a ticket that runs can be extended by, under the terms of the day it ends.

    A promise of lengths alone: whether that time is free is said when it is asked for.
    """
    book, day = zone_book(), city_time(ticket.ends_at).date()
    try:
        zone = None if ticket.zone is None else zone_of_sign(book, ticket.zone.number, day=day)
        terms = terms_of(book, zone, day=day)
    except Problem as gap:
        return More((), gap.detail)
    first = ticket.root or ticket
    bought = round((ticket.ends_at - first.starts_at).total_seconds() / 60)
    lengths = range(terms.least, terms.most - bought + 1, terms.step)[:OFFERED]
    if not lengths:
        return More((), TOO_LONG_IN_ALL.with_values(most=terms.most, bought=bought))
    return More(tuple(lengths))
