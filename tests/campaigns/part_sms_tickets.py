"""A day of tickets by message, with a bad operator: none lost, none doubled, minutes sold are valid.

Messages come as they do: bought, extended, sent twice by a thumb and by the operator, echoed by a
robot, from another telephone for the same plate, in both scripts; the operator (a process) loses
answers, fails and has subscribers without money.  What must be true is reckoned from the texts.
"""

import datetime as dt
import random
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test import override_settings

from municipality.notices import inbound
from municipality.notices.models import InboundMessage, Message
from municipality.notices.taking_in import HandedOver, take_in
from tests.campaigns.aside import aside
from tests.parking_zones.operator_peer import KEY, Peer, operator_peer

MESSAGES = {0: 400}  # of the first trial; 10,000 of each other, all of one day
TRIALS = {"small": 1, "full": 11}
BATCH = 5  # messages that the router finds waiting
DAY = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=4)))  # a Sunday
OPEN_MINUTES = 290  # 08:00 to 12:50: every stay is paid in full
LETTERS = ("B", "D", "M", "R", "S", "A", "H", "W", "Y")
ARABIC = dict(zip(LETTERS, "بدمرسأحوي", strict=True))
FAULTS = ((), (), (), ("lost",), ("status_500",), ("down",), ("not_json",))


@dataclass
class Seen:
    """What the world did, told apart from what the platform made of it."""

    rng: random.Random
    start: str  # of this trial's telephones
    minutes: Counter[tuple[str, str]] = field(default_factory=Counter)  # by telephone and plate
    sent: int = 0


def _world() -> None:
    """A zone, hours, terms and a price: what a ticket needs; made by the first trial."""
    from parking_zones.models import Zone
    from tests import builders as b

    if Zone.objects.exists():
        return
    b.the_weekends()
    b.the_paid_hours()
    b.the_ticket_terms()
    b.a_tariff(100)
    b.a_zone("7")


def _text(rng: random.Random, plate: tuple[int, str], minutes: int) -> str:
    number, letter = plate
    if rng.random() < 0.5:
        digits = str(number).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        return f"{digits} {ARABIC[letter]} {minutes}"
    return rng.choice([f"{number} {letter} {minutes}", f"{number}{letter.lower()}{minutes:>4}"])


def _hand_over(sender: str, text: str, at: dt.datetime, smsc_id: str) -> None:
    coding = 0 if text.isascii() else 8
    body = text.encode("ascii" if coding == 0 else "utf-16-be")
    take_in([HandedOver(sender.lstrip("+"), 1, "90091", coding, body, smsc_id=smsc_id)], at=at)


def _say(seen: Seen, number: int, at: dt.datetime) -> None:
    """Let one thing happen: a ticket, more of one, a repeat, an echo."""
    rng = seen.rng
    sender = f"{seen.start}{rng.randrange(10_000, 10_400 + number // 3)}"
    plate = (int(sender[-4:]) % 900 + 1, rng.choice(LETTERS[:2]))
    minutes = rng.choice((30, 60, 90))
    text = _text(rng, plate, minutes)
    key = (sender, f"OM-{plate[0]}-{plate[1]}")
    if seen.minutes[key] + minutes > 300:
        return
    seen.minutes[key] += minutes
    _hand_over(sender, text, at, f"id-{seen.start}-{number}")
    if rng.random() < 0.1:  # the operator hands it over again
        _hand_over(sender, text, at + dt.timedelta(seconds=40), f"id-{seen.start}-{number}")
    if rng.random() < 0.1:  # the thumb
        _hand_over(sender, text, at + dt.timedelta(seconds=9), f"again-{seen.start}-{number}")
    seen.sent += 1


def _echo(seen: Seen, number: int, at: dt.datetime) -> None:
    """A robot sends a reply of ours back."""
    for address, text in Message.objects.order_by("-pk").values_list("to_address", "text")[:1]:
        _hand_over(address, text, at, f"echo-{seen.start}-{number}")


def _charge(peer: Peer, at: dt.datetime) -> None:
    from parking_zones.tickets.charging import charge_waiting

    while charge_waiting(peer=peer.client, at=at).asked:
        at += dt.timedelta(seconds=1)


