"""Paid hours that hold in Ramadan or on holidays, and such as end at midnight."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import migrations, models
from django.db.models import F, Q

BEGIN = "paid_hours_begin_before_they_end"
ONCE, ONCE_OF_ALL = "paid_hours_once_a_day", "paid_hours_of_all_once_a_day"


class Migration(migrations.Migration):
    dependencies = [("parking_zones", "0003_index_web_copy")]

    operations = [
        *(migrations.RemoveConstraint("paidhours", name) for name in (BEGIN, ONCE, ONCE_OF_ALL)),
        migrations.AddField(
            "paidhours",
            "in_ramadan",
            models.BooleanField(
                default=False,
                db_default=False,
                help_text="the hours of Ramadan, in the place of the others",
            ),
        ),
        migrations.AddField(
            "paidhours",
            "on_holidays",
            models.BooleanField(
                default=False, db_default=False, help_text="paid on public holidays too"
            ),
        ),
        migrations.AlterField(
            "paidhours",
            "closes",
            models.TimeField(help_text="00:00 is midnight: the end of the day"),
        ),
        migrations.AddConstraint(
            "paidhours",
            models.CheckConstraint(
                name=BEGIN,
                condition=Q(opens__lt=F("closes")) | Q(closes=dt.time(0)),
                violation_error_message="Paid hours begin before they end.",
            ),
        ),
        migrations.AddConstraint(
            "paidhours",
            ExclusionConstraint(
                name=ONCE,
                expressions=[("zone", "="), ("part", "="), ("in_ramadan", "="), ("valid", "&&")],
                violation_error_message=(
                    "Other paid hours hold for this zone on some of these days."
                ),
            ),
        ),
        migrations.AddConstraint(
            "paidhours",
            ExclusionConstraint(
                name=ONCE_OF_ALL,
                expressions=[("part", "="), ("in_ramadan", "="), ("valid", "&&")],
                condition=Q(zone__isnull=True),
                violation_error_message="Other paid hours hold on some of these days.",
            ),
        ),
    ]
