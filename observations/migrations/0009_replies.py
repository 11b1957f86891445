"""Ready answers of officers."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("observations", "0008_forwarding"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        help_text="of the profile's file; none: entered by the municipality",
                        max_length=60,
                        null=True,
                        unique=True,
                    ),
                ),
                ("edge", models.CharField(max_length=40)),
                ("ar", models.TextField(max_length=1000)),
                ("en", models.TextField(max_length=1000)),
                ("active", models.BooleanField(default=True)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        help_text="none: of every category",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="observations.category",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ar", ""), _negated=True), models.Q(("en", ""), _negated=True)
                        ),
                        name="reply_in_both_languages",
                        violation_error_message="A ready answer is in Arabic and in English.",
                    )
                ],
            },
        ),
    ]
