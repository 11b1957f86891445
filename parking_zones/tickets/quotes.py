"""What a ticket of a zone would cost: its terms, and the price of the stay with its reasons."""

import datetime as dt
from dataclasses import dataclass

from municipality.calendar.rest_days import NoCalendar
from municipality.digits import western
from municipality.problems import Problem, bad_value
from municipality.words import Text
from parking_zones.curb_rules.bans import Window, during
from parking_zones.pricing.charge import Charge, NoRule, charge
from parking_zones.zones.book import Terms, ZoneBook, ZoneOnDay, zone_book
from parking_zones.zones.models import Zone
from parking_zones.zones.queries import city_time

SPECK_M2 = 1.0  # less of a strip in a zone is a drawing difference, not a kerb of it
NO_ZONE = Text(
    "لا منطقة مواقف رقمها {number} في ذلك اليوم.", "No parking zone {number} holds on that day."
)
BY_PERMIT = Text(
    "الوقوف في المنطقة {number} بتصريح، ولا تُباع لها تذاكر.",
    "Parking in zone {number} is by permit; it has no tickets.",
)
NO_TERMS = Text("لا شروط تذاكر مسجلة لذلك اليوم.", "No terms of tickets hold on that day.")
NO_CALENDAR = Text(
    "تقويم البلدية لا يبلغ ذلك اليوم.", "The municipality's calendar does not reach that day."
)
MINUTES = Text(
    "المدة بالدقائق من مضاعفات {step}، من {least} إلى {most}.",
    "Minutes are a multiple of {step}, from {least} to {most}.",
)


@dataclass(frozen=True, slots=True)
class Quote:
    """What the stay ``[start, end)`` costs under the terms of its day; ``zone`` None: no place.

    ``no_parking`` are the windows in which nobody may park on so many stretches of the zone: a
    ticket names no place in it, so it is sold, and says so.
    """

    zone: ZoneOnDay | None
    start: dt.datetime
    end: dt.datetime
    terms: Terms
    charge: Charge
    no_parking: tuple[tuple[Window, int], ...] = ()


def zone_of_sign(book: ZoneBook, number: str, *, day: dt.date) -> ZoneOnDay:
    """Return the zone of a number on the sign, in any digits; raises Problem 404."""
    plain = western(number).strip()[:12]
    found = book.numbered(plain, day=day)
    if found is None:
        raise bad_value("zone", NO_ZONE.with_values(number=plain), status=404, code="no_such_zone")
    return found


def check_minutes(minutes: int, terms: Terms) -> None:
    """Raise Problem 422 for a length that no ticket has."""
    if minutes % terms.step or not terms.least <= minutes <= terms.most:
        told = {"step": terms.step, "least": terms.least, "most": terms.most}
        raise bad_value("minutes", MINUTES.with_values(**told))


def zone_with_tickets(book: ZoneBook, number: str, *, day: dt.date) -> ZoneOnDay:
    """Return the zone of a number on the sign; raises Problem 404, 422 for one without tickets."""
    zone = zone_of_sign(book, number, day=day)
    if zone.kind == Zone.Kind.PERMIT:
        raise bad_value("zone", BY_PERMIT.with_values(number=zone.number))
    return zone


def terms_of(book: ZoneBook, zone: ZoneOnDay | None, *, day: dt.date) -> Terms:
    """Return how long tickets are on a day, in a zone or without a place; raises Problem 409."""
    terms = book.terms(zone_id=None if zone is None else zone.zone_id, day=day)
    if terms is None:
        raise Problem(409, "parking_gap", NO_TERMS)
    return terms


def whole_minute(at: dt.datetime) -> dt.datetime:
    """Return the minute in which a stay that is bought now begins: a ticket is of whole minutes.

    It began some seconds ago, so that it covers its buyer at once and its price can be reckoned
    from the times that stand on it.
    """
    return at.replace(second=0, microsecond=0)


def quote(*, number: str, start: dt.datetime, minutes: int) -> Quote:
    """Price a ticket of a zone from an aware moment on; nothing is kept.

    Raises Problem 404 for a zone that is not there that day, 422 for a length that is not sold or a
    zone without tickets, 409 ``parking_gap`` where hours, prices, terms or calendar have a gap.
    """
    book = zone_book()
    zone = zone_with_tickets(book, number, day=city_time(start).date())
    return price_stay(book, zone, start=start, minutes=minutes)


def price_stay(
    book: ZoneBook, zone: ZoneOnDay | None, *, start: dt.datetime, minutes: int
) -> Quote:
    """Price a ticket in a zone, or without a place; raises Problem 422, 409 (see ``quote``)."""
    terms = terms_of(book, zone, day=city_time(start).date())
    check_minutes(minutes, terms)
    end = start + dt.timedelta(minutes=minutes)
    try:
        priced = charge(start=start, end=end, rules=book.rules(zone))
    except NoRule as gap:
        raise Problem(409, "parking_gap", gap.words) from None
    except NoCalendar:
        raise Problem(409, "parking_gap", NO_CALENDAR) from None
    banned = () if zone is None else _banned(book, zone, start, end)
    return Quote(zone, start, end, terms, priced, banned)


def _banned(
    book: ZoneBook, zone: ZoneOnDay, start: dt.datetime, end: dt.datetime
) -> tuple[tuple[Window, int], ...]:
    bans = book.bans_near(zone.boundary, within_m=0.0, day=city_time(start).date())
    inside = [ban for ban in bans if ban.strip.intersection(zone.boundary).area >= SPECK_M2]
    return tuple(during(inside, start, end, book.calendar))
