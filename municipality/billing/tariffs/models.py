"""The table of prices."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models

from municipality.places.dated import one_at_a_time


class TariffKind(models.TextChoices):
    """What can have a price; each kind names the decision that sets it in its rows."""

    PARKING = "parking", "وقوف في منطقة مدفوعة"
    PARKING_PERMIT_ZONE = "parking_permit_zone", "تصريح مواقف لمنطقة"
    PARKING_PERMIT_ALL = "parking_permit_all", "تصريح مواقف لكل المناطق"
    PARKING_PERMIT_BAY = "parking_permit_bay", "موقف محجوز في منطقة مدفوعة، للشهر"
    PARKING_PERMIT_BAY_FREE = "parking_permit_bay_free", "موقف محجوز حيث الوقوف مجاني، للشهر"
    PARKING_PERMIT_SPECIAL = "parking_permit_special", "تصريح وقوف خاص، للسنة"
    PARKING_PERMIT_VEHICLE = "parking_permit_vehicle", "تغيير مركبة تصريح مواقف"
    PARKING_PERMIT_LOST = "parking_permit_lost", "بدل تصريح مواقف فاقد"
    OVERSTAY_FINE = "overstay_fine", "غرامة تجاوز مدة الوقوف"
    PLOT_EXTRACT = "plot_extract", "مستخرج قطعة أرض معتمد"
    PERMIT_APPLICATION = "permit_application", "طلب إباحة بناء"
    PERMIT_BASE = "permit_base", "إباحة بناء"
    PERMIT_AREA = "permit_area", "مساحة البناء، للمتر المربع"
    PERMIT_DEMOLITION = "permit_demolition", "إباحة هدم"
    PERMIT_EXCAVATION = "permit_excavation", "تصريح حفر"
    PERMIT_RENEWAL = "permit_renewal", "تجديد إباحة بناء"
    PERMIT_LATE_RENEWAL = "permit_late_renewal", "تأخر تجديد إباحة بناء، للشهر"
    PERMIT_OWNER_CHANGE = "permit_owner_change", "تغيير اسم المالك في إباحة بناء"


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
    above_m2 = models.PositiveIntegerField(
        null=True, blank=True, help_text="for prices by area: the square metres that are free"
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
