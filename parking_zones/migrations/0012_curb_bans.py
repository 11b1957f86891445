"""Bans on parking that come back by week, such as those for street sweeping."""

import datetime

import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

from municipality import crs
from municipality.places.stamps import rise_with


class Migration(migrations.Migration):
    dependencies = [
        ("parking_zones", "0011_bays_lie_where_they_lie"),
    ]

    operations = [
        migrations.CreateModel(
            name="CurbBan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=32)),
                ("street", models.CharField(blank=True, max_length=200)),
                (
                    "side",
                    models.CharField(blank=True, help_text="the side of the block", max_length=20),
                ),
                ("weekday", models.PositiveSmallIntegerField(help_text="ISO: Monday = 1")),
                ("opens", models.TimeField()),
                ("closes", models.TimeField(help_text="00:00 is midnight: the end of the day")),
                (
                    "weeks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        help_text="of the month, 1 to 5",
                        size=None,
                    ),
                ),
                ("on_holidays", models.BooleanField(db_default=False, default=False)),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("strip", django.contrib.gis.db.models.fields.PolygonField(srid=crs.METRIC)),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opens__lt", models.F("closes")),
                            ("closes", datetime.time(0, 0)),
                            _connector="OR",
                        ),
                        name="curb_ban_begins_before_it_ends",
                        violation_error_message="A ban begins before it ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekday__gte", 1),
                            ("weekday__lte", 7),
                            models.Q(("weeks", []), _negated=True),
                        ),
                        name="curb_ban_has_a_weekday",
                        violation_error_message="A ban has a weekday and a week of the month.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("key", "="), ("valid", "&&")],
                        name="curb_ban_once_a_day",
                        violation_error_message="The same ban holds on some of these days.",
                    ),
                ],
            },
        ),
        rise_with("parking_zones_curbban", "zones"),
    ]
