"""The table of differences between our ledger, the gateway and the terminals."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Difference(models.Model):
    """One difference, found once however often it is looked for, and closed by a named person.

    What was settled at once by the other side's own file is closed as soon as it is found.
    """

    class Kind(models.TextChoices):
        """What differs."""

        UNKNOWN_TO_US = "unknown_to_us", "دفعة عند البنك لا نعرفها"
        NOT_IN_FILE = "not_in_file", "دفعة عندنا ليست في كشف البنك"
        AMOUNT = "amount", "المبلغ مختلف"
        DOUBLE = "double", "خصم مكرر عند البنك"
        LATE = "late", "دفعة وصل خبرها متأخرًا"

    source = models.CharField(max_length=20, help_text="gateway, terminal")
    kind = models.CharField(max_length=16, choices=Kind)
    reference = models.CharField(max_length=120, help_text="the charge or their own number")
    day = models.DateField()
    charge = models.ForeignKey(
        "billing.Charge", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ours_baisa = models.BigIntegerField(null=True, blank=True)
    theirs_baisa = models.BigIntegerField(null=True, blank=True)
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_id = models.BigIntegerField(null=True, blank=True)
    closed_by_name = models.CharField(max_length=150, blank=True)
    closed_how = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "kind", "reference"],
                name="difference_found_once",
                violation_error_message="This difference is already on the list.",
            ),
            models.CheckConstraint(
                name="difference_closed_with_words",
                condition=Q(closed_at=None) | ~Q(closed_how=""),
                violation_error_message="A difference is closed with a reason.",
            ),
        ]


class SettlementFile(models.Model):
    """A settlement file that was read, by its hash: the same file again changes nothing."""

    source = models.CharField(max_length=20)
    day = models.DateField()
    sha256 = models.CharField(max_length=64, unique=True)
    lines = models.PositiveIntegerField()
    total_baisa = models.BigIntegerField()
    read_at = models.DateTimeField()
