"""Every write of a violation: issued, proposed, confirmed, dropped, cancelled.

It stands on a check and asks again at its own second, under the vehicle's lock: a ticket asked for
before it is a right, one asked for after it is not.  From an unclear place nothing is issued; the
inspector may lay it before a supervisor, with photos, and another pair of eyes decides.
"""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from municipality.actor import SYSTEM, Actor
from municipality.baisa import Baisa
from municipality.billing.bills.actions import cancel as cancel_bill
from municipality.billing.bills.actions import issue as issue_bill
from municipality.billing.bills.facts import Claim, Line, Payer
from municipality.billing.bills.models import Bill
from municipality.billing.payments.refunds import ask_for_service
from municipality.billing.payments.settling import NotServed
from municipality.documents.models import StoredFile
from municipality.history.actions import record
from municipality.located import Place
from municipality.people.four_eyes import four_eyes
from municipality.problems import Problem
from municipality.reach import acting
from municipality.stored import shape_of
from municipality.words import Text
from parking_zones.inspection.checks import answer_json
from parking_zones.inspection.models import ParkingCheck
from parking_zones.inspection.queries import Answer, may_stand
from parking_zones.inspection.verdict import Reason
from parking_zones.plates import vehicle_of_key
from parking_zones.pricing.paid_hours import paid_day
from parking_zones.vehicle_lock import lock_vehicle
from parking_zones.violations.models import Offence, Violation
from parking_zones.violations.refusals import refused
from parking_zones.zones.book import zone_book
from parking_zones.zones.models import Bay
from parking_zones.zones.queries import city_midnight, city_time

PURPOSE = "parking_violation"
SURE_OF_A_BAY_M = 3.0  # about a bay's width: a wider reading may be on the next one
FRESH = dt.timedelta(minutes=10)  # from the check to the violation that stands on it
State, Basis = Violation.State, Offence.Basis
UNCLEAR = (Place.NEAR_EDGE, Place.AMBIGUOUS)
LINE = Text("مخالفة {number}: {offence}، {plate}", "Violation {number}: {offence}, {plate}")
PAYER = Text("مالك المركبة {plate}", "Owner of vehicle {plate}")
INSPECTOR = "inspector"
EARLIER = Text(
    "طُلبت التذكرة {number} قبل تحرير المخالفة.",
    "Ticket {number} was asked for before the violation was issued.",
)


@dataclass(frozen=True, slots=True)
class New:
    """What an inspector issues: on which check, for what; ``issued_at`` by the one clock.

    ``key`` is the device's own.  ``asks_supervisor``: lay it before one where the place is unclear.
    """

    check_id: int
    offence: str
    issued_at: dt.datetime
    note: str = ""
    key: str | None = None
    asks_supervisor: bool = False


def offence_on(code: str, *, day: dt.date) -> Offence:
    """Return an offence as it holds on a day; raises Problem 422."""
    found = Offence.objects.filter(code=code, valid__contains=day).first()  # one a day
    if found is None:
        raise refused("no_such_offence", status=422)
    return found


