"""The tables of paid hours and of the terms of tickets."""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q

from municipality.places.dated import one_at_a_time
from parking_zones.pricing.paid_hours import MIDNIGHT


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
    closes = models.TimeField(help_text="00:00 is midnight: the end of the day")
    in_ramadan = models.BooleanField(
        default=False,
        db_default=False,
        help_text="the hours of Ramadan, in the place of the others",
    )
    on_holidays = models.BooleanField(
        default=False, db_default=False, help_text="paid on public holidays too"
    )
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
                condition=Q(opens__lt=F("closes")) | Q(closes=MIDNIGHT),
                violation_error_message="Paid hours begin before they end.",
            ),
            one_at_a_time(
                name="paid_hours_once_a_day",
                by=("zone", "part", "in_ramadan"),
                message="Other paid hours hold for this zone on some of these days.",
            ),
            one_at_a_time(
                name="paid_hours_of_all_once_a_day",
                by=("part", "in_ramadan"),
                message="Other paid hours hold on some of these days.",
                condition=Q(zone__isnull=True),
            ),
        ]


class TicketTerms(models.Model):
    """How long a ticket may be bought for, over a span of days: steps, the least and the most."""

    zone = models.ForeignKey(
        "parking_zones.Zone",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ticket_terms",
        help_text="empty: every zone without terms of its own",
    )
    valid = DateRangeField()
    step_minutes = models.PositiveSmallIntegerField(help_text="a ticket is a multiple of it")
    least_minutes = models.PositiveSmallIntegerField()
    most_minutes = models.PositiveSmallIntegerField(help_text="with all extensions")
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ticket_terms_hold_together",
                condition=Q(step_minutes__gt=0, least_minutes__gt=0)
                & Q(most_minutes__gte=F("least_minutes"))
                & Q(least_minutes__gte=F("step_minutes")),
                violation_error_message="A ticket has a step, at least one, and at most the most.",
            ),
            one_at_a_time(
                name="ticket_terms_once_a_day",
                by=("zone",),
                message="Other terms hold for this zone on some of these days.",
            ),
            one_at_a_time(
                name="ticket_terms_of_all_once_a_day",
                by=(),
                message="Other terms hold on some of these days.",
                condition=Q(zone__isnull=True),
            ),
        ]
