"""The tables of the ground register.

``plots_plot`` holds each plot as it is now, under an id that never changes; what it was before
stands in ``plots_plotversion``, closed and never edited.  Why two tables and not one dated one:
docs/decisions/0005 (tiles and imports of a whole city touch only the present).
"""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.fields import DateRangeField
from django.db.models import F, Func, Q
from django.db.models.fields.json import JSONField

from municipality import crs
from municipality.places.dated import one_at_a_time


class UseClass(models.TextChoices):
    """Land use (استعمال الأرض) as the register writes it; the words of muscat.md §2 and §8."""

    UNDEFINED = "undefined", "غير محدد"
    RESIDENTIAL = "residential", "سكني"
    RESIDENTIAL_COMMERCIAL = "residential_commercial", "سكني تجاري"
    COMMERCIAL = "commercial", "تجاري"
    INDUSTRIAL = "industrial", "صناعي"
    AGRICULTURAL = "agricultural", "زراعي"
    TOURIST = "tourist", "سياحي"
    GOVERNMENT = "government", "حكومي"
    EDUCATIONAL = "educational", "تعليمي"
    HEALTH = "health", "صحي"
    RELIGIOUS = "religious", "ديني"
    OPEN_SPACE = "open_space", "حديقة ومتنزه"
    INFRASTRUCTURE = "infrastructure", "مرافق وبنية أساسية"


class PlotFacts(models.Model):
    """What the register says of a plot; the same columns now and in every past version.

    Planning limits are metres, per cent and counts; NULL means the plan does not say
    (unknown), never zero (muscat.md §0).
    """

    version = models.PositiveIntegerField(default=1)
    valid = DateRangeField(help_text="[first day, day after the last); open while it holds")
    boundary = models.MultiPolygonField(srid=crs.METRIC)
    number = models.CharField(max_length=40)
    old_number = models.CharField(max_length=40, blank=True)
    krooki_number = models.CharField(max_length=60, blank=True)
    block = models.CharField(max_length=40, blank=True)
    use_class = models.CharField(max_length=30, choices=UseClass, default=UseClass.UNDEFINED)
    registered_area_m2 = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
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
    phase = models.ForeignKey(
        "places.Phase",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    setback_front_m = models.FloatField(null=True, blank=True)
    setback_side_m = models.FloatField(null=True, blank=True)
    setback_rear_m = models.FloatField(null=True, blank=True)
    coverage_pct = models.FloatField(null=True, blank=True)
    built_up_pct = models.FloatField(null=True, blank=True)
    floors = models.PositiveSmallIntegerField(null=True, blank=True)
    height_m = models.FloatField(null=True, blank=True)
    parking_bays = models.PositiveSmallIntegerField(null=True, blank=True)
    limits_source = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


class Plot(PlotFacts):
    """A plot (قطعة أرض) as it is now; ``valid`` is closed when it was split or merged away."""

    register_key = models.CharField(max_length=80, help_text="key in the cadastre")
    measured_m2 = models.GeneratedField(
        expression=Func(F("boundary"), function="ST_Area"),
        output_field=models.FloatField(),
        db_persist=True,
    )
    web = models.GeneratedField(
        expression=Transform("boundary", crs.WEB),
        output_field=models.MultiPolygonField(srid=crs.WEB),
        db_persist=True,
    )

    class Meta:
        # Numbers are found by their folded indexes, made in migration 0002; a unique field
        # instead of this constraint would bring an index for LIKE that nothing asks.
        constraints = [
            models.UniqueConstraint(fields=["register_key"], name="plot_register_key_once")
        ]

    def __str__(self) -> str:
        return self.number


class PlotVersion(PlotFacts):
    """A plot as it was over a closed span of days; rows are only ever added."""

    plot = models.ForeignKey(Plot, on_delete=models.PROTECT, related_name="versions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plot", "version"], name="plot_version_once"),
            models.CheckConstraint(
                name="plot_version_is_closed",
                condition=Q(valid__upper_inf=False),
                violation_error_message="A past version has a last day.",
            ),
            one_at_a_time(
                name="plot_one_version_a_day",
                by=("plot",),
                message="Another version of this plot holds on some of these days.",
            ),
        ]


class PlotNumber(models.Model):
    """A number a plot was known by on the days of ``valid``; the present one stands in Plot."""

    class Kind(models.TextChoices):
        """Which numbering it belongs to."""

        NUMBER = "number", "رقم القطعة"
        OLD = "old_number", "الرقم القديم"
        KROOKI = "krooki_number", "رقم الكروكي"

    plot = models.ForeignKey(Plot, on_delete=models.PROTECT, related_name="former_numbers")
    kind = models.CharField(max_length=20, choices=Kind)
    number = models.CharField(max_length=60, db_index=True)
    valid = DateRangeField()


