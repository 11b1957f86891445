"""Things of money for tests: bills, shifts, terminals and answers, in field words."""

import datetime as dt
import secrets
from decimal import Decimal
from typing import Any

from municipality.actor import Actor
from municipality.billing.bills import actions as bills
from municipality.billing.bills.facts import Claim, Line, Payer
from municipality.billing.models import Bill, Charge, Shift, Terminal
from municipality.billing.payments import charging, graph
from municipality.billing.payments.charging import Asked
from municipality.billing.payments.outcomes import Outcome
from municipality.people.models import User
from municipality.places.models import Branch, Directorate
from municipality.words import Text

NOON = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=4)))
PURPOSE = "test_fee"
PURPOSES = {PURPOSE: "tests.billing.builders.fee_settled"}
SUPERVISOR = Actor(person_id=901, name="Supervisor", role="supervisor")
settled: list[str] = []


def fee_settled(*, bill: Bill, receipt: Any, at: dt.datetime) -> None:
    """What the purpose of the tests does when it is paid: remember the receipt."""
    settled.append(receipt.number)


def minutes(number: float) -> dt.datetime:
    """So many minutes after noon."""
    return NOON + dt.timedelta(minutes=number)


def a_branch(code: str = "seeb") -> Branch:
    """A service hall."""
    directorate, _ = Directorate.objects.get_or_create(
        code="d1", defaults={"name_ar": "المديرية", "name_en": "Directorate"}
    )
    return Branch.objects.get_or_create(
        code=code, defaults={"name_ar": "صالة", "name_en": "Hall", "directorate": directorate}
    )[0]


def a_terminal(code: str = "T-01", branch: Branch | None = None) -> Terminal:
    """A card terminal."""
    return Terminal.objects.get_or_create(code=code, defaults={"branch": branch or a_branch()})[0]


def a_cashier(number: int = 1) -> Actor:
    """A cashier, who needs no account to be an actor."""
    return Actor(person_id=100 + number, name=f"Cashier {number}", role="cashier")


def a_shift(
    cashier: Actor | None = None, *, terminal: Terminal | None = None, float_baisa: int = 50_000
) -> Shift:
    """An open shift."""
    cashier = cashier or a_cashier()
    return Shift.objects.create(
        cashier_id=cashier.person_id,
        cashier_name=cashier.name,
        branch=a_branch(),
        terminal=terminal,
        day=NOON.date(),
        float_baisa=float_baisa,
        opened_at=NOON,
    )


def a_line(amount_baisa: int = 6_195, **values: Any) -> Line:
    """One line of an amount."""
    facts = {
        "text": Text("رسم", "Fee"),
        "quantity": Decimal(1),
        "rate_baisa": amount_baisa,
        "source": "Administrative decision 1/2020",
        **values,
    }
    return Line(amount_baisa=amount_baisa, **facts)


def a_bill(amount_baisa: int = 6_195, *, payer: Payer | None = None, **values: Any) -> Bill:
    """A bill that is due."""
    claim = Claim(purpose=PURPOSE, subject=values.pop("subject", "case/1"), **values)
    return bills.issue(
        claim=claim,
        payer=payer or Payer("سالم", phone="+96892123456", person_id=7),
        lines=[a_line(amount_baisa)],
        by=Actor(1, "Registrar", "registrar"),
        at=NOON,
    )


def asked(bill: Bill, channel: str = "cash", *, key: str = "", **values: Any) -> Asked:
    """A client's request to pay a bill; a fresh key each time unless given."""
    return Asked(
        bill_id=bill.pk,
        channel=channel,
        key=key or secrets.token_hex(8),
        shown_baisa=values.pop("shown_baisa", bill.total_baisa),
        **values,
    )


def pay_cash(bill: Bill, cashier: Actor | None = None, **values: Any) -> Charge:
    """Pay a bill with a 50 rial note."""
    return charging.take_cash(
        asked=asked(bill, **values), tendered_baisa=50_000, by=cashier or a_cashier(), at=minutes(1)
    )


def an_online_charge(bill: Bill, **values: Any) -> Charge:
    """An online payment that was sent to the gateway."""
    payer = Actor(7, "سالم", "citizen")
    return charging.begin_online(asked=asked(bill, "online", **values), by=payer, at=minutes(1))


def captured(amount_baisa: int | None = None, number: str = "", **values: Any) -> Outcome:
    """The answer that the money was taken."""
    return Outcome(graph.CAPTURED, amount_baisa=amount_baisa, foreign_id=number, **values)


def a_user(name: str, *roles: str, **values: Any) -> User:
    """Someone who can sign in."""
    return User.objects.create_user(username=name, password="demo", roles=list(roles), **values)
