"""The tables of building permits: the application, its site plans, what was approved, the permit.

Shapes are METRIC columns, so that the database can measure them.  An application belongs to its
case, which holds its state, its papers and its people.
"""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import DateRangeField
from django.db.models import Q

from municipality import crs
from plots.building_permits.sites.parts import Role


class Work(models.TextChoices):
    """What a permit is asked for: kinds of the same machine."""

    NEW = "new", "إباحة بناء جديدة"
    ADDITION = "addition", "إضافة"
    MODIFICATION = "modification", "تعديل"
    DEMOLITION = "demolition", "هدم"
    EXCAVATION = "excavation", "حفر"
    RENEWAL = "renewal", "تجديد"
    OWNER_CHANGE = "owner_change", "تغيير اسم المالك"
    CONSULTANT_CHANGE = "consultant_change", "تغيير الاستشاري المشرف"


class PermitApplication(models.Model):
    """What one case asks for: a kind of work on one plot or several merged ones, by an office.

    ``permit`` is the permit that is renewed, added to or changed; a new building names none.
    """

    case = models.OneToOneField(
        "cases.Case", on_delete=models.CASCADE, related_name="permit_application"
    )
    work = models.CharField(max_length=20, choices=Work)
    consultancy = models.ForeignKey(
        "people.Consultancy", on_delete=models.PROTECT, related_name="+"
    )
    permit = models.ForeignKey(
        "BuildingPermit", null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    use = models.CharField(max_length=40, blank=True, help_text="what is built: villa, flats, ...")
    owner_civil_number = models.CharField(max_length=20, blank=True, help_text="as the office says")
    request_key = models.CharField(
        max_length=100, null=True, blank=True, unique=True,
        help_text="the office, and its own key of this request",
    )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.work} {self.case_id}"


class ApplicationPlot(models.Model):
    """A plot of an application, and which version of it the case looked at."""

    application = models.ForeignKey(
        PermitApplication, on_delete=models.CASCADE, related_name="plots"
    )
    plot = models.ForeignKey("plots.Plot", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "plot"], name="application_plot_once")
        ]


class SiteVersion(models.Model):
    """One version of a site plan: its parts are rows, its check is kept as it came out.

    It is what an application would build, or what a construction has built (as surveyed).
    ``sha256`` is of the parts and of the plots' versions: approvals are bound to it.  ``sheet``
    are the lines of the check on ``checked_on``, ``reasons`` what the office wrote to a rule that
    fails.
    """

    class Origin(models.TextChoices):
        """Where the drawing came from."""

        MAP = "map", "رُسم على الخريطة"
        GEOJSON = "geojson", "ملف GeoJSON"
        DXF = "dxf", "ملف DXF"

    application = models.ForeignKey(
        PermitApplication, null=True, on_delete=models.CASCADE, related_name="versions"
    )
    construction = models.ForeignKey(
        "plots.Construction", null=True, on_delete=models.CASCADE, related_name="as_built"
    )
    number = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=8, choices=Origin)
    sha256 = models.CharField(max_length=64)
    buildings = models.GeometryField(srid=crs.METRIC, help_text="main building and annexes as one")
    footprint_m2 = models.FloatField()
    floor_area_m2 = models.FloatField(null=True, help_text="of all floors; none: floors not said")
    plot_m2 = models.FloatField()
    checked_on = models.DateField()
    verdict = models.CharField(max_length=8)
    sheet = models.JSONField(help_text="[{rule, name, permitted, provided, unit, status, source}]")
    reasons = models.JSONField(default=dict, help_text="{rule: why it fails}")
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    submitted_at = models.DateTimeField(
        null=True, blank=True, help_text="from then on it never changes; none: still being drawn"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "number"],
                name="site_version_once",
                violation_error_message="This version of the site plan is already there.",
            ),
            models.UniqueConstraint(fields=["construction", "number"], name="as_built_once"),
            models.CheckConstraint(
                name="site_version_of_one",
                condition=Q(application__isnull=False, construction=None)
                | Q(application=None, construction__isnull=False),
                violation_error_message="A site plan is of an application or of its works.",
            ),
        ]

    def __str__(self) -> str:
        return f"site plan {self.application_id or self.construction_id}/{self.number}"

    def reason_of(self, line: dict[str, Any]) -> str:
        """Return what the office wrote to a line of the sheet that fails; empty for any other.

        A reason is of a rule: one side that stands too near says nothing of the other side.
        """
        told: str = self.reasons.get(line["rule"], "") if line["status"] == "fail" else ""
        return told


