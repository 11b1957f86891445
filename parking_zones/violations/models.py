"""The tables of violations: what is an offence when, what was issued, and what is disputed."""

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db.models import F, Q

from municipality.people.models import new_public_id


class Offence(models.Model):
    """What may be fined, and how much, over a span of days; a new decision is a new row."""

    class Basis(models.TextChoices):
        """What must be so before it can be issued; the rest is the inspector's word and photos."""

        UNPAID = "unpaid", "لا تذكرة ولا تصريح"
        BAY = "bay", "على موقف من نوع معين"
        ZONE = "zone", "داخل منطقة مواقف"

    code = models.CharField(max_length=30)
    name_ar = models.CharField(max_length=150)
    name_en = models.CharField(max_length=150)
    basis = models.CharField(max_length=8, choices=Basis)
    bay_kind = models.CharField(max_length=20, blank=True, help_text="of Bay.Kind, where basis is")
    fine_baisa = models.BigIntegerField()
    valid = DateRangeField()
    position = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="offence_is_fined",
                condition=Q(fine_baisa__gt=0),
                violation_error_message="A fine is more than nothing.",
            ),
            models.CheckConstraint(
                name="offence_names_its_bay",
                condition=(Q(basis="bay") & ~Q(bay_kind="")) | (~Q(basis="bay") & Q(bay_kind="")),
                violation_error_message="An offence on a bay names the kind of bay.",
            ),
            ExclusionConstraint(
                name="offence_one_fine_a_day",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another fine of this offence holds on some of these days.",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Violation(models.Model):
    """One violation of one vehicle (مخالفة): what, where, when, by which check.

    ``proposed``: the place was unclear, and a supervisor decides by the photos.  ``issued``: its
    bill is due or paid.  ``dropped``: the supervisor did not confirm it.  ``cancelled``: a dispute
    was granted.
    """

    class State(models.TextChoices):
        """Where it stands."""

        PROPOSED = "proposed", "بانتظار قرار المشرف"
        ISSUED = "issued", "محررة"
        DROPPED = "dropped", "لم تُعتمد"
        CANCELLED = "cancelled", "ملغاة"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    number = models.CharField(max_length=20, unique=True, help_text="PV-2026-0000123")
    plate_key = models.CharField(max_length=24, help_text="parking_zones.plates, Plate.key")
    offence = models.ForeignKey(Offence, on_delete=models.PROTECT, related_name="+")
    offence_code = models.CharField(max_length=30)
    fine_baisa = models.BigIntegerField()
    parking_check = models.OneToOneField(
        "parking_zones.ParkingCheck", null=True, blank=True, on_delete=models.PROTECT,
        related_name="violation", help_text="none: an earlier record",
    )  # fmt: skip
    zone = models.ForeignKey(
        "parking_zones.Zone", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    spell_from = models.DateTimeField(
        help_text="begin of the paid hours, or of the day: one violation of an offence in it"
    )
    state = models.CharField(max_length=10, choices=State)
    inspector_id = models.BigIntegerField(null=True, blank=True)
    evidence = models.JSONField(
        default=dict, help_text="the answer of the very second it was issued; empty: earlier record"
    )
    note = models.CharField(max_length=300, blank=True)
    issued_at = models.DateTimeField()
    received_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_why = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=80, null=True, blank=True)
    batch = models.ForeignKey(
        "importing.RecordBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plate_key", "offence_code", "zone", "spell_from"],
                name="violation_once_a_spell",
                nulls_distinct=False,
                condition=Q(state__in=("proposed", "issued"), batch=None),
                violation_error_message="This vehicle already has this violation here.",
            ),
            models.UniqueConstraint(
                fields=["inspector_id", "key"],
                name="violation_once_a_key",
                condition=~Q(key=None),
                violation_error_message="This violation was already sent.",
            ),
            models.CheckConstraint(
                name="violation_is_received_after_it_was_issued",
                condition=Q(received_at__gte=F("issued_at")),
                violation_error_message="A violation is received after it was issued.",
            ),
            models.CheckConstraint(
                name="violation_decided_says_by_whom_and_why",
                condition=Q(state__in=("proposed", "issued"))
                | (Q(decided_at__isnull=False) & ~Q(decided_why="")),
                violation_error_message="A violation that was dropped or cancelled says why.",
            ),
        ]
        indexes = [
            models.Index(fields=["plate_key", "-issued_at"], name="violation_by_plate"),
            models.Index(fields=["state", "issued_at"], name="violation_by_state"),
            models.Index(fields=["inspector_id", "-issued_at"], name="violation_by_inspector"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """The stream of the violation's history, and the subject of its bill and photos."""
        return f"violation/{self.pk}"


class Dispute(models.Model):
    """What a case disputes: one violation, once at a time (اعتراض على مخالفة)."""

    case = models.OneToOneField(
        "cases.Case", on_delete=models.CASCADE, related_name="parking_dispute"
    )
    violation = models.ForeignKey(Violation, on_delete=models.PROTECT, related_name="disputes")
    reason = models.TextField(max_length=2_000)
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["violation"],
                name="dispute_one_open_a_violation",
                condition=Q(is_open=True),
                violation_error_message="This violation is already disputed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.violation_id} {self.case_id}"
