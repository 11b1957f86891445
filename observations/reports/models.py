"""The tables of observations."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db.models.functions import Coalesce

from municipality import crs
from municipality.people.models import new_public_id

# What two bytes of the heat index reach (maps.heat.packing says the same days).
DAY_FIRST, DAY_LAST = dt.date(1900, 1, 1), dt.date(2079, 6, 6)


class Category(models.Model):
    """What a report is about; ``public`` ones are Open311 services too."""

    id = models.SmallAutoField(primary_key=True)  # two bytes in the heat index
    code = models.CharField(max_length=80, unique=True)
    name_ar = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    public = models.BooleanField(default=True)
    priority = models.PositiveSmallIntegerField(default=3, help_text="1 (hours) to 4 (weeks)")
    position = models.PositiveSmallIntegerField(default=0)
    footprint_m = models.FloatField(
        default=50, db_default=50, help_text="how far one thing of this kind reaches: our choice"
    )
    kin = models.CharField(
        max_length=40, blank=True, default="", db_default="",
        help_text="categories of one kin are taken for each other by senders",
    )  # fmt: skip
    retired_on = models.DateField(
        null=True, blank=True, help_text="from this day on nobody chooses it"
    )
    replaced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="what a report of it becomes that was drafted before",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="category_is_replaced_when_it_is_retired",
                condition=models.Q(replaced_by=None) | models.Q(retired_on__isnull=False),
                violation_error_message="A category that is replaced has the day it was retired.",
            ),
            models.CheckConstraint(
                name="category_reaches_somewhere",
                condition=models.Q(footprint_m__gt=0, footprint_m__lte=1000),
                violation_error_message="A category reaches more than nothing and at most 1 km.",
            ),
        ]

    def __str__(self) -> str:
        return self.name_ar


class Target(models.Model):
    """How soon a report of a priority is to be dealt with, over a span of days."""

    priority = models.PositiveSmallIntegerField(help_text="1 (hours) to 4 (weeks)")
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="targets",
        help_text="none: of every category of this priority without one of its own",
    )  # fmt: skip
    minutes = models.PositiveIntegerField()
    round_the_clock = models.BooleanField(
        default=False, help_text="minutes of any hour; else of office hours"
    )
    valid = DateRangeField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="target_one_a_day",
                expressions=[
                    ("priority", RangeOperators.EQUAL),
                    (Coalesce("category", 0), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another target of this holds on some of these days.",
            ),
            models.CheckConstraint(
                name="target_takes_time",
                condition=models.Q(minutes__gt=0),
                violation_error_message="A target is more than no time.",
            ),
        ]

    def __str__(self) -> str:
        return f"P{self.priority}: {self.minutes}"


class Status(models.IntegerChoices):
    """Stages of a report; the numbers are one byte in the heat index, the names are the codes."""

    NEW = 1, "جديد"
    REFERRED = 2, "محال"
    IN_PROGRESS = 3, "قيد التنفيذ"
    CLOSED = 4, "مغلق"
    REJECTED = 5, "مرفوض"


class Channel(models.IntegerChoices):
    """How a report came in."""

    UNKNOWN = 0, "غير معروف"
    APP = 1, "التطبيق"
    PORTAL = 2, "البوابة"
    PHONE = 3, "مركز الاتصالات"
    SMS = 4, "رسالة قصيرة"
    EMAIL = 5, "بريد إلكتروني"
    STAFF = 6, "موظف ميداني"
    PARTNER = 7, "شريك"
    HALL = 8, "صالة"


class FixOrigin(models.TextChoices):
    """Where the position came from."""

    GPS = "gps", "تحديد تلقائي"
    PIN = "pin", "دبوس على الخريطة"
    EXIF = "exif", "الصورة"
    ADDRESS = "address", "عنوان"
    CALLER = "caller", "وصف المتصل"
    IMPORTED = "imported", "ملف"


class Observation(models.Model):
    """One report (ملاحظة): a point with its accuracy, what it is about and how far it is.

    Every change of a row reaches the heat index by database triggers in the same transaction
    (migration observations.0002), so that the index is exact whoever writes.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    point = models.PointField(srid=crs.METRIC)
    accuracy_m = models.FloatField(null=True, blank=True)
    fix_origin = models.CharField(max_length=12, choices=FixOrigin)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    status = models.PositiveSmallIntegerField(choices=Status, default=Status.NEW)
    channel = models.PositiveSmallIntegerField(choices=Channel, default=Channel.UNKNOWN)
    severity = models.PositiveSmallIntegerField(default=0, help_text="0 unknown, 1 low to 4 urgent")
    reported_at = models.DateTimeField()
    reported_on = models.DateField(help_text="the day of the city of reported_at")
    first_answered_at = models.DateTimeField(
        null=True, blank=True, help_text="when an officer first did something about it"
    )
    due_at = models.DateTimeField(null=True, blank=True, help_text="as promised; none: no promise")
    closed_at = models.DateTimeField(null=True, blank=True)
    wilayat = models.ForeignKey(
        "places.Wilayat",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    area = models.ForeignKey(
        "places.Area",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(max_length=120, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="observation_once_a_source",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                name="observation_day_is_of_our_time",
                condition=models.Q(reported_on__gte=DAY_FIRST, reported_on__lte=DAY_LAST),
                violation_error_message="A report's day lies between 1900 and 2079.",
            ),
            models.CheckConstraint(
                name="observation_fits_the_heat_index",
                condition=models.Q(
                    models.Q(wilayat__isnull=True) | models.Q(wilayat__lte=0xFFFF),
                    models.Q(area__isnull=True) | models.Q(area__lte=0xFFFFFFFF),
                    status__lte=0xFF,
                    channel__lte=0xFF,
                    severity__lte=0xFF,
                    category__gt=0,
                ),
                violation_error_message="A code of this report is too large for the heat index.",
            ),
        ]
        indexes = [models.Index(fields=["reported_on"], name="observation_by_day")]


class Submission(models.Model):
    """A report as somebody sent it: their words, the case it opened, what the public may see.

    Reports that came from a file of another system have none.  ``key`` is the sender's own, so
    that what is sent twice, or by a queue two days later, is taken once.
    """

    class Shown(models.TextChoices):
        """What the public sees of a report."""

        WAITING = "waiting", "بانتظار المراجعة"
        SHOWN = "shown", "معروض"
        HIDDEN = "hidden", "محجوب"

    observation = models.OneToOneField(
        Observation, on_delete=models.PROTECT, related_name="submission"
    )
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="observation")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT,
        related_name="+", help_text="whose report it is; none: a caller without an account",
    )  # fmt: skip
    key = models.CharField(max_length=60, null=True, blank=True)
    description = models.TextField(max_length=2_000, blank=True)
    sent_at = models.DateTimeField(help_text="when it arrived; the report names when it was made")
    planned_on = models.DateField(null=True, blank=True)
    duplicate_of = models.ForeignKey(
        Observation, null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates"
    )
    shown = models.CharField(max_length=8, choices=Shown, default=Shown.WAITING)
    shown_from = models.DateTimeField(null=True, blank=True)
    shown_point = models.PointField(
        srid=crs.METRIC, null=True, blank=True, help_text="on the road or in the middle of 50 m"
    )
    rating = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5")
    rated_text = models.CharField(max_length=1_000, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"],
                name="submission_once_a_key",
                condition=~models.Q(key=None),
                violation_error_message="This report was already sent.",
            ),
            models.CheckConstraint(
                name="submission_is_no_duplicate_of_itself",
                condition=models.Q(duplicate_of=None)
                | ~models.Q(duplicate_of=models.F("observation")),
                violation_error_message="A report is no duplicate of itself.",
            ),
            models.CheckConstraint(
                name="submission_shown_has_its_public_place",
                condition=~models.Q(shown="shown")
                | models.Q(shown_from__isnull=False, shown_point__isnull=False),
                violation_error_message="What the public sees has a place and a day for it.",
            ),
            models.CheckConstraint(
                name="submission_rated_from_one_to_five",
                condition=models.Q(rating=None, rated_at=None)
                | models.Q(rating__gte=1, rating__lte=5, rated_at__isnull=False),
                violation_error_message="A rating is from 1 to 5.",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-sent_at"], name="submission_by_person"),
            models.Index(fields=["shown", "sent_at"], name="submission_by_shown"),
        ]

    def __str__(self) -> str:
        return str(self.observation_id)


