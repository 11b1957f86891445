"""The tables of parking zones."""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.fields import DateRangeField

from municipality import crs
from municipality.places.dated import one_at_a_time


class Zone(models.Model):
    """A parking zone (منطقة مواقف): what the sign says, whatever its boundary was when."""

    class Kind(models.TextChoices):
        """Zones of one kind form a coverage: they never overlap each other."""

        PAID = "paid", "مواقف مدفوعة"
        PERMIT = "permit", "مواقف بتصريح"

    number = models.CharField(max_length=12, unique=True, help_text="the number on the sign")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PAID)
    name_ar = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    register_key = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return f"{self.number} {self.name_ar}"


class ZoneVersion(models.Model):
    """The boundary of a zone over a span of days; never edited once a day of it has begun."""

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    valid = DateRangeField()
    boundary = models.MultiPolygonField(srid=crs.METRIC)
    web = models.GeneratedField(
        expression=Transform("boundary", crs.WEB),
        output_field=models.MultiPolygonField(srid=crs.WEB),
        db_persist=True,
    )
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zone", "version"], name="zone_version_once"),
            one_at_a_time(
                name="zone_one_version_a_day",
                by=("zone",),
                message="Another version of this zone holds on some of these days.",
            ),
        ]


class Bay(models.Model):
    """One parking bay or a row of them; which zone it is in: ``parking_zones.zones.bays``."""

    class Kind(models.TextChoices):
        """Who may stand there."""

        PUBLIC = "public", "عام"
        RESERVED = "reserved", "محجوز"
        DISABLED = "disabled", "ذوو الإعاقة"
        AMBULANCE = "ambulance", "إسعاف"
        BUS = "bus", "حافلات"
        TAXI = "taxi", "سيارات أجرة"

    register_key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PUBLIC)
    stalls = models.PositiveSmallIntegerField(default=1)
    shape = models.GeometryField(srid=crs.METRIC)
    source = models.CharField(max_length=200, blank=True)
