"""Who answers for which ground, where each report was routed, and the wall before it."""

import django.contrib.gis.db.models.fields
import django.contrib.gis.db.models.functions
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

from municipality import crs
from municipality.places.stamps import rise_with

WALL = """
ALTER TABLE observations_routed ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON observations_routed FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON observations_routed FOR SELECT
  USING (reach_is_wide() OR observation_is_seen(observation_id));
CREATE POLICY changed ON observations_routed FOR UPDATE
  USING (reach_is_wide() OR observation_is_seen(observation_id));
CREATE POLICY removed ON observations_routed FOR DELETE
  USING (reach_is_wide() OR observation_is_seen(observation_id));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("observations", "0003_submissions"),
        ("places", "0004_fold_plain_text_sooner"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Body",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name_ar", models.CharField(max_length=160)),
                ("name_en", models.CharField(max_length=160)),
                ("is_outside", models.BooleanField(default=False)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, help_text="E.164", max_length=16)),
                ("source", models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Responsibility",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "boundary",
                    django.contrib.gis.db.models.fields.MultiPolygonField(srid=crs.METRIC),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="[first day, day after the last); days of the city"
                    ),
                ),
                ("source", models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Routed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("inside", "inside"),
                            ("near_edge", "near_edge"),
                            ("ambiguous", "ambiguous"),
                            ("outside", "outside"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "candidates",
                    models.JSONField(
                        help_text="[{body, responsibility, category, distance_m}], the likeliest first"
                    ),
                ),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=crs.METRIC)),
                ("accuracy_m", models.FloatField()),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("intake", "استلام الملاحظة"),
                            ("pin_moved", "نُقل الدبوس"),
                            ("recategorised", "تغيّر التصنيف"),
                            ("boundary_changed", "تغيّرت حدود المسؤولية"),
                            ("by_hand", "اختاره موظف"),
                        ],
                        max_length=16,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="body",
            name="directorate",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="body",
                to="places.directorate",
            ),
        ),
        migrations.AddField(
            model_name="responsibility",
            name="body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="responsibilities",
                to="observations.body",
            ),
        ),
        migrations.AddField(
            model_name="responsibility",
            name="category",
            field=models.ForeignKey(
                blank=True,
                help_text="none: every category without a rule of its own at that place",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="observations.category",
            ),
        ),
        migrations.AddField(
            model_name="routed",
            name="body",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="observations.body",
            ),
        ),
        migrations.AddField(
            model_name="routed",
            name="by_person",
            field=models.ForeignKey(
                blank=True,
                help_text="none: the platform itself",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="routed",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="observations.category",
            ),
        ),
        migrations.AddField(
            model_name="routed",
            name="observation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="routings",
                to="observations.observation",
            ),
        ),
        migrations.AddField(
            model_name="routed",
            name="responsibility",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="observations.responsibility",
            ),
        ),
        migrations.AddConstraint(
            model_name="body",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("directorate", None), ("is_outside", True)),
                    models.Q(("directorate__isnull", False), ("is_outside", False)),
                    _connector="OR",
                ),
                name="body_is_a_directorate_or_outside",
                violation_error_message="A body is a directorate of ours or stands outside.",
            ),
        ),
        migrations.AddConstraint(
            model_name="responsibility",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("body", "="),
                    (django.db.models.functions.comparison.Coalesce("category", 0), "="),
                    ("valid", "&&"),
                ],
                name="responsibility_one_boundary_a_day",
                violation_error_message="Another boundary of this body for this category holds on some of these days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="responsibility",
            constraint=models.CheckConstraint(
                condition=django.contrib.gis.db.models.functions.IsValid("boundary"),
                name="responsibility_has_a_sound_boundary",
                violation_error_message="The boundary crosses itself.",
            ),
        ),
        migrations.AddIndex(
            model_name="routed",
            index=models.Index(
                condition=models.Q(("body", None), ("until", None)),
                fields=["result"],
                name="routed_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="routed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)),
                fields=("observation",),
                name="routed_one_stands",
                violation_error_message="A report is routed to one place at a time.",
            ),
        ),
        migrations.AddConstraint(
            model_name="routed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("body__isnull", False), ("by_person__isnull", False), ("why", "by_hand")
                    ),
                    models.Q(
                        models.Q(("why", "by_hand"), _negated=True),
                        ("body__isnull", False),
                        ("responsibility__isnull", False),
                        ("result", "inside"),
                    ),
                    models.Q(
                        models.Q(("why", "by_hand"), _negated=True),
                        models.Q(("result", "inside"), _negated=True),
                        ("body", None),
                        ("responsibility", None),
                    ),
                    _connector="OR",
                ),
                name="routed_to_nobody_unless_clear",
                violation_error_message="A body is named where it is clear, or by an officer.",
            ),
        ),
        migrations.AddConstraint(
            model_name="routed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until", None), ("until__gte", models.F("at")), _connector="OR"
                ),
                name="routed_stands_forward",
                violation_error_message="An answer stands until after it was given.",
            ),
        ),
        rise_with("observations_body", "responsibilities"),
        rise_with("observations_responsibility", "responsibilities"),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
