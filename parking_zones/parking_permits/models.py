"""The tables of parking permits: what a case asks for, the permit, whose vehicle has it when."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    DateTimeRangeField,
    RangeOperators,
)
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from municipality import crs
from municipality.people.models import new_public_id


class PermitKind(models.TextChoices):
    """What a permit is good for."""

    ONE_ZONE = "one_zone", "تصريح لمنطقة واحدة"
    ALL_ZONES = "all_zones", "تصريح لكل المناطق"
    RESERVED_BAY = "reserved_bay", "موقف محجوز"
    SPECIAL = "special", "تصريح وقوف خاص"


class Holder(models.TextChoices):
    """Who holds a permit."""

    PERSON = "person", "فرد"
    COMPANY = "company", "شركة"


class ParkingPermit(models.Model):
    """A permit from ``starts_on`` up to ``ends_on``, days of the city; its state follows from them.

    Only an early end moves ``ends_on``, back; ``ended_at`` and ``ended_why`` then say when it was
    decided and why.  ``months`` is what was paid for.  ``phone`` is whose text message renews it.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    number = models.CharField(max_length=20, unique=True, help_text="PP-2026-000123")
    kind = models.CharField(max_length=12, choices=PermitKind)
    zone = models.ForeignKey(
        "parking_zones.Zone", null=True, blank=True, on_delete=models.PROTECT,
        related_name="permits",
    )  # fmt: skip
    bay = models.ForeignKey(
        "parking_zones.Bay", null=True, blank=True, on_delete=models.PROTECT,
        related_name="permits",
    )  # fmt: skip
    plot = models.ForeignKey(
        "plots.Plot", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    plot_number = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    holder = models.CharField(max_length=8, choices=Holder, default=Holder.PERSON)
    holder_name = models.CharField(max_length=150)
    person_id = models.BigIntegerField(null=True, blank=True, help_text="the holder's account")
    civil_number = models.CharField(max_length=20, blank=True)
    commercial_number = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=16, blank=True, help_text="E.164")
    language = models.CharField(max_length=2, default="ar")
    months = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="the day after the last")
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)
    renews = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewal"
    )
    case = models.OneToOneField(
        "cases.Case", null=True, blank=True, on_delete=models.PROTECT,
        related_name="parking_permit", help_text="that issued it; none: an earlier record",
    )  # fmt: skip
    paper = models.OneToOneField(
        "documents.IssuedPaper", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reminded_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="days before the end of the last reminder"
    )
    batch = models.ForeignKey(
        "importing.RecordBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="permit_does_not_end_before_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="A permit does not end before it starts.",
            ),
            models.CheckConstraint(
                name="permit_names_what_its_kind_is_for",
                condition=Q(kind__in=("one_zone", "special"), zone__isnull=False, bay=None)
                | Q(kind="all_zones", zone=None, bay=None)
                | Q(kind="reserved_bay", bay__isnull=False),
                violation_error_message="A permit names the zone or the bay that it is for.",
            ),
            models.CheckConstraint(
                name="permit_ended_early_says_why",
                condition=Q(ended_at=None, ended_why="")
                | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                violation_error_message="A permit that was ended says when and why.",
            ),
            ExclusionConstraint(
                name="permit_bay_held_once",
                expressions=[
                    ("bay", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on", "ends_on", function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(kind="reserved_bay"),
                violation_error_message="This bay is held by another permit on some of these days.",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["person_id", "ends_on"], name="permit_by_person"),
            models.Index(fields=["phone", "ends_on"], name="permit_by_phone"),
            models.Index(fields=["plot", "ends_on"], name="permit_by_plot"),
            models.Index(fields=["ends_on"], name="permit_by_end"),
            models.Index(fields=["zone", "starts_on"], name="permit_by_zone"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """The stream of the permit's history."""
        return f"permit/{self.pk}"


class PermitVehicle(models.Model):
    """The vehicle of a permit over a span of moments, from its first up to its last.

    A change ends one row and begins the next at the same instant.  Kind, zone and bay are those
    of the permit: a trigger writes them, so that the constraint below and the inspector's one
    question need no second table.
    """

    permit = models.ForeignKey(ParkingPermit, on_delete=models.CASCADE, related_name="vehicles")
    plate_key = models.CharField(max_length=24, help_text="parking_zones.plates, Plate.key")
    valid = DateTimeRangeField()
    kind = models.CharField(max_length=12, choices=PermitKind, editable=False)
    zone_id = models.BigIntegerField(null=True, editable=False)
    bay_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="permit_one_vehicle_at_a_time",
                expressions=[
                    ("permit", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="A permit is good for one vehicle at a time.",
            ),
            ExclusionConstraint(
                name="permit_vehicle_once_a_zone",
                expressions=[
                    ("plate_key", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (Coalesce("zone_id", Value(0)), RangeOperators.EQUAL),
                    (Coalesce("bay_id", Value(0)), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This vehicle has such a permit on some of these days.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["plate_key"], name="permit_vehicle_by_plate")]

    def __str__(self) -> str:
        return f"{self.permit_id} {self.plate_key}"


class PermitRequest(models.Model):
    """What one case asks for: a permit, its renewal, another vehicle, another paper, its end.

    ``permit`` is the one that is asked about; a first permit names none.  ``zones_found`` are the
    zones that the plot was found in, ``zone_answer`` how; ``zone`` is the one asked for, and the
    officer's word is last.  ``bay_place`` is a place on the map where no bay is registered yet.
    """

    class Act(models.TextChoices):
        """What is asked for."""

        ISSUE = "issue", "تصريح جديد"
        RENEW = "renew", "تجديد"
        VEHICLE = "vehicle", "تغيير المركبة"
        LOST = "lost", "بدل فاقد"
        END = "end", "إنهاء مبكر"

    class Channel(models.TextChoices):
        """How it was asked for."""

        WEB = "web", "الموقع"
        API = "api", "برنامج"
        SMS = "sms", "رسالة نصية"

    case = models.OneToOneField(
        "cases.Case", on_delete=models.CASCADE, related_name="parking_permit_request"
    )
    act = models.CharField(max_length=8, choices=Act, default=Act.ISSUE)
    permit = models.ForeignKey(
        ParkingPermit, null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    kind = models.CharField(max_length=12, choices=PermitKind)
    zone = models.ForeignKey(
        "parking_zones.Zone", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    zone_answer = models.CharField(max_length=12, blank=True)
    zones_found = ArrayField(models.BigIntegerField(), default=list, blank=True)
    bay = models.ForeignKey(
        "parking_zones.Bay", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    bay_place = models.PointField(srid=crs.METRIC, null=True, blank=True)
    plot = models.ForeignKey(
        "plots.Plot", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.CharField(max_length=40, blank=True)
    holder = models.CharField(max_length=8, choices=Holder, default=Holder.PERSON)
    holder_name = models.CharField(max_length=150)
    civil_number = models.CharField(max_length=20, blank=True)
    commercial_number = models.CharField(max_length=20, blank=True)
    purpose = models.CharField(max_length=300, blank=True)
    plate_key = models.CharField(max_length=24, blank=True)
    months = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField(null=True, blank=True)
    vehicle_answer = models.JSONField(
        default=dict, blank=True, help_text="what the vehicle register said when it was asked"
    )
    channel = models.CharField(max_length=4, choices=Channel, default=Channel.WEB)
    request_key = models.CharField(max_length=100, null=True, blank=True, unique=True)

    def __str__(self) -> str:
        return f"{self.act} {self.case_id}"
