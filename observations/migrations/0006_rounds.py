"""The stops of an officer's round of a day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("observations", "0005_alike"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Stop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("position", models.PositiveSmallIntegerField()),
                ("been_at", models.DateTimeField(blank=True, null=True)),
                (
                    "observation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="observations.observation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "day", "position"], name="stop_by_round")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "day", "observation"),
                        name="stop_once_a_day",
                        violation_error_message="This report is on your list for the day already.",
                    )
                ],
            },
        ),
    ]
