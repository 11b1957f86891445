"""The tables of routing: who deals with reports, where and about what, and what was decided."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import IsValid
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db.models.functions import Coalesce

from municipality import crs
from municipality.located import Place
from observations.reports.models import Category, Observation


class Body(models.Model):
    """A unit that deals with reports (جهة): a directorate of ours, or a body outside."""

    code = models.CharField(max_length=40, unique=True)
    name_ar = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    is_outside = models.BooleanField(default=False)
    directorate = models.OneToOneField(
        "places.Directorate", null=True, blank=True, on_delete=models.PROTECT, related_name="body"
    )
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=16, blank=True, help_text="E.164")
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="body_is_a_directorate_or_outside",
                condition=models.Q(is_outside=True, directorate=None)
                | models.Q(is_outside=False, directorate__isnull=False),
                violation_error_message="A body is a directorate of ours or stands outside.",
            )
        ]

    def __str__(self) -> str:
        return self.name_ar


class Responsibility(models.Model):
    """Over which ground a body answers for a category on the days of ``valid`` (METRIC).

    Two bodies may hold the same ground on one day: that happens, and is reported by
    ``coverage``, never refused (decision 0081).  One body has one boundary a category and day.
    """

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="responsibilities")
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="none: every category without a rule of its own at that place",
    )  # fmt: skip
    boundary = models.MultiPolygonField(srid=crs.METRIC)
    valid = DateRangeField(help_text="[first day, day after the last); days of the city")
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="responsibility_one_boundary_a_day",
                expressions=[
                    ("body", RangeOperators.EQUAL),
                    (Coalesce("category", 0), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "Another boundary of this body for this category holds on some of these days."
                ),
            ),
            models.CheckConstraint(
                name="responsibility_has_a_sound_boundary",
                condition=IsValid("boundary"),
                violation_error_message="The boundary crosses itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body_id} {self.category_id or ''}"


class Routed(models.Model):
    """One answer to whose a report is, as it was judged and with what it was judged against.

    ``until`` is when the next one took its place; the one without stands.  A body is named only
    where the answer was clear, or where an officer chose it by hand.
    """

    class Why(models.TextChoices):
        """What made somebody ask."""

        INTAKE = "intake", "استلام الملاحظة"
        PIN_MOVED = "pin_moved", "نُقل الدبوس"
        RECATEGORISED = "recategorised", "تغيّر التصنيف"
        BOUNDARY_CHANGED = "boundary_changed", "تغيّرت حدود المسؤولية"
        BY_HAND = "by_hand", "اختاره موظف"

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="routings")
    result = models.CharField(
        max_length=10, choices=[(place.value, place.value) for place in Place]
    )
    body = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    responsibility = models.ForeignKey(
        Responsibility, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    candidates = models.JSONField(
        help_text="[{body, responsibility, category, distance_m}], the likeliest first"
    )
    point = models.PointField(srid=crs.METRIC)
    accuracy_m = models.FloatField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=16, choices=Why)
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT,
        related_name="+", help_text="none: the platform itself",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["observation"],
                name="routed_one_stands",
                condition=models.Q(until=None),
                violation_error_message="A report is routed to one place at a time.",
            ),
            models.CheckConstraint(
                name="routed_to_nobody_unless_clear",
                condition=models.Q(why="by_hand", body__isnull=False, by_person__isnull=False)
                | models.Q(
                    ~models.Q(why="by_hand"),
                    result="inside",
                    body__isnull=False,
                    responsibility__isnull=False,
                )
                | models.Q(
                    ~models.Q(why="by_hand"),
                    ~models.Q(result="inside"),
                    body=None,
                    responsibility=None,
                ),
                violation_error_message="A body is named where it is clear, or by an officer.",
            ),
            models.CheckConstraint(
                name="routed_stands_forward",
                condition=models.Q(until=None) | models.Q(until__gte=models.F("at")),
                violation_error_message="An answer stands until after it was given.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["result"], name="routed_standing", condition=models.Q(until=None, body=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.observation_id} {self.result}"
