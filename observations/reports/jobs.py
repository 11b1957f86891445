"""What the worker does for reports again and again (PERIODIC of geo_portal/wiring.py)."""

from django.utils import timezone

from maps.heat.index import fold
from municipality.asked import today
from observations.reports.heat import HEAT, release_heat


def fold_heat() -> None:
    """Fold the small pieces of the heat index that have come in."""
    fold(HEAT)


def release_months() -> None:
    """Release the months that are over, and those that history was loaded into."""
    release_heat(on=today(), at=timezone.now())
