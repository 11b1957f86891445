"""The tables of the heat index.  They know no app: ``layer`` is the number of a HeatLayer."""

import uuid

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Func, Value

from municipality.places.dated import one_at_a_time


class HeatPiece(models.Model):
    """Some reports of one block, packed; never changed once written.

    The index of a block is the sum of its pieces, those with sign -1 taken away.  Writers only
    add pieces, folding replaces several by one, so ``id`` (from a sequence that never goes
    back) names the bytes for ever and a process may keep them.
    """

    id = models.BigIntegerField(
        primary_key=True, db_default=Func(Value("maps_heat_piece_id"), function="nextval")
    )
    layer = models.SmallIntegerField()
    bx = models.IntegerField()
    by = models.IntegerField()
    sign = models.SmallIntegerField()
    n = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["layer", "bx", "by"], name="heat_piece_by_block")]
        constraints = [
            models.CheckConstraint(
                name="heat_piece_is_whole",
                condition=models.Q(sign__in=(-1, 1), n__gt=0),
                violation_error_message="A piece of the heat index adds or takes away reports.",
            )
        ]


class HeatRelease(models.Model):
    """What the public may know of one month: atoms, each of which is 0 or at least k reports.

    Written once when the month is over; how: docs/algorithms/heat-release.md.
    """

    layer = models.SmallIntegerField()
    month = models.DateField(help_text="first day of the month")
    k = models.PositiveSmallIntegerField()
    n = models.IntegerField(help_text="reports of the month when it was released")
    atoms = models.BinaryField()
    released_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["layer", "month"], name="heat_release_once_a_month"),
            models.CheckConstraint(
                name="heat_release_starts_a_month",
                condition=models.Q(month__day=1),
                violation_error_message="A release is of a whole month.",
            ),
        ]


class HeatDenominator(models.Model):
    """One version of a denominator: values on the smallest cells, packed, over a span of days.

    Its bytes never change, so a process may keep them by id; built by a job (kept.py).
    """

    name = models.CharField(max_length=40)
    valid = DateRangeField(help_text="[day it was built, day another was); open while it holds")
    data = models.BinaryField()
    cells = models.IntegerField()
    total = models.FloatField(help_text="sum of the cells: residents, metres of road, plots")
    unplaced = models.FloatField(default=0, help_text="part of the whole that has no cell")
    source_ar = models.CharField(max_length=300)
    source_en = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    checked_on = models.DateField(help_text="last day its tables were found to give the same")

    class Meta:
        constraints = [
            one_at_a_time(
                name="heat_denominator_one_a_day",
                by=("name",),
                message="Another version of this denominator holds on some of these days.",
            )
        ]


class HeatChange(models.Model):
    """A note that a denominator's tables changed; taken by the job that builds it anew."""

    denominator = models.CharField(max_length=40)


class HeatHotSpots(models.Model):
    """The hot spots of a whole layer with its usual question, found by a job and kept."""

    layer = models.SmallIntegerField(primary_key=True)
    state = models.TextField(help_text="what they were made of; the same again means still true")
    answer = models.BinaryField(help_text="the answer as compressed JSON")
    made_at = models.DateTimeField(help_text="when they were last found to be true")


class HeatExport(models.Model):
    """A file that takes longer than an answer may: asked for, written by a job, kept for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.BigIntegerField(help_text="who asked, and alone may fetch it")
    kind = models.CharField(max_length=10)
    question = models.TextField(help_text="the query string as it was asked")
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=10, default="waiting")
    name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=120, blank=True)
    data = models.BinaryField(null=True)
    failure_ar = models.TextField(blank=True)
    failure_en = models.TextField(blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"],
                name="heat_export_waits_once_a_person",
                condition=models.Q(state="waiting"),
            ),
            models.CheckConstraint(
                name="heat_export_is_what_its_state_says",
                condition=models.Q(state="waiting", data=None)
                | models.Q(state="ready", data__isnull=False)
                | models.Q(state="failed", data=None),
                violation_error_message="A file is there when it is ready, and only then.",
            ),
        ]
