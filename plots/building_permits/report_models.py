"""The plot report as it was when an application was handed in: kept, never changed."""

from typing import ClassVar

from django.db import models

from plots.building_permits.models import PermitApplication


class FrozenReport(models.Model):
    """The extract of one plot at one submission: its JSON text byte for byte, and its hash.

    ``number`` counts the submissions of the application, from 1.
    """

    application = models.ForeignKey(
        PermitApplication, on_delete=models.CASCADE, related_name="reports"
    )
    plot = models.ForeignKey("plots.Plot", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    json = models.TextField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "plot", "number"], name="frozen_report_once"
            )
        ]

    def __str__(self) -> str:
        return f"report {self.plot_id} of {self.application_id}/{self.number}"
