"""Every write of a ticket: asked for, replaced, paid, lapsed.

One function asks for a ticket, whatever it was asked by.  Money decides the rest: the bill of an
app's ticket is settled by the engine of billing, that of a message by its operator (``charging``).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from municipality.actor import SYSTEM, Actor
from municipality.baisa import Baisa
from municipality.billing.bills.actions import cancel, issue
from municipality.billing.bills.facts import Claim, Line, Payer
from municipality.billing.bills.models import Bill
from municipality.billing.payments.in_flight import charge_in_flight
from municipality.billing.payments.settling import NotServed
from municipality.moments import utc_text
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.words import Text
from parking_zones.plates import ForeignPlate, Plate
from parking_zones.pricing.charge import Stretch
from parking_zones.pricing.paid_hours import paid_at
from parking_zones.tickets.models import ParkingTicket
from parking_zones.tickets.quotes import (
    Quote,
    price_stay,
    whole_minute,
    zone_of_sign,
    zone_with_tickets,
)
from parking_zones.vehicle_lock import lock_vehicle
from parking_zones.violations.actions import Earlier, yield_to
from parking_zones.zones.book import ZoneBook, ZoneOnDay, zone_book
from parking_zones.zones.queries import city_time

PURPOSE = "parking_ticket"
PAY_WITHIN = dt.timedelta(minutes=10)  # of an app's ticket
LONGEST_KEY = 60
State, Channel = ParkingTicket.State, ParkingTicket.Channel

FREE_UNTIL = Text(
    "الوقوف مجاني الآن حتى {until}. لم نخصم شيئًا.",
    "Parking is free until {until}. We charged nothing.",
)
FREE = Text("الوقوف مجاني الآن. لم نخصم شيئًا.", "Parking is free now. We charged nothing.")
TOO_LONG_IN_ALL = Text(
    "التذكرة مع تمديدها {most} دقيقة على الأكثر، واشتريت منها {bought}.",
    "A ticket with its extensions lasts {most} minutes at most; you have bought {bought}.",
)
UNDER_WAY = Text(
    "طلبك السابق لهذه المركبة ما زال ينتظر الدفع.",
    "Your earlier request for this vehicle still waits for its payment.",
)
KEY_OF_ANOTHER = Text("استُعمل هذا المفتاح لتذكرة أخرى.", "This key was used for another ticket.")
LINE = Text(
    "وقوف المركبة {plate}، {where}، {span}: عدد الدقائق {minutes}، والسعر لكل {per} دقيقة",
    "Parking of {plate}, {where}, {span}: {minutes} minutes, at a price per {per} minutes",
)
IN_ZONE = Text("المنطقة {number}", "zone {number}")
NO_PLACE = Text("بلا منطقة محددة", "no zone named")
HALF_HOUR_RULE = "docs/algorithms/parking.md"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ticket is wanted; ``zone_number`` None: without a place, as by a short message.

    ``extends_id``: more of that very ticket, whichever others run.
    """

    plate: Plate | ForeignPlate
    minutes: int
    zone_number: str | None = None
    extends_id: int | None = None


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: ``phone`` as E.164, ``person_id`` where an account is behind it."""

    phone: str
    language: str
    person_id: int | None = None
    name: str = ""


def clock_text(at: dt.datetime, *, seen_at: dt.datetime) -> str:
    """Write a moment as the city's clock, with its day where that is another one.

    >>> evening = dt.datetime(2026, 11, 28, 18, 0, tzinfo=dt.UTC)
    >>> clock_text(evening, seen_at=evening)
    '22:00'
    """
    local, now = city_time(at), city_time(seen_at)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%H:%M %d/%m/%Y}"


def _number(at: dt.datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('parking_ticket_number')")
        return f"PT-{city_time(at).year}-{cursor.fetchone()[0]:07d}"


def _repeated(key: str, buyer: Buyer, wanted: Wanted) -> ParkingTicket | None:
    """Return the ticket of this key; raises Problem 409 where it is of something else."""
    before = ParkingTicket.objects.filter(key=key).first()  # unique
    if before is not None and (before.phone, before.plate_key) != (buyer.phone, wanted.plate.key):
        raise Problem(409, "key_reused", KEY_OF_ANOTHER)
    return before


def _running(
    buyer: Buyer, wanted: Wanted, zone: ZoneOnDay | None, book: ZoneBook, *, at: dt.datetime
) -> ParkingTicket | None:
    """Return the buyer's last ticket of this vehicle that has not ended, which a new one extends.

    A request that names no zone extends whichever runs; one that names a zone, one good in it.
    """
    mine = ParkingTicket.objects.filter(
        phone=buyer.phone, plate_key=wanted.plate.key, ends_at__gt=at
    ).exclude(state=State.LAPSED)
    day = city_time(at).date()
    return next(
        (
            ticket
            for ticket in mine.order_by("-ends_at", "-pk")
            if (wanted.extends_id is None or wanted.extends_id in (ticket.pk, ticket.root_id))
            if zone is None or book.is_good_in(ticket.zone_id, zone, day=day)
        ),
        None,
    )


def _replace(asked: ParkingTicket, *, at: dt.datetime) -> None:
    """Let an app's unpaid request go, for its buyer asks anew; raises Problem 409 while it is paid.

    A message's request goes its own way: its operator has been asked.
    """
    bill = _bill_of(asked)
    if bill is None or charge_in_flight(bill.pk) is not None:
        raise Problem(409, "payment_under_way", UNDER_WAY)
    cancel(bill_id=bill.pk, by=SYSTEM, at=at, why="asked for anew")
    lapse(asked, why="replaced", at=at)


def _bill_of(ticket: ParkingTicket) -> Bill | None:
    bills = Bill.objects.filter(subject=f"parking_ticket/{ticket.pk}", state=Bill.State.DUE)
    return bills.order_by("-pk").first()


def _free(book: ZoneBook, found: Quote) -> Problem:
    """Make the refusal of a ticket that would cost nothing: told, and not charged."""
    zone_id = None if found.zone is None else found.zone.zone_id
    at = city_time(found.start)
    until = paid_at(at=at, zone_id=zone_id, rules=book.hours, calendar=book.calendar).until
    words = FREE if until is None else FREE_UNTIL.with_values(until=clock_text(until, seen_at=at))
    extra = {"free_until": None if until is None else utc_text(until)}
    return Problem(409, "parking_is_free", words, extra=extra)


def _check_whole(found: Quote, first: ParkingTicket, minutes: int) -> None:
    """Raise Problem 422 where a ticket with all its extensions would be too long."""
    bought = round((found.start - first.starts_at).total_seconds() / 60)
    if bought + minutes > found.terms.most:
        told = {"most": found.terms.most, "bought": bought}
        raise bad_value("minutes", TOO_LONG_IN_ALL.with_values(**told), code="too_long_in_all")


def _line_json(stretch: Stretch) -> dict[str, object]:
    price = stretch.price
    return {
        "from": utc_text(stretch.start), "to": utc_text(stretch.end),
        "minutes": stretch.minutes, "amount_baisa": stretch.amount,
        "rate_baisa": price and price.amount_baisa, "per_minutes": price and price.per_minutes,
        "source": price.source if price else "", "reason": stretch.reason.as_json(),
    }  # fmt: skip


def _zone_of(running: ParkingTicket, book: ZoneBook) -> ZoneOnDay | None:
    """Return the zone of a ticket as its extension finds it; None: of no place; Problem 404."""
    if running.zone is None:
        return None
    return zone_of_sign(book, running.zone.number, day=city_time(running.ends_at).date())


def _write(
    found: Quote, first: ParkingTicket | None, wanted: Wanted, buyer: Buyer, **values: object
) -> ParkingTicket:
    zone = found.zone
    return ParkingTicket.objects.create(
        root=first, plate_key=wanted.plate.key, zone_id=None if zone is None else zone.zone_id,
        zone_version=None if zone is None else zone.version,
        starts_at=found.start, ends_at=found.end,
        amount_baisa=found.charge.amount, phone=buyer.phone, person_id=buyer.person_id,
        language=buyer.language, lines=[_line_json(one) for one in found.charge.stretches],
        **values,
    )  # fmt: skip


@acting
def ask(*, wanted: Wanted, buyer: Buyer, channel: str, key: str, at: dt.datetime) -> ParkingTicket:
    """Ask for a ticket from ``at`` on, or for more of the one that runs; once for one key.

    Nothing is paid yet.  Raises Problem 404 (zone), 422 (minutes, permit zone), 409: a gap in the
    rules, ``parking_is_free``, ``payment_under_way``, ``key_reused``.
    """
    lock_vehicle(wanted.plate.key)
    if (before := _repeated(key, buyer, wanted)) is not None:
        return before
    book = zone_book()
    zone, first = None, None
    if wanted.zone_number is not None:
        zone = zone_with_tickets(book, wanted.zone_number, day=city_time(at).date())
    running = _running(buyer, wanted, zone, book, at=at)
    while running is not None and running.state == State.ASKED:
        _replace(running, at=at)
        running = _running(buyer, wanted, zone, book, at=at)
    if running is not None:
        start, zone, first = running.ends_at, _zone_of(running, book), running.root or running
    else:
        start = _begins(buyer, wanted, at=at)
    found = price_stay(book, zone, start=start, minutes=wanted.minutes)
    if first is not None:
        _check_whole(found, first, wanted.minutes)
    if found.charge.amount <= 0:
        raise _free(book, found)
    ticket = _write(
        found, first, wanted, buyer, number=_number(at), channel=channel, key=key, asked_at=at
    )
    if channel == Channel.APP:
        _issue(ticket, found, wanted, buyer, at=at)
    return ticket


def _begins(buyer: Buyer, wanted: Wanted, *, at: dt.datetime) -> dt.datetime:
    """Return the minute it is, or the end of what was sold before of this very minute."""
    minute = whole_minute(at)
    sold = ParkingTicket.objects.filter(
        phone=buyer.phone, plate_key=wanted.plate.key, ends_at__range=(minute, at)
    ).exclude(state=State.LAPSED)
    return max([minute, *sold.values_list("ends_at", flat=True)])


def _issue(
    ticket: ParkingTicket, found: Quote, wanted: Wanted, buyer: Buyer, *, at: dt.datetime
) -> Bill:
    claim = Claim(
        purpose=PURPOSE, subject=f"parking_ticket/{ticket.pk}", plate=wanted.plate.key,
        place=None if found.zone is None else found.zone.boundary, expires_at=at + PAY_WITHIN,
    )  # fmt: skip
    where = IN_ZONE.with_values(number=found.zone.number) if found.zone else NO_PLACE
    lines = [_line(one, wanted.plate, where) for one in found.charge.stretches if one.amount]
    by = Actor(buyer.person_id, buyer.name, "citizen")
    payer = Payer(name=buyer.name, phone=buyer.phone, person_id=buyer.person_id)
    return issue(claim=claim, payer=payer, lines=lines, by=by, at=at)


def _line(stretch: Stretch, plate: Plate | ForeignPlate, where: Text) -> Line:
    """Make a line of the bill: so many times the price's own unit."""
    price = stretch.price
    if price is None:
        raise ValueError("a free stretch costs nothing")
    said = {
        "span": f"{city_time(stretch.start):%H:%M}-{city_time(stretch.end):%H:%M}",
        "minutes": f"{round(stretch.minutes, 2):g}", "per": price.per_minutes,
    }  # fmt: skip
    return Line(
        text=Text(
            LINE.ar.format(plate=plate.shown_ar, where=where.ar, **said),
            LINE.en.format(plate=plate.shown_en, where=where.en, **said),
        ),
        quantity=Decimal(str(round(stretch.minutes / price.per_minutes, 3))),
        rate_baisa=price.amount_baisa, amount_baisa=Baisa(stretch.amount), source=price.source,
        rule=HALF_HOUR_RULE, period=f"{city_time(stretch.start).date()}",
    )  # fmt: skip


