"""Files of the heat that a job writes and that are kept for a day."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("maps", "0004_kept_hot_spots"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeatExport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "person_id",
                    models.BigIntegerField(help_text="who asked, and alone may fetch it"),
                ),
                ("kind", models.CharField(max_length=10)),
                ("question", models.TextField(help_text="the query string as it was asked")),
                ("language", models.CharField(max_length=8)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("media_type", models.CharField(blank=True, max_length=120)),
                ("data", models.BinaryField(null=True)),
                ("failure_ar", models.TextField(blank=True)),
                ("failure_en", models.TextField(blank=True)),
                ("asked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("person_id",),
                        name="heat_export_waits_once_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("data", None), ("state", "waiting")),
                            models.Q(("data__isnull", False), ("state", "ready")),
                            models.Q(("data", None), ("state", "failed")),
                            _connector="OR",
                        ),
                        name="heat_export_is_what_its_state_says",
                        violation_error_message="A file is there when it is ready, and only then.",
                    ),
                ],
            },
        ),
    ]
