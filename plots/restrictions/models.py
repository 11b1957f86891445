"""Planning layers: each theme's data of one source and date, replaced whole by an import."""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.fields import DateRangeField

from municipality import crs
from municipality.places.dated import one_at_a_time


class Theme(models.Model):
    """A planning theme of the city's profile: wadi, road reserve, heritage, utilities, ..."""

    code = models.CharField(max_length=40, unique=True)
    name_ar = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name_ar


class ThemeLayer(models.Model):
    """The data of a theme over a span of days; without one, the theme has no data that day."""

    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="layers")
    valid = DateRangeField()
    source = models.CharField(max_length=200)
    as_of = models.DateField(help_text="the day the source speaks of")
    coverage = models.MultiPolygonField(
        srid=crs.METRIC,
        null=True,
        blank=True,
        help_text="the ground the source covers; NULL: the whole city",
    )

    class Meta:
        constraints = [
            one_at_a_time(
                name="theme_one_layer_a_day",
                by=("theme",),
                message="Another layer of this theme holds on some of these days.",
            )
        ]


class ThemeFeature(models.Model):
    """One shape of a planning layer."""

    layer = models.ForeignKey(ThemeLayer, on_delete=models.CASCADE, related_name="features")
    register_key = models.CharField(max_length=80, blank=True)
    name_ar = models.CharField(max_length=160, blank=True)
    name_en = models.CharField(max_length=160, blank=True)
    shape = models.GeometryField(srid=crs.METRIC)
    web = models.GeneratedField(
        expression=Transform("shape", crs.WEB),
        output_field=models.GeometryField(srid=crs.WEB),
        db_persist=True,
    )
    attributes = models.JSONField(default=dict, blank=True)