def pay(ticket: ParkingTicket, *, at: dt.datetime, operator_number: str | None = None) -> None:
    """Write down that a ticket is paid; the caller holds its row.

    A violation that was issued after it was asked for is cancelled.
    """
    ticket.state, ticket.decided_at = State.PAID, at
    ticket.operator_number = operator_number
    ticket.save(update_fields=["state", "decided_at", "operator_number"])
    earlier = Earlier(
        ticket.number, ticket.plate_key, ticket.zone_id, ticket.asked_at, ticket.ends_at
    )
    yield_to(earlier, at=at)


def lapse(ticket: ParkingTicket, *, why: str, at: dt.datetime) -> None:
    """Write down that a ticket was not paid; the caller holds its row."""
    ticket.state, ticket.decided_at, ticket.why_lapsed = State.LAPSED, at, why[:120]
    ticket.save(update_fields=["state", "decided_at", "why_lapsed"])


def settled(*, bill: Bill, receipt: object, at: dt.datetime) -> None:
    """Make an app's ticket valid, in the transaction that settled its bill.

    Named in ``settings.BILL_PURPOSES``.  Raises NotServed for one that lapsed, or whose time is
    over before its money came: the money goes back then.
    """
    key = int(bill.subject.partition("/")[2])
    ticket = ParkingTicket.objects.select_for_update(of=("self",)).get(pk=key)
    if ticket.state != State.ASKED or at >= ticket.ends_at:
        raise NotServed(f"ticket {ticket.number} is {ticket.state}, ended {ticket.ends_at}")
    pay(ticket, at=at)


