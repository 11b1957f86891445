"""The table of checks: what was asked, where, and what was answered from what."""

from django.contrib.gis.db import models
from django.db.models import Q

from municipality import crs
from municipality.people.models import new_public_id


class ParkingCheck(models.Model):
    """One question of an inspector and its answer, with what it was drawn from; never changed.

    A check made without a connection comes later, with its own moment ``at``; ``received_at`` is
    when it came.  One may also ask about another moment: what stands on a check that came late is
    decided by a supervisor.  ``key`` is the device's own, so that what is sent twice is kept once.
    """

    public_id = models.CharField(max_length=22, default=new_public_id, editable=False)
    inspector_id = models.BigIntegerField()
    plate_key = models.CharField(max_length=24)
    plate_text = models.CharField(max_length=40, help_text="as it was typed")
    point = models.PointField(srid=crs.METRIC, spatial_index=False)
    accuracy_m = models.FloatField()
    origin = models.CharField(max_length=8, help_text="gps: a reading; pin: set by hand")
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    key = models.CharField(max_length=80, null=True, blank=True)
    may_stand = models.BooleanField(null=True)
    reason = models.CharField(max_length=24)
    place = models.CharField(max_length=10)
    zone = models.ForeignKey(
        "parking_zones.Zone", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip
    zone_version = models.PositiveIntegerField(null=True, blank=True)
    evidence = models.JSONField(help_text="zones, distances, hours, tariff and rights judged by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="check_public_id_once"),
            models.UniqueConstraint(
                fields=["inspector_id", "key"],
                name="check_once_a_key",
                condition=~Q(key=None),
                violation_error_message="This check was already sent.",
            ),
        ]
        indexes = [  # each is paid for with every check: none that nothing asks for
            models.Index(fields=["zone", "at"], name="check_by_zone"),
            models.Index(fields=["plate_key", "-at"], name="check_by_plate"),
        ]

    def __str__(self) -> str:
        return f"{self.plate_key} {self.reason}"
