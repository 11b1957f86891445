"""What became of tickets by message: the operator is asked, and its answer is the reply.

A ticket that is asked for is a row; so nothing is lost with a process.  Each turn takes rows that
nobody else holds, writes down that they are tried, asks the operator outside of any transaction,
several at once, and writes each answer with its reply in one.  Without an answer the same is asked
again later, under the same reference: the operator charges it once.
"""

import datetime as dt
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import DataError, IntegrityError
from django.db.models import F, Q

from municipality.notices.inbound import reply_key
from municipality.notices.outbox import Recipient, queue
from municipality.notices.templates import Template
from municipality.problems import Problem
from municipality.reach import acting
from parking_zones.plates import vehicle_of_key
from parking_zones.tickets.actions import Channel, State, lapse, pay
from parking_zones.tickets.models import ParkingTicket
from parking_zones.tickets.notices import BOUGHT, NEVER_ANSWERED, NO_ANSWER, NOT_CHARGED, values_of
from parking_zones.tickets.operator import Charged, Operator, OperatorDown, Price, Refused

AT_ONCE = 16  # requests to the operator under way at a time
BATCH = 64
AGAIN_AFTER = dt.timedelta(seconds=20)
TOLD_AFTER = dt.timedelta(minutes=2)  # without an answer the driver hears that there is none
GIVEN_UP_AFTER = dt.timedelta(days=1)
SOME_ANSWER = Charged | Refused | OperatorDown
log = logging.getLogger("parking_zones.tickets")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did."""

    charged: int = 0
    refused: int = 0
    unknown: int = 0

    @property
    def asked(self) -> int:
        """How many tickets it asked about."""
        return self.charged + self.refused + self.unknown


@acting
def _take(*, at: dt.datetime) -> list[Price]:
    """Take the tickets whose turn it is, the oldest first, and write down that they are tried."""
    waiting = ParkingTicket.objects.filter(state=State.ASKED, channel=Channel.SMS).filter(
        Q(tried_at=None) | Q(tried_at__lte=at - AGAIN_AFTER)
    )
    rows = list(waiting.order_by("asked_at").select_for_update(skip_locked=True)[:BATCH])
    ParkingTicket.objects.filter(pk__in=[row.pk for row in rows]).update(tried_at=at)
    return [
        Price(
            reference=row.public_id,
            phone=row.phone,
            amount_baisa=row.amount_baisa,
            description=f"{row.number} {vehicle_of_key(row.plate_key).shown_en}",
        )
        for row in rows
    ]


def _asked(peer: Operator, price: Price) -> SOME_ANSWER:
    try:
        return peer.charge(price)
    except OperatorDown as down:
        return down


def _tell(ticket: ParkingTicket, template: Template, key: str, *, at: dt.datetime) -> None:
    values = values_of(ticket)
    queue(
        template=template.code,
        to=Recipient(phone=ticket.phone, language=ticket.language, person_id=ticket.person_id),
        values={name: values[name] for name in template.longest},
        key=key,
        at=at,
        about=f"parking_ticket/{ticket.pk}",
    )


def _reply_key(ticket: ParkingTicket) -> str:
    return reply_key(int(ticket.key.rpartition("/")[2]))


@acting
def _settle(*, reference: str, answer: SOME_ANSWER, at: dt.datetime) -> None:
    """Write an answer down, once, with the message that tells of it.

    A ticket charged only after its time was over stays bought: while nobody could tell, nobody
    was fined (inspection).
    """
    row = ParkingTicket.objects.select_related("zone").select_for_update(of=("self",))
    ticket = row.get(public_id=reference)
    if ticket.state != State.ASKED:
        return
    if isinstance(answer, Charged):
        pay(ticket, at=at, operator_number=answer.number)
        _tell(ticket, BOUGHT, _reply_key(ticket), at=at)
    elif isinstance(answer, Refused):
        lapse(ticket, why=f"operator: {answer.why}", at=at)
        _tell(ticket, NOT_CHARGED, _reply_key(ticket), at=at)
    elif at >= ticket.asked_at + GIVEN_UP_AFTER:
        lapse(ticket, why=f"operator: no answer in a day ({answer})", at=at)
        _tell(ticket, NEVER_ANSWERED, _reply_key(ticket), at=at)
        log.error("%s: the operator never answered; see the day's comparison", ticket.number)
    elif at >= ticket.asked_at + TOLD_AFTER:
        _tell(ticket, NO_ANSWER, f"{ticket.key}/no_answer", at=at)  # once: the key


def charge_waiting(*, peer: Operator, at: dt.datetime) -> Turn:
    """Ask the operator for the tickets that wait, and write down what it says.

    Called again and again by ``manage.py charge_tickets``; any number of processes may.
    """
    prices = _take(at=at)
    if not prices:
        return Turn()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="operator") as pool:
        answers = list(pool.map(lambda price: _asked(peer, price), prices))
    for price, answer in zip(prices, answers, strict=True):
        try:
            _settle(reference=price.reference, answer=answer, at=at)
        except (Problem, IntegrityError, DataError, ValueError):  # its fault stops no other
            log.exception("ticket %s was asked about and could not be settled", price.reference)
    kinds = [type(answer) for answer in answers]
    return Turn(*(kinds.count(kind) for kind in (Charged, Refused, OperatorDown)))


def differences(charged: dict[str, int], *, day: dt.date, zone: dt.tzinfo) -> list[str]:
    """Compare one city day of tickets by message with the operator's own list of that day.

    ``charged`` is theirs: our reference to whole baisa.  Returns what differs, in sentences:
    a charge without a ticket, a ticket without a charge, another amount.
    """
    first = dt.datetime.combine(day, dt.time(), zone)
    paid = ParkingTicket.objects.filter(
        channel=Channel.SMS, state=State.PAID, asked_at__gte=first,
        asked_at__lt=first + dt.timedelta(days=1),
    )  # fmt: skip
    ours = dict(paid.values_list("public_id", F("amount_baisa")))
    found = [f"{one}: charged {charged[one]}, no ticket" for one in charged.keys() - ours.keys()]
    found += [f"{one}: ticket of {ours[one]}, not charged" for one in ours.keys() - charged.keys()]
    found += [
        f"{one}: ticket of {ours[one]}, charged {charged[one]}"
        for one in ours.keys() & charged.keys()
        if ours[one] != charged[one]
    ]
    return sorted(found)
