"""The tables of observations."""

import datetime as dt
import uuid

from django.contrib.gis.db import models

from municipality import crs

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

    def __str__(self) -> str:
        return self.name_ar


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
