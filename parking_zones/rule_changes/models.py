"""The table of changes of rules: what is proposed from a day on, and what became of it."""

from django.db import models
from django.db.models import Q

from municipality.people.models import new_public_id


class RuleChange(models.Model):
    """A change of hours, price or terms from ``first`` up to ``after`` (empty: for good).

    What it says stands in ``draft`` (parking_zones.rule_changes.drafts) and is never edited; who
    proposed it does not set it (guards.md threat 14).
    """

    class Sort(models.TextChoices):
        """What changes."""

        HOURS = "hours", "أوقات الرسوم"
        PRICE = "price", "السعر"
        TERMS = "terms", "شروط التذاكر"

    class State(models.TextChoices):
        """Where it stands."""

        PROPOSED = "proposed", "بانتظار شخص آخر"
        SET = "set", "اعتُمد"
        DROPPED = "dropped", "لم يُعتمد"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    sort = models.CharField(max_length=5, choices=Sort)
    zone = models.ForeignKey(
        "parking_zones.Zone", null=True, blank=True, on_delete=models.PROTECT,
        related_name="rule_changes", help_text="empty: every zone without rules of its own",
    )  # fmt: skip
    first = models.DateField()
    after = models.DateField(null=True, blank=True, help_text="the day after the last")
    draft = models.JSONField()
    source = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    proposed_by_id = models.BigIntegerField(help_text="the person's account")
    proposed_by_name = models.CharField(max_length=150)
    proposed_by_role = models.CharField(max_length=20)
    proposed_for_id = models.BigIntegerField(null=True, blank=True)
    proposed_at = models.DateTimeField()
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="rule_change_ends_after_it_begins",
                condition=Q(after=None) | Q(after__gt=models.F("first")),
                violation_error_message="A change ends after it begins.",
            ),
            models.CheckConstraint(
                name="rule_change_decided_says_when",
                condition=Q(state="proposed", decided_at=None)
                | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                violation_error_message="A change that is decided says since when.",
            ),
        ]
        indexes = [models.Index(fields=["state", "first"], name="rule_change_by_state")]

    def __str__(self) -> str:
        return f"{self.sort} {self.first}"

    @property
    def stream(self) -> str:
        """The stream of its history."""
        return f"rule_change/{self.pk}"
