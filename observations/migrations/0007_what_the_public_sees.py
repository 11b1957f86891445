"""What the public may see of reports: a view without the exact point, persons and words.

It belongs to the tables' owner, whom no wall asks: its own condition is the wall.
"""

import django.contrib.gis.db.models.fields
from django.db import migrations, models

from municipality import crs

# Statuses: every one but rejected (observations.reports.public.PUBLIC_STATUSES).
VIEW = """
CREATE VIEW observations_public AS
SELECT o.id, o.public_id, o.category_id, o.status, c.state, s.shown_point AS point,
  o.reported_at, o.reported_on, greatest(c.entered_at, s.shown_from) AS updated_at, o.due_at,
  s.planned_on, o.closed_at, o.wilayat_id, o.area_id, c.directorate_id, s.shown_from
FROM observations_submission s
JOIN observations_observation o ON o.id = s.observation_id
JOIN observations_category k ON k.id = o.category_id
JOIN cases_case c ON c.id = s.case_id
WHERE s.shown = 'shown' AND k.public AND o.status IN (1, 2, 3, 4)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("observations", "0006_rounds"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(unique=True)),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "جديد"),
                            (2, "محال"),
                            (3, "قيد التنفيذ"),
                            (4, "مغلق"),
                            (5, "مرفوض"),
                        ]
                    ),
                ),
                ("state", models.CharField(help_text="of its case", max_length=40)),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=crs.METRIC)),
                ("reported_at", models.DateTimeField()),
                ("reported_on", models.DateField()),
                (
                    "updated_at",
                    models.DateTimeField(
                        help_text="when it came into its state, or was first shown"
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("planned_on", models.DateField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("shown_from", models.DateTimeField()),
            ],
            options={"db_table": "observations_public", "managed": False},
        ),
        migrations.RunSQL(VIEW, "DROP VIEW observations_public"),
    ]