class Lineage(models.Model):
    """How one plot came from another: split, merge, renumbering."""

    class Kind(models.TextChoices):
        """What happened to the ground."""

        SPLIT = "split", "تقسيم"
        MERGE = "merge", "دمج"
        RENUMBER = "renumber", "إعادة ترقيم"
        RESHAPE = "reshape", "تعديل حدود"

    parent = models.ForeignKey(Plot, on_delete=models.PROTECT, related_name="children_links")
    child = models.ForeignKey(Plot, on_delete=models.PROTECT, related_name="parent_links")
    kind = models.CharField(max_length=20, choices=Kind)
    happened_on = models.DateField()
    shared_m2 = models.FloatField(help_text="ground both have in common")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "child", "kind", "happened_on"], name="lineage_once"
            )
        ]


class PlanLimit(models.Model):
    """Limits of a detailed plan for a use class in an area, over a span of days.

    A plot's own limit, where the register has one, goes before these.
    """

    area = models.ForeignKey("places.Area", null=True, blank=True, on_delete=models.PROTECT)
    use_class = models.CharField(max_length=30, choices=UseClass)
    valid = DateRangeField()
    setback_front_m = models.FloatField(null=True, blank=True)
    setback_side_m = models.FloatField(null=True, blank=True)
    setback_rear_m = models.FloatField(null=True, blank=True)
    coverage_pct = models.FloatField(null=True, blank=True)
    built_up_pct = models.FloatField(null=True, blank=True)
    floors = models.PositiveSmallIntegerField(null=True, blank=True)
    height_m = models.FloatField(null=True, blank=True)
    parking_bays = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            one_at_a_time(
                name="plan_limit_once_a_day",
                by=("area", "use_class"),
                message="Another limit holds for this use and area on some of these days.",
            ),
            one_at_a_time(
                name="plan_limit_of_all_once_a_day",
                by=("use_class",),
                message="Another limit holds for this use on some of these days.",
                condition=Q(area__isnull=True),
            ),
        ]


class Building(models.Model):
    """A building as surveyed; ``plot`` is the one that holds most of its footprint."""

    register_key = models.CharField(max_length=80, unique=True)
    plot = models.ForeignKey(
        Plot, null=True, blank=True, on_delete=models.PROTECT, related_name="buildings"
    )
    footprint = models.MultiPolygonField(srid=crs.METRIC)
    web = models.GeneratedField(
        expression=Transform("footprint", crs.WEB),
        output_field=models.MultiPolygonField(srid=crs.WEB),
        db_persist=True,
    )
    use_class = models.CharField(max_length=30, choices=UseClass, default=UseClass.UNDEFINED)
    name_ar = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    floors = models.PositiveSmallIntegerField(null=True, blank=True)
    height_m = models.FloatField(null=True, blank=True)
    crosses_plots = models.BooleanField(
        default=False, help_text="its footprint crosses a plot line"
    )
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["plot"], name="building_by_plot")]


class Unit(models.Model):
    """A flat, shop or office of a building."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="units")
    number = models.CharField(max_length=40)
    floor = models.SmallIntegerField(null=True, blank=True)
    use_class = models.CharField(max_length=30, choices=UseClass, default=UseClass.UNDEFINED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["building", "number"], name="unit_once_a_building")
        ]


class Road(models.Model):
    """A road by its centre line, with class and width in metres (NULL = unknown)."""

    class RoadClass(models.TextChoices):
        """Rank of a road; the words of OpenStreetMap's highway, in four steps."""

        MOTORWAY = "motorway", "طريق سريع"
        MAIN = "main", "شارع رئيسي"
        MINOR = "minor", "شارع"
        WAY = "way", "سكة"
        PATH = "path", "ممشى"

    register_key = models.CharField(max_length=80, unique=True)
    name_ar = models.CharField(max_length=160, blank=True)
    name_en = models.CharField(max_length=160, blank=True)
    road_class = models.CharField(max_length=20, choices=RoadClass)
    width_m = models.FloatField(null=True, blank=True)
    centre_line = models.MultiLineStringField(srid=crs.METRIC)
    web = models.GeneratedField(
        expression=Transform("centre_line", crs.WEB),
        output_field=models.MultiLineStringField(srid=crs.WEB),
        db_persist=True,
    )
    source = models.CharField(max_length=200, blank=True)
    attributes = JSONField(default=dict, blank=True)
