"""Guest layers: tables in longitude and latitude (spatial.md §1)."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models

from municipality import crs


class Migration(migrations.Migration):
    initial = True

    dependencies = [("places", "0001_extensions")]

    operations = [
        migrations.CreateModel(
            name="GuestLayer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=60, unique=True)),
                ("name_ar", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=120)),
                ("source", models.CharField(blank=True, max_length=200)),
                ("imported_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z0-9_]*$")),
                        name="guest_code_is_plain",
                        violation_error_message="A guest layer's code is small letters, digits and _.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GuestFeature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("register_key", models.CharField(blank=True, max_length=80)),
                ("shape", django.contrib.gis.db.models.fields.GeometryField(srid=crs.LONLAT)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                (
                    "layer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="features",
                        to="maps.guestlayer",
                    ),
                ),
            ],
        ),
    ]
