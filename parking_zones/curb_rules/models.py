"""The table of bans on parking that come back by week, such as those for street sweeping."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db.models import F, Q

from municipality import crs
from municipality.places.dated import one_at_a_time
from parking_zones.pricing.paid_hours import MIDNIGHT


class CurbBan(models.Model):
    """No parking on one stretch of a kerb on a weekday, over a span of days (منع وقوف دوري).

    ``key`` is of its line and its rule, so that the same row of the next file is the same ban.
    """

    key = models.CharField(max_length=32)
    street = models.CharField(max_length=200, blank=True)
    side = models.CharField(max_length=20, blank=True, help_text="the side of the block")
    weekday = models.PositiveSmallIntegerField(help_text="ISO: Monday = 1")
    opens = models.TimeField()
    closes = models.TimeField(help_text="00:00 is midnight: the end of the day")
    weeks = ArrayField(models.PositiveSmallIntegerField(), help_text="of the month, 1 to 5")
    on_holidays = models.BooleanField(default=False, db_default=False)
    valid = DateRangeField()
    strip = models.PolygonField(srid=crs.METRIC)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="curb_ban_begins_before_it_ends",
                condition=Q(opens__lt=F("closes")) | Q(closes=MIDNIGHT),
                violation_error_message="A ban begins before it ends.",
            ),
            models.CheckConstraint(
                name="curb_ban_has_a_weekday",
                condition=Q(weekday__gte=1, weekday__lte=7) & ~Q(weeks=[]),
                violation_error_message="A ban has a weekday and a week of the month.",
            ),
            one_at_a_time(
                name="curb_ban_once_a_day",
                by=("key",),
                message="The same ban holds on some of these days.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.street} {self.weekday} {self.opens}"
