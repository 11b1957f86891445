"""The table of paid hours."""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q

from municipality.places.dated import one_at_a_time


class PaidHours(models.Model):
    """One daily span in which parking is paid, over a span of days (أوقات الرسوم).

    A day of two spans (08:00-13:00 and 16:00-21:00) is two rows with ``part`` 1 and 2.
    """

    zone = models.ForeignKey(
        "parking_zones.Zone",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="paid_hours",
        help_text="empty: every zone without hours of its own",
    )
    valid = DateRangeField()
    part = models.PositiveSmallIntegerField(default=1)
    opens = models.TimeField()
    closes = models.TimeField()
    free_weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        null=True,
        blank=True,
        help_text="ISO weekdays without charge; empty: the city's days of rest",
    )
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="paid_hours_begin_before_they_end",
                condition=Q(opens__lt=F("closes")),
                violation_error_message="Paid hours begin before they end.",
            ),
            one_at_a_time(
                name="paid_hours_once_a_day",
                by=("zone", "part"),
                message="Other paid hours hold for this zone on some of these days.",
            ),
            one_at_a_time(
                name="paid_hours_of_all_once_a_day",
                by=("part",),
                message="Other paid hours hold on some of these days.",
                condition=Q(zone__isnull=True),
            ),
        ]
