"""A report as somebody sent it: its case, its fixes, its photos, who follows it; and the walls."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import municipality.people.models
from municipality import crs

# Through the report's case: its parties see it, everybody else by an action that asks who.
SEEN = """
CREATE FUNCTION observation_is_seen(wanted bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT EXISTS (SELECT FROM observations_submission s
    WHERE s.observation_id = wanted AND case_is_seen(s.case_id)) $$;
"""
UNSEEN = "DROP FUNCTION observation_is_seen(bigint)"


def wall(table: str, seen: str) -> str:
    """Return the statements that wall a table: added to by anyone, seen by those named."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON {table} FOR SELECT USING ({seen});
CREATE POLICY changed ON {table} FOR UPDATE USING ({seen});
CREATE POLICY removed ON {table} FOR DELETE USING ({seen});
"""


OWN = "person_id = nullif(current_setting('geo.person', true), '')::bigint"
WALLS = [
    wall("observations_submission", "reach_is_wide() OR case_is_seen(case_id)"),
    wall("observations_fix", "reach_is_wide() OR observation_is_seen(observation_id)"),
    wall("observations_photo", "reach_is_wide() OR observation_is_seen(observation_id)"),
    wall("observations_follower", f"reach_is_wide() OR {OWN}"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_consultations_and_meetings"),
        ("documents", "0004_papers_to_archive"),
        ("observations", "0002_heat_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Fix",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("gps", "تحديد تلقائي"),
                            ("pin", "دبوس على الخريطة"),
                            ("exif", "الصورة"),
                            ("address", "عنوان"),
                            ("caller", "وصف المتصل"),
                            ("imported", "ملف"),
                        ],
                        max_length=12,
                    ),
                ),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=crs.METRIC)),
                ("accuracy_m", models.FloatField(blank=True, null=True)),
                (
                    "fixed_at",
                    models.DateTimeField(
                        blank=True, help_text="by the device or the photo", null=True
                    ),
                ),
                ("told_at", models.DateTimeField()),
                ("counts_from", models.DateTimeField(blank=True, null=True)),
                ("counts_until", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Follower",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=municipality.people.models.new_public_id,
                        editable=False,
                        max_length=22,
                        unique=True,
                    ),
                ),
                (
                    "of_the_work",
                    models.BooleanField(
                        default=False, help_text="taken by the municipality, of what was done"
                    ),
                ),
                (
                    "shown",
                    models.CharField(
                        choices=[
                            ("waiting", "بانتظار المراجعة"),
                            ("shown", "معروضة"),
                            ("hidden", "محجوبة"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=60, null=True)),
                ("description", models.TextField(blank=True, max_length=2000)),
                (
                    "sent_at",
                    models.DateTimeField(
                        help_text="when it arrived; the report names when it was made"
                    ),
                ),
                ("planned_on", models.DateField(blank=True, null=True)),
                (
                    "shown",
                    models.CharField(
                        choices=[
                            ("waiting", "بانتظار المراجعة"),
                            ("shown", "معروض"),
                            ("hidden", "محجوب"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("shown_from", models.DateTimeField(blank=True, null=True)),
                (
                    "shown_point",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True,
                        help_text="on the road or in the middle of 50 m",
                        null=True,
                        srid=crs.METRIC,
                    ),
                ),
                (
                    "rating",
                    models.PositiveSmallIntegerField(blank=True, help_text="1 to 5", null=True),
                ),
                ("rated_text", models.CharField(blank=True, max_length=1000)),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(help_text="1 (hours) to 4 (weeks)")),
                ("minutes", models.PositiveIntegerField()),
                (
                    "round_the_clock",
                    models.BooleanField(
                        default=False, help_text="minutes of any hour; else of office hours"
                    ),
                ),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("source", models.CharField(max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="category",
            name="replaced_by",
            field=models.ForeignKey(
                blank=True,
                help_text="what a report of it becomes that was drafted before",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="observations.category",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="retired_on",
            field=models.DateField(
                blank=True, help_text="from this day on nobody chooses it", null=True
            ),
        ),
        migrations.AddField(
            model_name="observation",
            name="due_at",
            field=models.DateTimeField(
                blank=True, help_text="as promised; none: no promise", null=True
            ),
        ),
        migrations.AddField(
            model_name="observation",
            name="first_answered_at",
            field=models.DateTimeField(
                blank=True, help_text="when an officer first did something about it", null=True
            ),
        ),
        migrations.AlterField(
            model_name="observation",
            name="fix_origin",
            field=models.CharField(
                choices=[
                    ("gps", "تحديد تلقائي"),
                    ("pin", "دبوس على الخريطة"),
                    ("exif", "الصورة"),
                    ("address", "عنوان"),
                    ("caller", "وصف المتصل"),
                    ("imported", "ملف"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaced_by", None), ("retired_on__isnull", False), _connector="OR"
                ),
                name="category_is_replaced_when_it_is_retired",
                violation_error_message="A category that is replaced has the day it was retired.",
            ),
        ),
        migrations.AddField(
            model_name="fix",
            name="by_person",
            field=models.ForeignKey(
                blank=True,
                help_text="the officer who moved the pin; none: the sender",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="fix",
            name="observation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fixes",
                to="observations.observation",
            ),
        ),
        migrations.AddField(
            model_name="follower",
            name="observation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followers",
                to="observations.observation",
            ),
        ),
        migrations.AddField(
            model_name="follower",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="file",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="looked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="observation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="photos",
                to="observations.observation",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="case",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="observation",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="duplicate_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duplicates",
                to="observations.observation",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="observation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="submission",
                to="observations.observation",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="person",
            field=models.ForeignKey(
                blank=True,
                help_text="whose report it is; none: a caller without an account",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="split_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="observations.observation",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="category",
            field=models.ForeignKey(
                blank=True,
                help_text="none: of every category of this priority without one of its own",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="targets",
                to="observations.category",
            ),
        ),
        migrations.AddConstraint(
            model_name="fix",
            constraint=models.UniqueConstraint(
                condition=models.Q(("counts_from__isnull", False), ("counts_until", None)),
                fields=("observation",),
                name="fix_one_counts",
                violation_error_message="A report has one position that counts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fix",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("counts_until", None),
                    ("counts_until__gte", models.F("counts_from")),
                    _connector="OR",
                ),
                name="fix_counts_forward",
                violation_error_message="A position counts until after it counted from.",
            ),
        ),
        migrations.AddConstraint(
            model_name="follower",
            constraint=models.UniqueConstraint(
                fields=("observation", "person"),
                name="follower_once",
                violation_error_message="You follow this report already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shown", "waiting"),
                    models.Q(("looked_at__isnull", False), ("looked_by__isnull", False)),
                    _connector="OR",
                ),
                name="photo_shown_was_looked_at",
                violation_error_message="A photo is shown or hidden by somebody who looked at it.",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["person", "-sent_at"], name="submission_by_person"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["shown", "sent_at"], name="submission_by_shown"),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", None), _negated=True),
                fields=("person", "key"),
                name="submission_once_a_key",
                violation_error_message="This report was already sent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("duplicate_of", None),
                    models.Q(("duplicate_of", models.F("observation")), _negated=True),
                    _connector="OR",
                ),
                name="submission_is_no_duplicate_of_itself",
                violation_error_message="A report is no duplicate of itself.",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("shown", "shown"), _negated=True),
                    models.Q(("shown_from__isnull", False), ("shown_point__isnull", False)),
                    _connector="OR",
                ),
                name="submission_shown_has_its_public_place",
                violation_error_message="What the public sees has a place and a day for it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rated_at", None), ("rating", None)),
                    models.Q(("rated_at__isnull", False), ("rating__gte", 1), ("rating__lte", 5)),
                    _connector="OR",
                ),
                name="submission_rated_from_one_to_five",
                violation_error_message="A rating is from 1 to 5.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("priority", "="),
                    (django.db.models.functions.comparison.Coalesce("category", 0), "="),
                    ("valid", "&&"),
                ],
                name="target_one_a_day",
                violation_error_message="Another target of this holds on some of these days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gt", 0)),
                name="target_takes_time",
                violation_error_message="A target is more than no time.",
            ),
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        *(migrations.RunSQL(one, migrations.RunSQL.noop) for one in WALLS),
    ]
