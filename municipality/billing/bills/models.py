"""The tables of bills.  A bill and its lines never change; only its state moves."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.db.models import F, Q

from municipality import crs
from municipality.people.models import new_public_id


class Bill(models.Model):
    """What one payer owes for one purpose (فاتورة), in whole baisa.

    The database lets no column change but ``state``, and that only along ``STATE_EDGES``.
    A correction is a new bill with a number of its own that names the one it takes the place of.
    A joint bill has lines that gather other bills; one that its money pays is ``paid_with`` it,
    written once and with the state, and has no receipt of its own.
    """

    class State(models.TextChoices):
        """Where a bill stands."""

        DUE = "due", "مستحقة"
        PAID = "paid", "مدفوعة"
        CANCELLED = "cancelled", "ملغاة"
        SUPERSEDED = "superseded", "استُبدلت"
        REFUNDED = "refunded", "مستردة"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    number = models.CharField(max_length=20, unique=True, help_text="INV-2026-000123")
    purpose = models.CharField(max_length=40, help_text="key of settings.BILL_PURPOSES")
    subject = models.CharField(max_length=80, help_text="what it is for: case/<id>")
    root = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="versions",
        help_text="the first version; empty on the first itself",
    )  # fmt: skip
    version = models.PositiveSmallIntegerField(default=1)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    payer_name = models.CharField(max_length=150)
    payer_phone = models.CharField(max_length=16, blank=True, help_text="E.164")
    payer_person_id = models.BigIntegerField(null=True, blank=True)
    plate = models.CharField(max_length=20, blank=True, help_text="folded: capitals, no blanks")
    plot_number = models.CharField(max_length=40, blank=True)
    place = models.GeometryField(srid=crs.METRIC, null=True, blank=True)
    branch = models.ForeignKey(
        "places.Branch", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=12, choices=State, default=State.DUE)
    paid_with = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="paid_parts",
        help_text="the joint bill whose money paid this one",
    )  # fmt: skip
    total_baisa = models.BigIntegerField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="bill_asks_for_something",
                condition=Q(total_baisa__gt=0),
                violation_error_message="A bill asks for more than nothing.",
            ),
            models.CheckConstraint(
                name="bill_later_versions_name_their_first",
                condition=Q(version=1, root=None, supersedes=None)
                | Q(version__gt=1, root__isnull=False, supersedes__isnull=False),
                violation_error_message="A later version names the first one and the one before.",
            ),
            models.CheckConstraint(
                name="bill_expires_after_it_is_issued",
                condition=Q(expires_at=None) | Q(expires_at__gt=F("issued_at")),
                violation_error_message="A bill expires after it was issued.",
            ),
            models.CheckConstraint(
                name="bill_paid_with_another_is_paid",
                condition=Q(paid_with=None) | Q(state__in=("paid", "refunded")),
                violation_error_message="A bill that another one paid is paid.",
            ),
            models.UniqueConstraint(fields=["root", "version"], name="bill_version_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["payer_phone"], name="bill_by_phone"),
            models.Index(fields=["plate"], name="bill_by_plate"),
            models.Index(fields=["plot_number"], name="bill_by_plot"),
            models.Index(fields=["subject"], name="bill_by_subject"),
            models.Index(fields=["payer_person_id"], name="bill_by_payer"),
            models.Index(fields=["state", "issued_at"], name="bill_by_state"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """The stream of the bill's history."""
        return f"bill/{self.pk}"


# From, to: the only ways of a bill's state; the database keeps the same list (a test compares).
STATE_EDGES = frozenset(
    {("due", "paid"), ("due", "cancelled"), ("due", "superseded"), ("paid", "refunded")}
)


class BillLine(models.Model):
    """One line of the explanation: what, how much of it, at which price, by which decision.

    Lines are written with their bill and never after it; their sum is the bill's total.  A line
    of a joint bill ``gathers`` a bill that was due when it was written, at its whole total.
    """

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    text_ar = models.CharField(max_length=200)
    text_en = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    rate_baisa = models.BigIntegerField()
    period = models.CharField(max_length=60, blank=True, help_text="the days it is for")
    rule = models.CharField(max_length=80, blank=True, help_text="how it is computed")
    source = models.CharField(max_length=200, help_text="the decision that sets it")
    amount_baisa = models.BigIntegerField()
    gathers = models.ForeignKey(
        Bill, null=True, blank=True, on_delete=models.PROTECT, related_name="gathered_in",
        help_text="the bill that this line of a joint bill pays",
    )  # fmt: skip

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bill", "gathers"], name="bill_line_gathers_once"),
            models.UniqueConstraint(fields=["bill", "position"], name="bill_line_position_once"),
            models.CheckConstraint(
                name="bill_line_names_its_source",
                condition=~Q(source="") & ~Q(text_ar="") & ~Q(text_en=""),
                violation_error_message="A line has a text in both languages and a source.",
            ),
        ]
