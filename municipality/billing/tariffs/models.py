"""The table of prices."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models

from municipality.places.dated import one_at_a_time


class TariffKind(models.TextChoices):
    """What can have a price; each kind names the decision that sets it in its rows."""

    PARKING = "parking", "وقوف في منطقة مدفوعة"
    PARKING_PERMIT_ZONE = "parking_permit_zone", "تصريح مواقف لمنطقة"
    PARKING_PERMIT_ALL = "parking_permit_all", "تصريح مواقف لكل المناطق"
    OVERSTAY_FINE = "overstay_fine", "غرامة تجاوز مدة الوقوف"
    PLOT_EXTRACT = "plot_extract", "مستخرج قطعة أرض معتمد"


class Tariff(models.Model):
    """What one thing costs in one zone over one span of days, in whole baisa.

    Rows are never edited: a new decision is a new row.
    """

    kind = models.CharField(max_length=40, choices=TariffKind)
    zone_code = models.CharField(max_length=12, blank=True, help_text="empty: the whole city")
    valid = DateRangeField(help_text="[first day, day after the last); days of the city")
    amount_baisa = models.BigIntegerField()
    per_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="for prices by time: the minutes one amount buys"
    )
    source = models.CharField(max_length=200, help_text="the decision that sets it")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tariff_not_negative",
                condition=models.Q(amount_baisa__gte=0),
                violation_error_message="A price is not negative.",
            ),
            one_at_a_time(
                name="tariff_one_price_a_day",
                by=("kind", "zone_code"),
                message="Another price is in force on some of these days.",
            ),
        ]
