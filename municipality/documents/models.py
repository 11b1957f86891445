"""The tables of documents: what the municipality issues (files of people follow)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class IssuedPaper(models.Model):
    """A paper the municipality issued: its file by hash, and the facts anyone may check.

    Whoever holds the code sees ``facts`` on the verification page, so they hold nothing of a
    person that the paper itself does not show.
    """

    class State(models.TextChoices):
        """Whether the paper holds now."""

        VALID = "valid", "سارية"
        SUPERSEDED = "superseded", "حلت محلها وثيقة أحدث"
        REVOKED = "revoked", "ملغاة"

    code = models.CharField(max_length=28, unique=True, help_text="28 letters, 140 random bits")
    kind = models.CharField(max_length=40, help_text="plot_extract, receipt, permit, ...")
    number = models.CharField(max_length=40, help_text="as people read it out")
    sha256 = models.CharField(max_length=64, help_text="of the whole PDF")
    size = models.PositiveBigIntegerField()
    facts = models.JSONField(help_text="[{label: {ar, en}, value: {ar, en}}, ...]")
    about = models.CharField(max_length=80, help_text="case/42, bill/7")
    issued_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.VALID)
    reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="paper_ended_with_reason",
                condition=Q(state="valid", ended_at__isnull=True)
                | Q(~Q(reason=""), ~Q(state="valid"), ended_at__isnull=False),
                violation_error_message="A paper that no longer holds names why and since when.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["about", "issued_at"], name="paper_by_subject"),
            models.Index(fields=["sha256"], name="paper_by_file"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
