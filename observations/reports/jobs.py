"""What the worker does for reports again and again (PERIODIC of geo_portal/wiring.py)."""

from django.utils import timezone

from maps.heat.index import fold
from municipality.asked import today
from observations.reports.export_api import forget_old
from observations.reports.heat import HEAT, release_heat
from observations.reports.hot_spots import keep_city_spots


def fold_heat() -> None:
    """Fold the small pieces of the heat index that have come in."""
    fold(HEAT)


def release_months() -> None:
    """Release the months that are over, and those that history was loaded into."""
    release_heat(on=today(), at=timezone.now())


def find_hot_spots() -> None:
    """Find the hot spots of the whole city, so that whoever asks for them does not wait."""
    keep_city_spots(on=today(), at=timezone.now())


def forget_exports() -> None:
    """Forget the prepared files of more than a day ago."""
    forget_old(at=timezone.now())
