"""What the worker does for history every hour."""

from django.utils import timezone

from municipality.history import heads


def write_head() -> None:
    """Make and copy the head of the last hour."""
    heads.write_head(at=timezone.now())
