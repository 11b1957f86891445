"""The tables of rounds."""

from django.conf import settings
from django.db import models

from observations.reports.models import Observation


class Stop(models.Model):
    """One report on an officer's list for a day; ``position`` is its place in the order."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    position = models.PositiveSmallIntegerField()
    been_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "day", "observation"],
                name="stop_once_a_day",
                violation_error_message="This report is on your list for the day already.",
            ),
        ]
        indexes = [models.Index(fields=["person", "day", "position"], name="stop_by_round")]

    def __str__(self) -> str:
        return f"{self.day} {self.position}"
