"""Several violations paid at once: the bill that the payer is led to."""

import datetime as dt
from collections.abc import Sequence

from municipality.actor import Actor
from municipality.billing.bills.facts import Payer
from municipality.billing.bills.gathering import gather
from municipality.billing.bills.models import Bill
from municipality.people.models import User
from municipality.reach import acting
from parking_zones.violations.models import Violation
from parking_zones.violations.refusals import refused


@acting
def pay_together(*, violation_ids: Sequence[int], person: User, by: Actor, at: dt.datetime) -> Bill:
    """Return the bill by which these are paid: of one its own, of several one joint bill.

    Each keeps its own bill, by which it is disputed and given back.  Raises Problem 409: none is
    chosen, one of them is not due any more, or is being paid.
    """
    rows = Violation.objects.filter(pk__in=violation_ids, state=Violation.State.ISSUED)
    subjects = [violation.stream for violation in rows]
    due = Bill.objects.filter(subject__in=subjects, state=Bill.State.DUE).order_by("pk")
    bills = list(due)
    if not bills:
        raise refused("none_chosen")
    if len(bills) < len(set(violation_ids)):
        raise refused("not_all_due")
    if len(bills) == 1:
        return bills[0]
    payer = Payer(person.full_name, phone=person.phone or "", person_id=person.pk)
    return gather(bill_ids=[bill.pk for bill in bills], payer=payer, by=by, at=at)
