"""The tables of shifts."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from municipality.people.models import new_public_id


class Shift(models.Model):
    """One cashier's drawer from opening to close (وردية).

    ``expected_baisa`` is the float and every entry of the ledger's cash account of this shift;
    ``counted`` says how many of each note and coin lay in the drawer.
    """

    class State(models.TextChoices):
        """Open for money, handed to another who has yet to confirm, or closed."""

        OPEN = "open", "مفتوحة"
        HANDED = "handed", "سُلّمت وتنتظر التأكيد"
        CLOSED = "closed", "مغلقة"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    cashier_id = models.BigIntegerField()
    cashier_name = models.CharField(max_length=150)
    branch = models.ForeignKey("places.Branch", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey(
        "billing.Terminal", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    day = models.DateField(help_text="day of the city on which it was opened")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    float_baisa = models.BigIntegerField()
    opened_at = models.DateTimeField()
    counted = models.JSONField(null=True, blank=True, help_text='{"5000": 3, …}: pieces')
    counted_baisa = models.BigIntegerField(null=True, blank=True)
    expected_baisa = models.BigIntegerField(null=True, blank=True)
    difference_reason = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    handed_to_id = models.BigIntegerField(null=True, blank=True)
    taken_over_from = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="handed_on"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cashier_id"],
                condition=Q(state="open"),
                name="shift_one_open_a_cashier",
                violation_error_message="This cashier already has an open shift.",
            ),
            models.UniqueConstraint(
                fields=["terminal"],
                condition=Q(state="open"),
                name="shift_one_open_a_terminal",
                violation_error_message="This terminal stands at another open shift.",
            ),
            models.CheckConstraint(
                name="shift_float_not_negative",
                condition=Q(float_baisa__gte=0),
                violation_error_message="A float is not negative.",
            ),
            models.CheckConstraint(
                name="shift_closed_with_a_count",
                condition=Q(state="open")
                | Q(counted_baisa__isnull=False, expected_baisa__isnull=False),
                violation_error_message="A shift is closed with its drawer counted.",
            ),
            models.CheckConstraint(
                name="shift_difference_has_a_reason",
                condition=Q(state="open")
                | Q(counted_baisa=models.F("expected_baisa"))
                | ~Q(difference_reason=""),
                violation_error_message="A drawer that differs needs a reason.",
            ),
            models.CheckConstraint(
                name="shift_not_handed_to_oneself",
                condition=Q(handed_to_id=None) | ~Q(handed_to_id=models.F("cashier_id")),
                violation_error_message="A shift is handed to another person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cashier_name} {self.opened_at:%Y-%m-%d %H:%M}"

    @property
    def stream(self) -> str:
        """The stream of the shift's history."""
        return f"shift/{self.pk}"

    @property
    def difference_baisa(self) -> int:
        """What was counted beyond (or short of) what was expected."""
        return (self.counted_baisa or 0) - (self.expected_baisa or 0)


class DayClose(models.Model):
    """The close of one branch's day: what its receipts came to, by channel."""

    branch = models.ForeignKey("places.Branch", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    closed_at = models.DateTimeField()
    closed_by_id = models.BigIntegerField()
    closed_by_name = models.CharField(max_length=150)
    receipts = models.PositiveIntegerField()
    last_number = models.CharField(max_length=60, blank=True)
    takings = models.JSONField(help_text='{"cash": baisa, …}')

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["branch", "day"],
                name="day_closed_once",
                violation_error_message="This day of the branch is already closed.",
            )
        ]
