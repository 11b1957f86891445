"""One import that somebody asked for on the page: what it was, how far it is, what came out."""

import uuid

from django.conf import settings
from django.db import models

from municipality.words import Text


class ImportBatch(models.Model):
    """A file and what is done with it; the file itself is kept by its SHA-256."""

    class State(models.TextChoices):
        """How far the import is."""

        QUEUED = "queued", "في الانتظار"
        RUNNING = "running", "جارٍ"
        DONE = "done", "اكتمل"
        FAILED = "failed", "لم يكتمل"
        CANCELLED = "cancelled", "أُلغي"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    theme = models.CharField(max_length=40, blank=True)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    layer = models.CharField(max_length=120, blank=True)
    source_crs = models.PositiveIntegerField(null=True, blank=True)
    mapping = models.TextField(blank=True)
    dry_run = models.BooleanField(default=True)
    on = models.DateField(help_text="the day from which the new state holds")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    stage = models.CharField(max_length=20, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    error_ar = models.CharField(max_length=600, blank=True)
    error_en = models.CharField(max_length=600, blank=True)
    report = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-asked_at"], name="import_batch_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

    @property
    def error(self) -> Text:
        """Why nothing was changed, in both languages; empty texts where it was."""
        return Text(self.error_ar, self.error_en)

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen to this import."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}


class RecordBatch(models.Model):
    """One import of records without a shape: what it brought can be taken back while nothing
    stands on it; ``totals`` are what its figures are reconciled by."""

    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    totals = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.file_name}"
