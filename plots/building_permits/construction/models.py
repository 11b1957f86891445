"""The tables of the works under a permit; a construction belongs to its case, as an application.

What was built, as it was surveyed, is a ``SiteVersion`` of the construction.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q

from municipality import crs
from municipality.located import Place
from plots.building_permits.models import BuildingPermit


class Construction(models.Model):
    """The works under one permit, from the notice of their beginning to the certificate.

    ``permit`` is what is built by now: a modification issued meanwhile takes the place of the
    first.  ``stages`` are inspected in this order.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="construction")
    permit = models.ForeignKey(
        BuildingPermit, on_delete=models.PROTECT, related_name="constructions"
    )
    stages = ArrayField(models.CharField(max_length=20))
    certificate = models.OneToOneField(
        "documents.IssuedPaper", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"works {self.case_id}"


class SiteVisit(models.Model):
    """One look at the site: which stage was asked for, what the inspector found, and from where.

    ``place`` is where the inspector stood, with the accuracy of the fix in metres; ``placed`` how
    that lies to the plots (``municipality.located``); none where no fix was given.
    """

    class Outcome(models.TextChoices):
        """What a visit came to."""

        PASSED = "passed", "اجتازت المرحلة"
        FAILED = "failed", "لم تجتز"
        STOPPED = "stopped", "أوقف العمل"
        RELEASED = "released", "رُفع الإيقاف"

    construction = models.ForeignKey(Construction, on_delete=models.CASCADE, related_name="visits")
    number = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=20)
    asked_at = models.DateTimeField(null=True, help_text="none: the inspector came unasked")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    text = models.TextField(blank=True)
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(null=True)
    place = models.PointField(srid=crs.METRIC, null=True)
    accuracy_m = models.FloatField(null=True)
    placed = models.CharField(
        max_length=10, blank=True, choices=[(one.value, one.value) for one in Place]
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["construction", "number"], name="site_visit_once"),
            models.UniqueConstraint(
                fields=["construction"], condition=Q(outcome=""), name="one_visit_is_open",
                violation_error_message="A visit is asked for already.",
            ),
            models.CheckConstraint(
                name="visit_has_an_outcome_and_who_gave_it",
                condition=Q(outcome="", by_person=None, at=None)
                | (~Q(outcome="") & Q(by_person__isnull=False, at__isnull=False)),
                violation_error_message="An outcome is given by somebody at some time.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"visit {self.construction_id}/{self.number}"
