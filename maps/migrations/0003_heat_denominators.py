"""Denominators of the heat, dated, and notes of what may have changed them."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("maps", "0002_heat_index"),
        ("places", "0001_extensions"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeatChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("denominator", models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="HeatDenominator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="[day it was built, day another was); open while it holds"
                    ),
                ),
                ("data", models.BinaryField()),
                ("cells", models.IntegerField()),
                (
                    "total",
                    models.FloatField(
                        help_text="sum of the cells: residents, metres of road, plots"
                    ),
                ),
                (
                    "unplaced",
                    models.FloatField(default=0, help_text="part of the whole that has no cell"),
                ),
                ("source_ar", models.CharField(max_length=300)),
                ("source_en", models.CharField(max_length=300)),
                ("made_at", models.DateTimeField()),
                (
                    "checked_on",
                    models.DateField(help_text="last day its tables were found to give the same"),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("name", "="), ("valid", "&&")],
                        name="heat_denominator_one_a_day",
                        violation_error_message="Another version of this denominator holds on some of these days.",
                    )
                ],
            },
        ),
    ]