class SitePart(models.Model):
    """One part of a site plan, METRIC."""

    site = models.ForeignKey(SiteVersion, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=8, choices=[(role.value, role.value) for role in Role])
    shape = models.GeometryField(srid=crs.METRIC)
    floors = models.PositiveSmallIntegerField(null=True)
    height_m = models.FloatField(null=True)
    use = models.CharField(max_length=40, blank=True)


class SiteFailure(models.Model):
    """Where a rule fails: the line of the sheet, the shape of the failure, the setback's edge."""

    site = models.ForeignKey(SiteVersion, on_delete=models.CASCADE, related_name="failures")
    line = models.PositiveSmallIntegerField(help_text="of the sheet, from 0")
    shape = models.GeometryField(srid=crs.METRIC)
    edge = models.GeometryField(srid=crs.METRIC, null=True)


class Approval(models.Model):
    """One auditor's word on one version: of a drawing, or of the site plan; bound to its hash.

    A newer version has no approval: only what it replaced had one.
    """

    application = models.ForeignKey(
        PermitApplication, on_delete=models.CASCADE, related_name="approvals"
    )
    stage = models.CharField(max_length=20, help_text="architecture, structure")
    document = models.ForeignKey(
        "cases.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="approvals"
    )
    site = models.ForeignKey(
        SiteVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="approvals"
    )
    sha256 = models.CharField(max_length=64)
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="approval_of_one_version",
                condition=Q(document__isnull=False, site__isnull=True)
                | Q(document__isnull=True, site__isnull=False),
                violation_error_message="An approval is of a drawing or of a site plan.",
            ),
            models.UniqueConstraint(fields=["stage", "document"], name="approval_of_document_once"),
            models.UniqueConstraint(fields=["stage", "site"], name="approval_of_site_once"),
        ]


