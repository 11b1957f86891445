"""What the verification page shows of a completion certificate: the ground, and what was built."""

from typing import Any

from municipality.documents.models import IssuedPaper
from municipality.reach import acting
from municipality.words import Text
from plots.building_permits.construction.models import Construction
from plots.building_permits.construction.surveys import latest_as_built
from plots.building_permits.models import BuildingPermit
from plots.building_permits.paper import last_day, site_drawing
from plots.building_permits.verified import TEMPLATE
from plots.building_permits.words import STATES

BUILT = Text("ما بُني على الأرض", "What was built on the ground")


@acting
def details_of(paper: IssuedPaper) -> tuple[str, dict[str, Any]] | None:
    """Return the template and what it shows; None where the paper's works are not known."""
    rows = Construction.objects.select_related("permit").filter(certificate=paper)
    works = rows.first()  # unique
    if works is None:
        return None
    return TEMPLATE, {
        "title": BUILT,
        "permit": works.permit,
        "state": STATES[BuildingPermit.State(works.permit.state)],
        "last_day": last_day(works.permit),
        **site_drawing(latest_as_built(works), works.permit),
    }
