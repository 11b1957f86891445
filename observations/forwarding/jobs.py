"""What the worker does for forwarded reports (PERIODIC of geo_portal/wiring.py)."""

from django.utils import timezone

from observations.forwarding.actions import bring_back_unanswered


def bring_back() -> None:
    """Bring back the reports whose body let its time pass."""
    bring_back_unanswered(at=timezone.now())
