"""Populations of wilayats by the day they were counted for, with their source."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0004_fold_plain_text_sooner"),
    ]

    operations = [
        migrations.CreateModel(
            name="Population",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "as_of",
                    models.DateField(help_text="the day it was counted for, as the end of a year"),
                ),
                ("residents", models.PositiveIntegerField()),
                ("omanis", models.PositiveIntegerField(blank=True, null=True)),
                ("source", models.CharField(max_length=200)),
                (
                    "wilayat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="populations",
                        to="places.wilayat",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("wilayat", "as_of"), name="population_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("omanis__isnull", True),
                            ("omanis__lte", models.F("residents")),
                            _connector="OR",
                        ),
                        name="population_omanis_are_residents",
                        violation_error_message="There are more Omanis than residents.",
                    ),
                ],
            },
        ),
    ]
