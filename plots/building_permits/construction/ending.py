"""How works end: by the certificate, which the worker stamps, or by the permit's revocation."""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.documents.models import IssuedPaper
from municipality.documents.papers import revoke
from plots.building_permits.construction.models import Construction
from plots.building_permits.models import BuildingPermit


def lock_permit(case_id: int) -> None:
    """Lock the permit of works before their case: who stamps a renewal comes in that order."""
    held = Construction.objects.filter(case=case_id).values_list("permit_id", flat=True)
    list(BuildingPermit.objects.select_for_update(of=("self",)).filter(pk__in=list(held)))


def ask_for_certificate(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Ask the worker to stamp the certificate; asked twice, the second finds nothing to do."""
    from plots.building_permits.construction.jobs import stamp_certificate  # it moves the case

    stamp_certificate.enqueue(case.pk)


def revoke_permit(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Revoke the permit of works and every paper that was stamped under it."""
    permit = Construction.objects.select_related("permit__paper").get(case=case).permit
    papers = [row.paper for row in permit.drawings.select_related("paper").order_by("pk")]
    for paper in [*papers, permit.paper]:
        if paper is not None and paper.state == IssuedPaper.State.VALID:
            revoke(of=paper, reason=text, by=by, at=at)
    permit.turn(BuildingPermit.State.REVOKED, at=at)
