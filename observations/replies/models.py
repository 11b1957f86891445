"""The table of ready answers."""

from django.db import models

from observations.reports.models import Category


class Reply(models.Model):
    """One ready answer for a step (an edge that asks officers for words), in both languages."""

    code = models.CharField(
        max_length=60, unique=True, null=True, blank=True,
        help_text="of the profile's file; none: entered by the municipality",
    )  # fmt: skip
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="none: of every category",
    )  # fmt: skip
    edge = models.CharField(max_length=40)
    ar = models.TextField(max_length=1_000)
    en = models.TextField(max_length=1_000)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reply_in_both_languages",
                condition=~models.Q(ar="") & ~models.Q(en=""),
                violation_error_message="A ready answer is in Arabic and in English.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.edge} {self.pk}"
