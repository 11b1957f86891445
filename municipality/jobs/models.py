"""What the worker does again and again, how far a job is, and which jobs go one after another."""

from typing import ClassVar

from django.db import models


class Schedule(models.Model):
    """One periodic job: whoever moves ``ran_at`` forward runs it, so two workers never both do."""

    name = models.CharField(max_length=200, primary_key=True)
    ran_at = models.DateTimeField()
    took_s = models.FloatField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class JobProgress(models.Model):
    """How far a running job is, written beside its transaction so that others see it at once."""

    job_id = models.UUIDField(primary_key=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    stage_ar = models.CharField(max_length=120, blank=True)
    stage_en = models.CharField(max_length=120, blank=True)
    cancel_asked = models.BooleanField(default=False)
    reported_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.job_id}: {self.done}/{self.total}"


class Turn(models.Model):
    """The place of a job among the jobs of its key: a lower id runs first."""

    key = models.CharField(max_length=120)
    job_id = models.UUIDField(unique=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key", "id"], name="turns_of_a_key")]

    def __str__(self) -> str:
        return f"{self.key} {self.pk}"