@acting
def lapse_unpaid(*, at: dt.datetime) -> int:
    """Let the app's requests go that nobody paid in time; returns how many.

    One whose payment is under way stays asked for until the gateway says what became of it.
    """
    old = ParkingTicket.objects.filter(
        state=State.ASKED, channel=Channel.APP, asked_at__lte=at - PAY_WITHIN
    )
    lapsed = 0
    for key in old.order_by("asked_at").values_list("pk", flat=True)[:200]:
        lapsed += _lapse_one(key, at=at)
    return lapsed


@acting
def _lapse_one(key: int, *, at: dt.datetime) -> bool:
    """Lapse one request under the locks that settling takes: the bill, then the ticket."""
    bills = Bill.objects.filter(subject=f"parking_ticket/{key}").select_for_update()
    due = [bill for bill in bills.order_by("pk") if bill.state == Bill.State.DUE]
    if any(charge_in_flight(bill.pk) is not None for bill in due):
        return False
    ticket = ParkingTicket.objects.select_for_update(of=("self",)).get(pk=key)
    if ticket.state != State.ASKED:
        return False
    for bill in due:
        cancel(bill_id=bill.pk, by=SYSTEM, at=at, why=f"{ticket.number}: not paid in time")
    lapse(ticket, why="not paid in time", at=at)
    return True
