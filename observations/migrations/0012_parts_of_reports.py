"""Parts of reports at further departments; walled from all but staff."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from municipality.walls import STAFF_ALONE, wall


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_promises"),
        ("observations", "0011_areas_that_people_follow"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(
            model_name="submission",
            name="split_from",
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked", models.TextField(max_length=1000)),
                ("asked_at", models.DateTimeField()),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="observations.body",
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report_part",
                        to="cases.case",
                    ),
                ),
                (
                    "whole",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report_parts",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("whole", models.F("case")), _negated=True),
                        name="part_is_not_its_own_whole",
                        violation_error_message="A part of a report is a case of its own.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("asked", ""), _negated=True),
                        name="part_says_what_is_asked",
                        violation_error_message="A part says what is asked of its department.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(wall("observations_part", STAFF_ALONE), migrations.RunSQL.noop),
    ]
