"""What a person closes: a difference, and a charge that only the bank's statement can settle."""

import datetime as dt

from municipality.actor import Actor
from municipality.billing import locks
from municipality.billing.payments import graph
from municipality.billing.payments.models import Charge
from municipality.billing.payments.outcomes import Effect, Outcome
from municipality.billing.payments.settling import take_answer
from municipality.billing.reconciliation.models import Difference
from municipality.billing.refusals import OTHER_AMOUNT
from municipality.history.actions import record
from municipality.people.four_eyes import OWN_MATTER
from municipality.problems import Problem
from municipality.reach import acting
from municipality.words import Text

NEEDS_WORDS = Text("اكتب كيف حُسم.", "Write how it was settled.")
NOT_OPEN = Text("حُسم هذا من قبل.", "This was settled before.")


@acting
def close_difference(*, difference_id: int, how: str, by: Actor, at: dt.datetime) -> Difference:
    """Close a difference with words; raises Problem 409, 422."""
    found = Difference.objects.select_for_update(of=("self",)).get(pk=difference_id)
    if found.closed_at is not None:
        raise Problem(409, "decided", NOT_OPEN)
    if not how.strip():
        raise Problem(422, "reason_needed", NEEDS_WORDS)
    found.closed_at, found.closed_how = at, how.strip()[:300]
    found.closed_by_id, found.closed_by_name = by.person_id, by.name
    found.save()
    facts = {"kind": found.kind, "reference": found.reference, "how": found.closed_how}
    record(stream=f"difference/{found.pk}", act="difference.close", by=by, at=at, facts=facts)
    return found


@acting
def settle_by_statement(
    *, charge_id: int, captured_baisa: int, how: str, by: Actor, at: dt.datetime
) -> Effect:
    """Settle an unknown charge as the bank's statement has it; 0 baisa: nothing was taken.

    The named act for what neither gateway nor terminal can tell any more; the history keeps who
    said so and why, and the charge too: that person approves no refund of it.  Raises Problem 403
    for the payer's own, 409 for a charge that is not unknown, 422 without words and for any other
    amount than the one asked for.
    """
    if not how.strip():
        raise Problem(422, "reason_needed", NEEDS_WORDS)
    bill = locks.bill(Charge.objects.values_list("bill_id", flat=True).get(pk=charge_id))
    charge = locks.charge(charge_id)
    if bill.payer_person_id in (by.person_id, by.for_person_id or by.person_id):
        raise Problem(403, "own_matter", OWN_MATTER)
    if charge.state != graph.UNKNOWN:
        raise Problem(409, "decided", NOT_OPEN)
    if captured_baisa not in (0, charge.amount_baisa):
        raise Problem(422, "other_amount", OTHER_AMOUNT)
    charge.stated_by_id, charge.stated_for_id = by.person_id, by.for_person_id
    charge.stated_by_name = by.name
    charge.save(update_fields=["stated_by_id", "stated_for_id", "stated_by_name"])
    outcome = Outcome(graph.CANCELLED, why=how.strip()[:200])
    if captured_baisa > 0:
        outcome = Outcome(graph.CAPTURED, amount_baisa=captured_baisa, why=how.strip()[:200])
    facts = {"charge": charge.public_id, "captured": captured_baisa, "how": how.strip()[:300]}
    record(stream=f"bill/{charge.bill_id}", act="charge.by_statement", by=by, at=at, facts=facts)
    return take_answer(charge_id=charge.pk, outcome=outcome, by=by, at=at)
