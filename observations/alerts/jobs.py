"""What the worker does for areas that people follow (PERIODIC of geo_portal/wiring.py)."""

from django.utils import timezone

from observations.alerts.actions import tell_areas


def tell() -> None:
    """Tell who follows an area, at most once a day."""
    tell_areas(at=timezone.now())
