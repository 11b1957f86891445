"""What the worker does again and again, and when it last did."""

from django.db import models


class Schedule(models.Model):
    """One periodic job: whoever moves ``ran_at`` forward runs it, so two workers never both do."""

    name = models.CharField(max_length=200, primary_key=True)
    ran_at = models.DateTimeField()
    took_s = models.FloatField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name
