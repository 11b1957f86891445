"""Every write of a bill: issue, revise, cancel."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import connection

from municipality.actor import Actor
from municipality.baisa import Baisa, as_rial
from municipality.billing import locks
from municipality.billing.bills.facts import Claim, Line, Payer
from municipality.billing.bills.joint import give_up
from municipality.billing.bills.models import Bill, BillLine
from municipality.billing.bills.queries import folded_plate
from municipality.billing.payments.in_flight import charge_in_flight, wipe
from municipality.billing.refusals import IN_FLIGHT, bill_not_due
from municipality.conf import PROFILE
from municipality.digits import western
from municipality.history.actions import record
from municipality.problems import Problem
from municipality.reach import acting
from municipality.stored import geos_of


class UnknownPurpose(LookupError):
    """No one answers for this purpose: it is not a key of ``settings.BILL_PURPOSES``."""


class NothingOwed(ValueError):
    """The lines add up to nothing or less: there is nothing to bill."""


def _number(at: dt.datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('billing_bill_number')")
        return f"INV-{at.astimezone(PROFILE.time_zone).year}-{cursor.fetchone()[0]:06d}"


def _write(bill: Bill, lines: Sequence[Line], *, by: Actor, act: str) -> Bill:
    """Store a bill with its lines; the database checks at commit that they add up."""
    bill.total_baisa = sum(line.amount_baisa for line in lines)
    if bill.total_baisa <= 0:
        raise NothingOwed(f"{bill.purpose} {bill.subject}: {bill.total_baisa} baisa")
    bill.number = _number(bill.issued_at)
    bill.save(force_insert=True)
    BillLine.objects.bulk_create(
        BillLine(
            bill=bill, position=position, text_ar=line.text.ar, text_en=line.text.en,
            quantity=line.quantity, rate_baisa=line.rate_baisa, period=line.period,
            rule=line.rule, source=line.source, amount_baisa=line.amount_baisa,
            gathers_id=line.gathers_id,
        )
        for position, line in enumerate(lines, start=1)
    )  # fmt: skip
    facts = {
        "number": bill.number, "total": as_rial(Baisa(bill.total_baisa)), "purpose": bill.purpose,
        "subject": bill.subject,
    }  # fmt: skip
    record(stream=bill.stream, act=act, by=by, at=bill.issued_at, facts=facts)
    return bill


@acting
def issue(*, claim: Claim, payer: Payer, lines: Sequence[Line], by: Actor, at: dt.datetime) -> Bill:
    """Issue a bill: its number, its frozen lines and its history, in the caller's transaction.

    Raises UnknownPurpose, NothingOwed; nothing is written then.
    """
    if claim.purpose not in settings.BILL_PURPOSES:
        raise UnknownPurpose(claim.purpose)
    bill = Bill(
        purpose=claim.purpose,
        subject=claim.subject,
        payer_name=payer.name,
        payer_phone=payer.phone,
        payer_person_id=payer.person_id,
        plate=folded_plate(claim.plate),
        plot_number=western(claim.plot_number).strip(),
        place=None if claim.place is None else geos_of(claim.place),
        branch_id=claim.branch_id,
        issued_at=at,
        expires_at=claim.expires_at,
    )
    return _write(bill, lines, by=by, act="issue")


@acting
def revise(*, bill_id: int, lines: Sequence[Line], by: Actor, at: dt.datetime, why: str) -> Bill:
    """Put a new version with a new number in the place of a bill that is still due.

    Raises Problem 409 when it is no longer due, or while a payment of it is under way.
    """
    old = locks.bill(bill_id)
    if old.state != Bill.State.DUE:
        raise bill_not_due(old)
    if charge_in_flight(old.pk) is not None:
        raise Problem(409, "payment_under_way", IN_FLIGHT)
    old.state = Bill.State.SUPERSEDED
    old.save(update_fields=["state"])
    give_up(part=old, by=by, at=at)
    new = Bill(
        purpose=old.purpose, subject=old.subject, root_id=old.root_id or old.pk,
        version=old.version + 1, supersedes=old, payer_name=old.payer_name,
        payer_phone=old.payer_phone, payer_person_id=old.payer_person_id, plate=old.plate,
        plot_number=old.plot_number, place=old.place, branch_id=old.branch_id, issued_at=at,
        expires_at=old.expires_at if old.expires_at and old.expires_at > at else None,
    )  # fmt: skip
    _write(new, lines, by=by, act="issue")
    record(
        stream=old.stream, act="supersede", by=by, at=at, facts={"by": new.number, "why": why[:200]}
    )
    return new


@acting
def cancel(*, bill_id: int, by: Actor, at: dt.datetime, why: str) -> Bill:
    """Cancel a bill that is still due; a terminal that shows its amount is told to wipe it.

    A joint bill that gathers it is cancelled too, unless somebody is paying that one.  Should the
    card have been charged all the same, that money comes back by itself as a refund due
    (payments.settling).  Raises Problem 409 when the bill is no longer due.
    """
    bill = locks.bill(bill_id)
    if bill.state != Bill.State.DUE:
        raise bill_not_due(bill)
    bill.state = Bill.State.CANCELLED
    bill.save(update_fields=["state"])
    record(stream=bill.stream, act="cancel", by=by, at=at, facts={"why": why[:200]})
    charge = charge_in_flight(bill.pk)
    if charge is not None:
        wipe(charge=charge, by=by, at=at)
    give_up(part=bill, by=by, at=at)
    return bill
