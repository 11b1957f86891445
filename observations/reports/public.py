"""What the public may see of reports: one view of the database, and nothing beside it.

The view holds no exact point, no person, no words of anybody and no photo, so that neither a tile
nor an answer of Open311 can give away what it does not have.  It asks no wall: whoever looks, it
is the same.
"""

import datetime as dt

from django.contrib.gis.db import models
from django.db.models import Expression, QuerySet

from municipality import crs
from observations.reports.models import Category, Status

# A report that was not accepted, was withdrawn, repeats another or is not the municipality's
# says nothing about the city.
PUBLIC_STATUSES = (Status.NEW, Status.REFERRED, Status.IN_PROGRESS, Status.CLOSED)


class PublicReport(models.Model):
    """A report that is shown, of a public category and state; ``point`` is its public place."""

    public_id = models.UUIDField(unique=True)
    category = models.ForeignKey(Category, on_delete=models.DO_NOTHING, related_name="+")
    status = models.PositiveSmallIntegerField(choices=Status)
    state = models.CharField(max_length=40, help_text="of its case")
    point = models.PointField(srid=crs.METRIC)
    reported_at = models.DateTimeField()
    reported_on = models.DateField()
    updated_at = models.DateTimeField(help_text="when it came into its state, or was first shown")
    due_at = models.DateTimeField(null=True)
    planned_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    wilayat = models.ForeignKey(
        "places.Wilayat", null=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    area = models.ForeignKey(
        "places.Area", null=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    directorate = models.ForeignKey(
        "places.Directorate", null=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    shown_from = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "observations_public"

    def __str__(self) -> str:
        return str(self.public_id)


def public_reports(at: dt.datetime | Expression) -> QuerySet[PublicReport]:
    """Return the reports that the public sees at a moment, or at the database's ``Now()``."""
    return PublicReport.objects.filter(shown_from__lte=at)
