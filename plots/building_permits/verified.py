"""What the verification page shows of a permit beside its facts: the ground, and what was approved.

The code on the paper is the right to see what the paper itself shows: plot and footprint.
"""

from typing import Any

from django.db.models import Q

from municipality.documents.models import IssuedPaper
from municipality.reach import acting
from municipality.words import Text
from plots.building_permits.models import BuildingPermit
from plots.building_permits.paper import last_day, site_drawing
from plots.building_permits.words import STATES

TEMPLATE = "building_permits/verified.html"
TIMED = (BuildingPermit.State.VALID, BuildingPermit.State.EXPIRED)
APPROVED = Text("ما اعتُمد على الأرض", "What was approved on the ground")


@acting
def details_of(paper: IssuedPaper) -> tuple[str, dict[str, Any]] | None:
    """Return the template and what it shows; None where the paper's permit is not known."""
    about = Q(paper=paper) | Q(drawings__paper=paper)
    if paper.about.startswith("case/"):
        about |= Q(application__case=int(paper.about.partition("/")[2]))
    permit = BuildingPermit.objects.filter(about).order_by("-pk").first()
    if permit is None:
        return None
    return TEMPLATE, {
        "title": APPROVED,
        "permit": permit,
        "state": STATES[BuildingPermit.State(permit.state)],
        "last_day": last_day(permit),
        "ends_on": last_day(permit) if permit.state in TIMED else None,
        **site_drawing(permit.site, permit),
    }
