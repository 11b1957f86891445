"""Areas that people follow, behind the wall of their own rows."""

import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

WALL = """
ALTER TABLE observations_areaalert ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON observations_areaalert USING (
  reach_is_wide() OR person_id = nullif(current_setting('geo.person', true), '')::bigint
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("observations", "0010_saved_views"),
        ("places", "0005_populations_by_year"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AreaAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("told_until", models.DateTimeField()),
                ("told_on", models.DateField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="places.area",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        help_text="none: every category",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="observations.category",
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
                (
                    "wilayat",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="places.wilayat",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("person"),
                        django.db.models.functions.comparison.Coalesce("wilayat", 0),
                        django.db.models.functions.comparison.Coalesce("area", 0),
                        django.db.models.functions.comparison.Coalesce("category", 0),
                        name="area_alert_once",
                        violation_error_message="You follow this already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area", None), ("wilayat__isnull", False)),
                            models.Q(("area__isnull", False), ("wilayat", None)),
                            _connector="OR",
                        ),
                        name="area_alert_of_a_wilayat_or_an_area",
                        violation_error_message="A wilayat or a housing area is followed.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
