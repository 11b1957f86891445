"""What the verification page shows of a permit beside its facts: where it stands today, its zone.

The code on the paper is the right to see what the paper itself shows.
"""

from typing import Any

from municipality.asked import today
from municipality.documents.models import IssuedPaper
from municipality.reach import acting
from municipality.words import Text
from parking_zones.parking_permits.models import ParkingPermit
from parking_zones.parking_permits.words import STANDINGS, Standing, last_day, standing_on
from parking_zones.parking_permits.zone_sheet import zone_drawing

TEMPLATE = "parking_permits/verified.html"
TITLE = Text("التصريح اليوم", "The permit today")


@acting
def details_of(paper: IssuedPaper) -> tuple[str, dict[str, Any]] | None:
    """Return the template and what it shows; None for a paper that another took the place of."""
    found = ParkingPermit.objects.select_related("zone").filter(paper=paper)
    permit = found.first()  # unique
    if permit is None:
        return None
    on = today()
    standing = standing_on(permit, on)
    return TEMPLATE, {
        "title": TITLE,
        "permit": permit,
        "standing": STANDINGS[standing],
        "is_valid": standing is Standing.VALID,
        "ends_on": last_day(permit),
        "drawing": None if permit.zone is None else zone_drawing(number=permit.zone.number, on=on),
    }
