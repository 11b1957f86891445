"""From an approved application to stamped drawings: a job made in the approver's transaction."""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.models import Case


def ask_for_stamp(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Ask the worker to stamp and issue; asked twice, the second finds nothing to do."""
    from plots.building_permits.jobs import stamp_permit  # jobs move the case: they know its table

    stamp_permit.enqueue(case.pk)