class Fix(models.Model):
    """One position that was told for a report, and where it came from; none is ever changed.

    The one that counts is ``Observation.point``; ``counts_from`` and ``counts_until`` say when
    each was it.
    """

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="fixes")
    origin = models.CharField(max_length=12, choices=FixOrigin)
    point = models.PointField(srid=crs.METRIC)
    accuracy_m = models.FloatField(null=True, blank=True)
    fixed_at = models.DateTimeField(null=True, blank=True, help_text="by the device or the photo")
    told_at = models.DateTimeField()
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT,
        related_name="+", help_text="the officer who moved the pin; none: the sender",
    )  # fmt: skip
    counts_from = models.DateTimeField(null=True, blank=True)
    counts_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["observation"],
                name="fix_one_counts",
                condition=models.Q(counts_from__isnull=False, counts_until=None),
                violation_error_message="A report has one position that counts.",
            ),
            models.CheckConstraint(
                name="fix_counts_forward",
                condition=models.Q(counts_until=None)
                | models.Q(counts_until__gte=models.F("counts_from")),
                violation_error_message="A position counts until after it counted from.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.observation_id}"


class Photo(models.Model):
    """A photo of a report: private until somebody has looked at it."""

    class Shown(models.TextChoices):
        """What the public sees of a photo."""

        WAITING = "waiting", "بانتظار المراجعة"
        SHOWN = "shown", "معروضة"
        HIDDEN = "hidden", "محجوبة"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="photos")
    file = models.OneToOneField("documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    of_the_work = models.BooleanField(
        default=False, help_text="taken by the municipality, of what was done"
    )
    shown = models.CharField(max_length=8, choices=Shown, default=Shown.WAITING)
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="photo_shown_was_looked_at",
                condition=models.Q(shown="waiting")
                | models.Q(looked_at__isnull=False, looked_by__isnull=False),
                violation_error_message="A photo is shown or hidden by somebody who looked at it.",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Follower(models.Model):
    """Somebody who follows a report ("me too"): hears when it is dealt with."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="followers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["observation", "person"],
                name="follower_once",
                violation_error_message="You follow this report already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.observation_id} {self.person_id}"