class BuildingPermit(models.Model):
    """A building permit (إباحة بناء) as it was stamped: the ground it covers, what may stand on it.

    Valid for two years from its issue (Local Order 23/92 art. 102).  ``place`` is the plots,
    ``footprint`` what was approved; neither drawings nor names are in this table: it is the
    public register.
    """

    class State(models.TextChoices):
        """Where a permit stands."""

        VALID = "valid", "سارية"
        EXPIRED = "expired", "انتهت"
        COMPLETED = "completed", "اكتمل البناء"
        SUPERSEDED = "superseded", "حلت محلها إباحة أحدث"
        REVOKED = "revoked", "ملغاة"

    class Rank(models.TextChoices):
        """Major or minor, as the register of 1993 has it (إباحة كبرى، صغرى)."""

        MAJOR = "major", "كبرى"
        MINOR = "minor", "صغرى"

    number = models.CharField(max_length=20, unique=True)
    application = models.OneToOneField(
        PermitApplication, null=True, on_delete=models.PROTECT, related_name="issued_permit",
        help_text="none: imported from before the platform",
    )  # fmt: skip
    consultancy = models.ForeignKey(
        "people.Consultancy", null=True, on_delete=models.PROTECT, related_name="+",
        help_text="the office that supervises it now; not in the public register",
    )  # fmt: skip
    work = models.CharField(max_length=20, choices=Work)
    rank = models.CharField(max_length=5, choices=Rank)
    state = models.CharField(max_length=12, choices=State, default=State.VALID)
    valid = DateRangeField(help_text="[day of issue, day after the last)")
    issued_at = models.DateTimeField()
    changed_at = models.DateTimeField(
        null=True, help_text="when its state last turned; none: it is as it was issued"
    )
    plot_numbers = models.CharField(max_length=300)
    wilayat = models.ForeignKey(
        "places.Wilayat", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    area = models.ForeignKey(
        "places.Area", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place = models.GeometryField(srid=crs.METRIC)
    footprint = models.GeometryField(srid=crs.METRIC, null=True)
    site = models.ForeignKey(
        SiteVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    paper = models.OneToOneField(
        "documents.IssuedPaper", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    batch = models.ForeignKey(
        "importing.RecordBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="permit_has_a_last_day",
                condition=Q(valid__upper_inf=False, valid__lower_inf=False),
                violation_error_message="A permit has a first and a last day.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "issued_at"], name="permit_by_state")]

    def __str__(self) -> str:
        return self.number

    def turn(self, state: State, *, at: dt.datetime) -> None:
        """Let the permit stand otherwise from a moment on, and keep it."""
        self.state, self.changed_at = state, at
        self.save(update_fields=["state", "changed_at"])

    @property
    def stream(self) -> str:
        """The name of its history: that of its case, where it has one."""
        if self.application is None:
            return f"permit/{self.pk}"
        return f"case/{self.application.case_id}"


class StampedDrawing(models.Model):
    """An approved drawing with its stamp: which version it was, and the paper that was issued."""

    permit = models.ForeignKey(BuildingPermit, on_delete=models.PROTECT, related_name="drawings")
    document = models.ForeignKey("cases.Document", on_delete=models.PROTECT, related_name="+")
    paper = models.OneToOneField(
        "documents.IssuedPaper", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["permit", "document"], name="drawing_stamped_once")
        ]


class FootprintSurvey(models.Model):
    """One check of a town's footprints, kept: when, by the limits of which day, from what."""

    source = models.CharField(max_length=200)
    checked_on = models.DateField(help_text="the day whose plots, limits and layers were asked")
    at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.source} {self.checked_on}"


class FootprintVerdict(models.Model):
    """The verdict of one footprint, packed: one row, whatever the number of rules.

    ``packed`` holds, in the order of ``survey.CODES_OF_SHEET``, one byte an outcome and then one
    little-endian double a measurement (NaN unknown): what the single check answers, to the bit.
    """

    pk = models.CompositePrimaryKey("survey_id", "row")
    survey = models.ForeignKey(
        FootprintSurvey, on_delete=models.CASCADE, related_name="verdicts", db_constraint=False
    )  # written by ``keeping.keep_chunk`` alone, before its survey; a check a row costs a third
    row = models.PositiveIntegerField()
    plot_id = models.BigIntegerField(null=True)
    verdict = models.PositiveSmallIntegerField()
    packed = models.BinaryField()


class FootprintFailure(models.Model):
    """Where one footprint fails one rule: numbers and METRIC shape."""

    survey = models.ForeignKey(
        FootprintSurvey, on_delete=models.CASCADE, related_name="failures", db_constraint=False
    )  # written by ``keeping.keep_chunk`` alone, before its survey; a check a row costs a third
    row = models.PositiveIntegerField()
    rule = models.CharField(max_length=24)
    permitted = models.FloatField(null=True)
    provided = models.FloatField(null=True)
    shape = models.GeometryField(srid=crs.METRIC)


class OfficeLayerMap(models.Model):
    """What an office's layers hold, kept under a name for its next drawings."""

    consultancy = models.ForeignKey(
        "people.Consultancy", on_delete=models.CASCADE, related_name="layer_maps"
    )
    name = models.CharField(max_length=60)
    mapping = models.JSONField(help_text="{roles, facts, unit}, as laying.layer_map_of reads it")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consultancy", "name"], name="layer_map_of_a_name")
        ]