def _number(at: dt.datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('parking_violation_number')")
        return f"PV-{city_time(at).year}-{cursor.fetchone()[0]:07d}"


def _spell(offence: Offence, check: ParkingCheck, *, at: dt.datetime) -> dt.datetime:
    """Return where the period begins in which this offence is issued once: paid hours, else day."""
    book = zone_book()
    if offence.basis == Basis.UNPAID:
        today = city_time(at).date()
        hours = paid_day(day=today, zone_id=check.zone_id, rules=book.hours, calendar=book.calendar)
        for opens, closes in hours.spans if hours is not None else ():
            if opens <= at < closes:
                return opens
    return city_midnight(at)


def _why_not(offence: Offence, check: ParkingCheck, answer: Answer) -> str:
    """Say why this offence cannot be issued from this answer; empty where it can."""
    if answer.place is Place.OUTSIDE:
        return "outside_zones"
    if offence.basis == Basis.UNPAID:
        if answer.by_zone.may_stand:  # a ban on parking is another offence than not to pay
            return "may_stand"
        if answer.by_zone.may_stand is None and answer.place not in UNCLEAR:
            return "cannot_tell"
    if answer.by_zone.reason is Reason.PAYMENT_UNDER_WAY and offence.basis == Basis.UNPAID:
        return "cannot_tell"
    if offence.basis == Basis.BAY and not _is_on_bay(offence.bay_kind, check):
        return "no_such_bay"
    is_sure = answer.place not in UNCLEAR and check.origin == "gps"  # a pin is where one meant
    return "" if is_sure else "unclear_place"


def _is_on_bay(kind: str, check: ParkingCheck) -> bool:
    """Tell whether the reading is surely on a bay of a kind: on it, and no wider than a bay."""
    if check.accuracy_m > SURE_OF_A_BAY_M:
        return False
    return Bay.objects.filter(kind=kind, shape__intersects=check.point).exists()


def _answer(check: ParkingCheck, *, at: dt.datetime) -> Answer:
    return may_stand(
        plate_key=check.plate_key, point=shape_of(check.point), accuracy_m=check.accuracy_m, at=at
    )


SUPERVISED = ("unclear_place", "no_such_bay")  # what a supervisor may decide all the same
TOO_LATE = ("may_stand", "cannot_tell")  # what the register knew and the device could not


@acting
def issue(*, new: New, by: Actor, at: dt.datetime) -> Violation:
    """Issue a violation on a check of one's own; ``at`` is now, ``new.issued_at`` may be earlier.

    One made without a connection comes later: where the register knows a right that the device
    could not know, it is kept as dropped, with the reason, and nothing is lost.  Raises Problem
    409 (MEANINGS), 422 for an offence that does not hold.
    """
    check = _check_of(new, by)
    lock_vehicle(check.plate_key)
    if new.key is not None:
        before = Violation.objects.filter(inspector_id=by.person_id, key=new.key)
        if (kept := before.first()) is not None:  # unique
            return kept
    if not check.at <= new.issued_at <= check.at + FRESH:
        raise refused("check_needed")
    offence = offence_on(new.offence, day=city_time(new.issued_at).date())
    answer = _answer(check, at=new.issued_at)
    why = _why_not(offence, check, answer)
    state = State.ISSUED
    if not why and check.received_at > check.at + FRESH:
        state, why = State.PROPOSED, "late"  # from a device without a connection, or so it says
    elif why in SUPERVISED and new.asks_supervisor:
        state = State.PROPOSED
    elif why in TOO_LATE and at - new.issued_at > FRESH:
        state = State.DROPPED
    elif why:
        raise refused(why)
    spell = _spell(offence, check, at=new.issued_at)
    return _write(_Judged(check, offence, state, why, spell, answer), new, by=by, at=at)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A violation as it will be written: on which check, for what, and why it is only proposed."""

    check: ParkingCheck
    offence: Offence
    state: str
    why: str
    spell: dt.datetime
    answer: Answer


def _check_of(new: New, by: Actor) -> ParkingCheck:
    own = ParkingCheck.objects.filter(pk=new.check_id, inspector_id=by.person_id or 0)
    check = own.select_related("zone").first()  # unique
    if check is None:
        raise refused("check_needed")
    stands_on_it = Violation.objects.filter(parking_check=check)
    if new.key is not None:
        stands_on_it = stands_on_it.exclude(key=new.key)  # sent again
    if stands_on_it.exists():
        raise refused("check_needed")
    return check


def _check_once(judged: _Judged) -> None:
    """Refuse a second violation of one offence in one period; the database would refuse it too."""
    check = judged.check
    same = Violation.objects.filter(
        plate_key=check.plate_key, offence_code=judged.offence.code, zone=check.zone,
        spell_from=judged.spell, state__in=(State.PROPOSED, State.ISSUED),
    )  # fmt: skip
    if same.exists():
        raise refused("already_issued")


def _write(judged: _Judged, new: New, *, by: Actor, at: dt.datetime) -> Violation:
    check, offence, state = judged.check, judged.offence, judged.state
    dropped = state == State.DROPPED
    if not dropped:
        _check_once(judged)
    violation = Violation.objects.create(
        number=_number(new.issued_at), plate_key=check.plate_key, offence=offence,
        offence_code=offence.code, fine_baisa=offence.fine_baisa, parking_check=check,
        zone_id=check.zone_id, spell_from=judged.spell, state=state, inspector_id=by.person_id,
        evidence=answer_json(judged.answer), note=new.note[:300], issued_at=new.issued_at,
        received_at=at, key=new.key,
        decided_at=at if dropped else None, decided_why=judged.why if dropped else "",
    )  # fmt: skip
    facts = {
        "number": violation.number, "plate": check.plate_key, "state": state, "why": judged.why,
    }  # fmt: skip
    record(stream=violation.stream, act="violation.issue", by=by, at=at, facts=facts)
    if state == State.ISSUED:
        _bill(violation, check, offence, by=by, at=at)
    return violation


def _bill(
    violation: Violation, check: ParkingCheck, offence: Offence, *, by: Actor, at: dt.datetime
) -> Bill:
    plate = vehicle_of_key(violation.plate_key)
    line = Line(
        text=Text(
            LINE.ar.format(number=violation.number, offence=offence.name_ar, plate=plate.shown_ar),
            LINE.en.format(number=violation.number, offence=offence.name_en, plate=plate.shown_en),
        ),
        quantity=Decimal(1), rate_baisa=offence.fine_baisa,
        amount_baisa=Baisa(offence.fine_baisa), source=offence.source, rule=offence.code,
        period=f"{city_time(violation.issued_at).date()}",
    )  # fmt: skip
    claim = Claim(
        purpose=PURPOSE, subject=violation.stream, plate=violation.plate_key,
        place=shape_of(check.point),
    )  # fmt: skip
    payer = Payer(name=PAYER.ar.format(plate=plate.shown_ar))
    return issue_bill(claim=claim, payer=payer, lines=[line], by=by, at=at)


def locked(violation_id: int) -> Violation:
    """Lock the bills of a violation, then the violation: settling takes its locks in that order."""
    subject = f"violation/{violation_id}"
    list(Bill.objects.filter(subject=subject).select_for_update().order_by("pk"))
    rows = Violation.objects.select_related("offence", "parking_check")
    return rows.select_for_update(of=("self",)).get(pk=violation_id)


def _inspector(violation: Violation) -> Actor:
    return Actor(violation.inspector_id, "", INSPECTOR)


@acting
def confirm(*, violation_id: int, why: str, by: Actor, at: dt.datetime) -> Violation:
    """Issue what an inspector proposed: another person, who saw the photos and the place.

    Raises Problem 403 for the same pair of eyes, 409 for one that is not proposed, has no photos,
    or has become a right in one of the zones it may lie in.
    """
    violation = locked(violation_id)
    _ask_again(violation)
    _decide(violation, State.ISSUED, why, by=by, at=at)
    if violation.parking_check is not None:
        _bill(violation, violation.parking_check, violation.offence, by=by, at=at)
    return violation


def _ask_again(violation: Violation) -> None:
    """Refuse to confirm what nobody can see, or what has become a right meanwhile."""
    check = violation.parking_check
    if violation.state != State.PROPOSED or check is None:
        return
    lock_vehicle(violation.plate_key)
    if not StoredFile.objects.filter(about=violation.stream).exists():
        raise refused("photos_needed")
    if violation.offence.basis != Basis.UNPAID:
        return
    answer = _answer(check, at=violation.issued_at)
    zones = [judged.state for judged in answer.zones]
    if answer.by_zone.may_stand or any(zone.covering or zone.paid_now is False for zone in zones):
        raise refused("may_stand")


@acting
def drop(*, violation_id: int, why: str, by: Actor, at: dt.datetime) -> Violation:
    """Do not issue what an inspector proposed; raises Problem 403, 409."""
    violation = locked(violation_id)
    _decide(violation, State.DROPPED, why, by=by, at=at)
    return violation


def _keep_decision(
    violation: Violation, state: str, why: str, *, by: Actor, at: dt.datetime
) -> None:
    violation.state, violation.decided_by_id = state, by.person_id
    violation.decided_at, violation.decided_why = at, why[:300]
    violation.save(update_fields=["state", "decided_by_id", "decided_at", "decided_why"])
    record(
        stream=violation.stream, act=f"violation.{state}", by=by, at=at, facts={"why": why[:300]}
    )


def _decide(violation: Violation, state: str, why: str, *, by: Actor, at: dt.datetime) -> None:
    if violation.state != State.PROPOSED:
        raise Problem(409, "decided", Text("سبق البت فيها.", "It was decided before."))
    four_eyes(_inspector(violation), by, on=city_time(at).date())
    _keep_decision(violation, state, why, by=by, at=at)


@acting
def cancel(*, violation_id: int, why: str, by: Actor, at: dt.datetime) -> Violation:
    """Cancel an issued violation, as a granted dispute does; what was paid is asked back.

    Raises Problem 403 for who issued or confirmed it, 409 for one that is not issued.
    """
    violation = locked(violation_id)
    if violation.state != State.ISSUED:
        raise Problem(409, "decided", Text("سبق البت فيها.", "It was decided before."))
    day = city_time(at).date()
    if violation.inspector_id is not None:
        four_eyes(_inspector(violation), by, on=day)
    if violation.decided_by_id is not None:
        four_eyes(Actor(violation.decided_by_id, "", "supervisor"), by, on=day)
    _end(violation, State.CANCELLED, why, by=by, at=at)
    return violation


def _end(violation: Violation, state: str, why: str, *, by: Actor, at: dt.datetime) -> None:
    """Cancel or drop a violation, its bill with it; what was paid is asked back."""
    _keep_decision(violation, state, why, by=by, at=at)
    for bill in Bill.objects.filter(subject=violation.stream).order_by("pk"):
        if bill.state == Bill.State.DUE:
            cancel_bill(bill_id=bill.pk, by=by, at=at, why=f"{violation.number}: {why}"[:200])
        elif bill.state == Bill.State.PAID:
            with suppress(Problem):  # somebody has asked for it already
                ask_for_service(bill_id=bill.pk, reason=why[:300], by=by, at=at)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A ticket that has been paid now: asked for when, good until when, and in which zone."""

    number: str
    plate_key: str
    zone_id: int | None
    asked_at: dt.datetime
    ends_at: dt.datetime


def yield_to(ticket: Earlier, *, at: dt.datetime) -> list[Violation]:
    """Cancel what was issued on a vehicle after its ticket was asked for; returns what.

    The rule: who asked before the violation was issued wins, also where the message or the
    payment came through only afterwards.  Called under the vehicle's lock or the ticket's row.
    """
    after = Violation.objects.filter(
        plate_key=ticket.plate_key, offence__basis=Basis.UNPAID,
        state__in=(State.ISSUED, State.PROPOSED),
        issued_at__gte=ticket.asked_at, issued_at__lt=ticket.ends_at,
    )  # fmt: skip
    book, ended = zone_book(), []
    keys = list(after.order_by("pk").values_list("pk", flat=True))
    subjects = [f"violation/{key}" for key in keys]  # all bills before any joint bill of one
    list(Bill.objects.filter(subject__in=subjects).select_for_update().order_by("pk"))
    for key in keys:
        violation = locked(key)
        if violation.state not in (State.ISSUED, State.PROPOSED):
            continue  # decided while we waited for it
        day = city_time(violation.issued_at).date()
        ids = {zone["id"] for zone in violation.evidence.get("zones", [])}
        zones = [one for one in book.on_day(day) if one.zone_id in ids]
        if not any(book.is_good_in(ticket.zone_id, one, day=day) for one in zones):
            continue
        state = State.CANCELLED if violation.state == State.ISSUED else State.DROPPED
        why = EARLIER.ar.format(number=ticket.number)
        _end(violation, state, why, by=SYSTEM, at=at)
        ended.append(violation)
    return ended


def settled(*, bill: Bill, receipt: object, at: dt.datetime) -> None:
    """Take note of a paid fine; named in ``settings.BILL_PURPOSES``.

    Raises NotServed for a violation that was cancelled meanwhile: the money goes back then.
    """
    violation = Violation.objects.get(pk=int(bill.subject.partition("/")[2]))
    if violation.state != State.ISSUED:
        raise NotServed(f"violation {violation.number} is {violation.state}")
