"""The table of card terminals."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Terminal(models.Model):
    """A card terminal at a cashier's desk.

    Its key is not stored: it is derived from the city's secret, the code and ``key_version``
    (terminals.keys); raising the version takes the old key away.
    """

    code = models.SlugField(max_length=20, unique=True, help_text="T-01")
    branch = models.ForeignKey("places.Branch", on_delete=models.PROTECT, related_name="terminals")
    key_version = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="its last sign of life")
    shows = models.CharField(
        max_length=20, blank=True, help_text="number of the bill on its screen, as it last said"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="terminal_key_version_counts_from_one",
                condition=Q(key_version__gte=1),
                violation_error_message="The version of a key counts from one.",
            )
        ]

    def __str__(self) -> str:
        return self.code
