"""What the worker does for the heat again and again (PERIODIC of geo_portal/wiring.py)."""

from django.utils import timezone

from maps.heat.denominators.kept import build_denominators
from municipality.asked import today


def follow_denominators() -> None:
    """Build the denominators anew whose tables changed, and look at all of them once a day."""
    build_denominators(on=today(), at=timezone.now())
