"""The tables of the calendar.  Lunar dates are announced: ``provisional`` until they are."""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models

from municipality.places.dated import one_at_a_time


class Weekend(models.Model):
    """Which weekdays are days of rest over a span of days (Thu-Fri until 30 April 2013)."""

    valid = DateRangeField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), help_text="ISO: Monday = 1")
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            one_at_a_time(
                name="weekend_one_rule_a_day",
                by=(),
                message="Another weekend rule holds on some of these days.",
            )
        ]


class Holiday(models.Model):
    """An official holiday: the days it is really taken, after any announced move."""

    code = models.CharField(max_length=40, help_text="eid_al_fitr, national_day, ...")
    name_ar = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    valid = DateRangeField()
    provisional = models.BooleanField(default=False)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            one_at_a_time(
                name="holiday_once_a_day",
                by=("code",),
                message="This holiday already holds on some of these days.",
            )
        ]


class Ramadan(models.Model):
    """The days of Ramadan of one year; provisional until the moon is announced."""

    valid = DateRangeField()
    provisional = models.BooleanField(default=False)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            one_at_a_time(
                name="ramadan_once_a_day",
                by=(),
                message="Ramadan already covers some of these days.",
            )
        ]


class OfficeHours(models.Model):
    """Opening hours of an office over a span of days; no directorate means all of them."""

    directorate = models.ForeignKey(
        "places.Directorate", null=True, blank=True, on_delete=models.PROTECT, related_name="hours"
    )
    valid = DateRangeField()
    in_ramadan = models.BooleanField(default=False)
    opens = models.TimeField()
    closes = models.TimeField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="office_opens_before_it_closes",
                condition=models.Q(opens__lt=models.F("closes")),
                violation_error_message="An office opens before it closes.",
            ),
            one_at_a_time(
                name="office_hours_once_a_day",
                by=("directorate", "in_ramadan"),
                message="Other office hours hold on some of these days.",
            ),
            one_at_a_time(
                name="office_hours_of_all_once_a_day",
                by=("in_ramadan",),
                message="Other office hours hold on some of these days.",
                condition=models.Q(directorate__isnull=True),
            ),
        ]
