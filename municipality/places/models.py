"""The tables of places.  Names and aliases belong to the place, boundaries to its versions."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField, DateRangeField

from municipality import crs
from municipality.places.dated import one_at_a_time


class Stamp(models.Model):
    """A number that rises whenever a small reference table changes; caches compare it.

    Risen by statement triggers of the tables themselves, so a change by SQL counts too.
    """

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class Named(models.Model):
    """What every place has: a code that outlives its boundary, and names in two languages."""

    code = models.CharField(max_length=40, unique=True)
    name_ar = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    aliases = ArrayField(models.CharField(max_length=120), default=list, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_ar


class DatedBoundary(models.Model):
    """One version of a boundary: METRIC polygons that held on the days of ``valid``."""

    valid = DateRangeField(help_text="[first day, day after the last); days of the city")
    boundary = models.MultiPolygonField(srid=crs.METRIC)
    source = models.CharField(max_length=200)
    approximate = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Wilayat(Named):
    """A wilayat (ولاية): the first division of the governorate."""

    population = models.PositiveIntegerField(null=True, blank=True)


class Population(models.Model):
    """Residents of a wilayat counted as of a day, with their source (القاطنون)."""

    wilayat = models.ForeignKey(Wilayat, on_delete=models.PROTECT, related_name="populations")
    as_of = models.DateField(help_text="the day it was counted for, as the end of a year")
    residents = models.PositiveIntegerField()
    omanis = models.PositiveIntegerField(null=True, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wilayat", "as_of"], name="population_once_a_day"),
            models.CheckConstraint(
                name="population_omanis_are_residents",
                condition=models.Q(omanis__isnull=True)
                | models.Q(omanis__lte=models.F("residents")),
                violation_error_message="There are more Omanis than residents.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wilayat} {self.as_of}: {self.residents}"


class WilayatVersion(DatedBoundary):
    """The boundary of a wilayat over a span of days."""

    wilayat = models.ForeignKey(Wilayat, on_delete=models.PROTECT, related_name="versions")

    class Meta:
        constraints = [
            one_at_a_time(
                name="wilayat_one_boundary_a_day",
                by=("wilayat",),
                message="Another boundary of this wilayat holds on some of these days.",
            )
        ]


class Area(Named):
    """A housing area or village (منطقة / قرية) of a wilayat."""

    wilayat = models.ForeignKey(
        Wilayat, null=True, blank=True, on_delete=models.PROTECT, related_name="areas"
    )


class AreaVersion(DatedBoundary):
    """The boundary of a housing area over a span of days."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="versions")

    class Meta:
        constraints = [
            one_at_a_time(
                name="area_one_boundary_a_day",
                by=("area",),
                message="Another boundary of this area holds on some of these days.",
            )
        ]


class Phase(models.Model):
    """A phase (مرحلة) of a housing area, as the register counts them."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="phases")
    code = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "code"], name="phase_once_an_area")]

    def __str__(self) -> str:
        return f"{self.area} {self.code}"


class Directorate(Named):
    """A directorate general (مديرية عامة), responsible for whole wilayats."""

    wilayats = models.ManyToManyField(Wilayat, related_name="directorates", blank=True)


class Branch(Named):
    """A branch or service hall of a directorate, with its place."""

    directorate = models.ForeignKey(Directorate, on_delete=models.PROTECT, related_name="branches")
    point = models.PointField(srid=crs.METRIC, null=True, blank=True)
