"""From a paid fee to an issued paper: asked of the worker in the transaction that settled it."""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.documents.models import IssuedPaper
from municipality.documents.papers import revoke
from parking_zones.parking_permits.checks import request_of
from parking_zones.parking_permits.models import ParkingPermit

ENDED = "أُنهي التصريح / The permit was ended"


def ask_for_paper(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Ask the worker to print and issue; asked twice, the second finds nothing to do."""
    from parking_zones.parking_permits.jobs import issue_permit  # jobs move the case

    issue_permit.enqueue(case.pk)


def ask_register(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Have the worker ask who owns the vehicle, for the officer who checks the papers."""
    from parking_zones.parking_permits.jobs import ask_vehicle_register

    ask_vehicle_register.enqueue(case.pk)


def revoke_paper(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Revoke the paper of a permit that was ended; its page says so to whoever verifies it."""
    permit = ParkingPermit.objects.select_related("paper").get(pk=request_of(case).permit_id or 0)
    if permit.paper is not None and permit.paper.state == IssuedPaper.State.VALID:
        revoke(of=permit.paper, reason=ENDED, by=by, at=at)
