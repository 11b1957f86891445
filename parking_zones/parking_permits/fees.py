"""The fee of a request: its lines frozen in a bill, settled into a permit, given back in part."""

import datetime as dt

from municipality.actor import Actor
from municipality.billing.bills.actions import issue
from municipality.billing.bills.facts import Claim, Payer
from municipality.billing.bills.models import Bill
from municipality.billing.bills.queries import explain
from municipality.billing.payments.refunds import ask_for_service
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.stored import shape_of
from parking_zones.parking_permits.checks import Act, request_of
from parking_zones.parking_permits.models import ParkingPermit
from parking_zones.parking_permits.pricing import lines_asked, unused_baisa
from parking_zones.parking_permits.terms import midnight, months_unused
from plots.case_fees import CaseFee

PURPOSE = "parking_permit_fee"
FEE = CaseFee(PURPOSE)
UNUSED = "{number}: ended early, {months} unused months"


def _keep_inside_its_permit(case: Case) -> None:
    """Let a request about a permit wait for its fee no longer than the permit holds."""
    permit = request_of(case).permit
    if permit is None or case.expires_at is None:
        return
    case.expires_at = min(case.expires_at, midnight(permit.ends_on))
    case.save(update_fields=["expires_at"])


def issue_fee(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Bill the applicant; raises NoTariff, and nothing moves then."""
    _keep_inside_its_permit(case)
    request = request_of(case)
    applicant = next(party for party in case.parties.all() if party.role == "applicant")
    issue(
        claim=Claim(
            purpose=PURPOSE, subject=case.stream, plate=request.plate_key.partition("-")[2],
            plot_number=case.plot_number, expires_at=case.expires_at,
            place=shape_of(case.place) if case.place is not None else None,
        ),
        payer=Payer(
            name=applicant.name, phone=applicant.phone, person_id=applicant.person_id
        ),
        lines=lines_asked(request, on=city_day(at)),
        by=by,
        at=at,
    )  # fmt: skip


def due_bill(case: Case) -> Bill | None:
    """Return the bill of a case that is still to be paid."""
    due = Bill.objects.filter(subject=case.stream, purpose=PURPOSE, state=Bill.State.DUE)
    return due.order_by("-pk").first()


def first_day_not_used(permit: ParkingPermit, *, on: dt.date) -> dt.date:
    """Return the day on which a permit that is ended on ``on`` is over: the next; of one that has
    not begun its first.
    """
    return max(permit.starts_on, on + dt.timedelta(days=1))


def refund_of(permit: ParkingPermit, *, on: dt.date) -> tuple[int, int]:
    """Return how many whole months of a permit are unused if it is ended on a day, and their price.

    Nothing of a permit that was not paid for here (an earlier record).
    """
    unused = months_unused(
        starts_on=permit.starts_on, months=permit.months,
        leaves_on=first_day_not_used(permit, on=on),
    )  # fmt: skip
    bill = _paid_bill(permit)
    return unused, 0 if bill is None else unused_baisa(explain(bill), unused)


def _paid_bill(permit: ParkingPermit) -> Bill | None:
    if permit.case_id is None:
        return None
    paid = Bill.objects.filter(
        subject=f"case/{permit.case_id}", purpose=PURPOSE, state=Bill.State.PAID
    )
    return paid.order_by("-pk").first()


def ask_back(permit: ParkingPermit, *, by: Actor, at: dt.datetime) -> int:
    """Ask for the price of the unused months to go back; a supervisor approves.  Returns baisa."""
    unused, owed = refund_of(permit, on=city_day(at))
    bill = _paid_bill(permit)
    if bill is not None and owed:
        ask_for_service(
            bill_id=bill.pk, by=by, at=at, amount_baisa=owed,
            reason=UNUSED.format(number=permit.number, months=unused),
        )  # fmt: skip
    return owed


__all__ = ["FEE", "PURPOSE", "Act", "ask_back", "due_bill", "issue_fee", "refund_of"]