def _play(peer: Peer, seen: Seen, messages: int) -> list[float]:
    """Send a day's messages; returns what routing took by tenth of the day, in seconds."""
    took: list[float] = []
    step = OPEN_MINUTES * 60 / messages
    for number in range(messages):
        at = DAY + dt.timedelta(seconds=number * step)
        if number % 50 == 0:
            peer.be(*seen.rng.choice(FAULTS))
            _charge(peer, at)
        _say(seen, number, at)
        if number % 97 == 0:
            _echo(seen, number, at)
        if number % BATCH == 0 or number == messages - 1:
            begun = time.perf_counter()
            inbound.route(inbound.received(), at=at)
            took.append(time.perf_counter() - begun)
    peer.be()
    for turn in range(5):
        _charge(peer, DAY + dt.timedelta(hours=6, minutes=turn))
    tenth = max(1, len(took) // 10)
    return [sum(took[:tenth]), sum(took[-tenth:])]


SOLD_TWICE = """
SELECT count(*) FROM parking_zones_parkingticket a JOIN parking_zones_parkingticket b
ON a.id < b.id AND a.phone = b.phone AND a.plate_key = b.plate_key
AND a.state <> 'lapsed' AND b.state <> 'lapsed'
AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
"""


def _check(peer: Peer, start: str) -> dict[str, int]:
    """Hold the tickets against the operator's own journal."""
    from parking_zones.models import ParkingTicket

    tickets = {one.public_id: one for one in ParkingTicket.objects.filter(phone__startswith=start)}
    assert all(one.state != "asked" for one in tickets.values())
    charged: defaultdict[str, list[Any]] = defaultdict(list)
    for one in peer.charged():
        charged[one["clientCorrelator"]].append(one)
    paid = {key for key, one in tickets.items() if one.state == "paid"}
    assert set(charged) == paid and all(len(rows) == 1 for rows in charged.values())
    for key in paid:
        told = charged[key][0]["paymentAmount"]["chargingInformation"]["amount"]
        assert round(float(told) * 1000) == tickets[key].amount_baisa
    with connection.cursor() as cursor:
        cursor.execute(SOLD_TWICE)
        assert cursor.fetchone()[0] == 0
    ours = InboundMessage.objects.filter(sender__startswith=start)
    answered = ours.filter(state=InboundMessage.State.ANSWERED).count()
    replies = Message.objects.filter(to_address__startswith=start, key__startswith="in:").count()
    assert replies == answered  # one each
    assert not InboundMessage.objects.filter(state="received").exists()
    sold = [tickets[key] for key in paid]
    minutes = sum((one.ends_at - one.starts_at).total_seconds() / 60 for one in sold)
    told = sum(line["minutes"] for one in sold for line in one.lines)
    assert abs(minutes - told) < 1e-6 * len(sold), (minutes, told)  # what was priced is valid
    paid_minutes = sum(
        line["minutes"] for one in sold for line in one.lines if line["rate_baisa"] is not None
    )
    baisa = sum(one.amount_baisa for one in sold)
    assert abs(paid_minutes * 100 / 30 - baisa) <= len(sold), (paid_minutes, baisa)
    return {"tickets": len(paid), "minutes": round(minutes)}


def _trial(seed: int, number: int) -> dict[str, int]:
    """Play a part of the day and count."""
    _world()
    start = f"+9689{1 + number % 9}{number // 9}"
    seen = Seen(random.Random(f"sms tickets {seed} {number}"), start)
    commands = {"parking": "parking_zones.tickets.by_sms.buy"}
    with ExitStack() as stack:
        peer = stack.enter_context(operator_peer())
        stack.enter_context(
            override_settings(
                GEO_OPERATOR_URL=f"{peer.base}/payment", GEO_OPERATOR_KEY=KEY, SMS_COMMANDS=commands
            )
        )
        first, last = _play(peer, seen, MESSAGES.get(number, 10_000))
        found = _check(peer, seen.start)
    assert last < 4 * first, (first, last)  # the day's end is not slower than its beginning
    return {"messages": seen.sent, **found}


def trial(seed: int, number: int) -> dict[str, int]:
    """Play a part of one day; what earlier trials of the run have sold stays sold."""
    return aside(lambda: _trial(seed, number))
