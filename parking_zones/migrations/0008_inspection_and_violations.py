"""Checks of inspectors with their evidence, and the violations that stand on them."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import municipality.people.models
from municipality import crs

NUMBERS = "CREATE SEQUENCE parking_violation_number"


def wall(table: str, seen: str) -> str:
    """Return the statements that wall a table: added to by anyone, seen by those named."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON {table} FOR SELECT USING ({seen});
CREATE POLICY changed ON {table} FOR UPDATE USING ({seen});
CREATE POLICY removed ON {table} FOR DELETE USING ({seen});
"""


# Where a vehicle stood is seen by the staff alone; a payer comes by an action that asks who.
WALLS = [
    wall("parking_zones_parkingcheck", "reach_is_wide()"),
    wall("parking_zones_violation", "reach_is_wide()"),
    wall("parking_zones_dispute", "reach_is_wide() OR case_is_seen(case_id)"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_consultations_and_meetings"),
        ("importing", "0002_record_batches"),
        ("parking_zones", "0007_parking_permits"),
    ]

    operations = [
        migrations.RunSQL(NUMBERS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Offence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30)),
                ("name_ar", models.CharField(max_length=150)),
                ("name_en", models.CharField(max_length=150)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("unpaid", "لا تذكرة ولا تصريح"),
                            ("bay", "على موقف من نوع معين"),
                            ("zone", "داخل منطقة مواقف"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "bay_kind",
                    models.CharField(
                        blank=True, help_text="of Bay.Kind, where basis is", max_length=20
                    ),
                ),
                ("fine_baisa", models.BigIntegerField()),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fine_baisa__gt", 0)),
                        name="offence_is_fined",
                        violation_error_message="A fine is more than nothing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "bay"), models.Q(("bay_kind", ""), _negated=True)),
                            models.Q(models.Q(("basis", "bay"), _negated=True), ("bay_kind", "")),
                            _connector="OR",
                        ),
                        name="offence_names_its_bay",
                        violation_error_message="An offence on a bay names the kind of bay.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("code", "="), ("valid", "&&")],
                        name="offence_one_fine_a_day",
                        violation_error_message="Another fine of this offence holds on some of these days.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ParkingCheck",
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
                ("inspector_id", models.BigIntegerField()),
                ("plate_key", models.CharField(max_length=24)),
                ("plate_text", models.CharField(help_text="as it was typed", max_length=40)),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=crs.METRIC)),
                ("accuracy_m", models.FloatField()),
                (
                    "origin",
                    models.CharField(help_text="gps: a reading; pin: set by hand", max_length=8),
                ),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("key", models.CharField(blank=True, max_length=80, null=True)),
                ("may_stand", models.BooleanField(null=True)),
                ("reason", models.CharField(max_length=24)),
                ("place", models.CharField(max_length=10)),
                ("zone_version", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "evidence",
                    models.JSONField(
                        help_text="zones, distances, hours, tariff and rights judged by"
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parking_zones.zone",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Violation",
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
                    "number",
                    models.CharField(help_text="PV-2026-0000123", max_length=20, unique=True),
                ),
                (
                    "plate_key",
                    models.CharField(help_text="parking_zones.plates, Plate.key", max_length=24),
                ),
                ("offence_code", models.CharField(max_length=30)),
                ("fine_baisa", models.BigIntegerField()),
                (
                    "spell_from",
                    models.DateTimeField(
                        help_text="begin of the paid hours, or of the day: one violation of an offence in it"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "بانتظار قرار المشرف"),
                            ("issued", "محررة"),
                            ("dropped", "لم تُعتمد"),
                            ("cancelled", "ملغاة"),
                        ],
                        max_length=10,
                    ),
                ),
                ("inspector_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "evidence",
                    models.JSONField(
                        default=dict,
                        help_text=(
                            "the answer of the very second it was issued; empty: earlier record"
                        ),
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("issued_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("decided_by_id", models.BigIntegerField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_why", models.CharField(blank=True, max_length=300)),
                ("key", models.CharField(blank=True, max_length=80, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="importing.recordbatch",
                    ),
                ),
                (
                    "offence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parking_zones.offence",
                    ),
                ),
                (
                    "parking_check",
                    models.OneToOneField(
                        blank=True,
                        help_text="none: an earlier record",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="violation",
                        to="parking_zones.parkingcheck",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parking_zones.zone",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(max_length=2000)),
                ("is_open", models.BooleanField(default=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parking_dispute",
                        to="cases.case",
                    ),
                ),
                (
                    "violation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="parking_zones.violation",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="parkingcheck",
            index=models.Index(fields=["inspector_id", "-at"], name="check_by_inspector"),
        ),
        migrations.AddIndex(
            model_name="parkingcheck",
            index=models.Index(fields=["plate_key", "-at"], name="check_by_plate"),
        ),
        migrations.AddConstraint(
            model_name="parkingcheck",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", None), _negated=True),
                fields=("inspector_id", "key"),
                name="check_once_a_key",
                violation_error_message="This check was already sent.",
            ),
        ),
        migrations.AddIndex(
            model_name="violation",
            index=models.Index(fields=["plate_key", "-issued_at"], name="violation_by_plate"),
        ),
        migrations.AddIndex(
            model_name="violation",
            index=models.Index(fields=["state", "issued_at"], name="violation_by_state"),
        ),
        migrations.AddIndex(
            model_name="violation",
            index=models.Index(
                fields=["inspector_id", "-issued_at"], name="violation_by_inspector"
            ),
        ),
        migrations.AddConstraint(
            model_name="violation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("batch", None), ("state__in", ("proposed", "issued"))),
                fields=("plate_key", "offence_code", "zone", "spell_from"),
                name="violation_once_a_spell",
                nulls_distinct=False,
                violation_error_message="This vehicle already has this violation here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="violation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", None), _negated=True),
                fields=("inspector_id", "key"),
                name="violation_once_a_key",
                violation_error_message="This violation was already sent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="violation",
            constraint=models.CheckConstraint(
                condition=models.Q(("received_at__gte", models.F("issued_at"))),
                name="violation_is_received_after_it_was_issued",
                violation_error_message="A violation is received after it was issued.",
            ),
        ),
        migrations.AddConstraint(
            model_name="violation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("proposed", "issued")),
                    models.Q(
                        ("decided_at__isnull", False), models.Q(("decided_why", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="violation_decided_says_by_whom_and_why",
                violation_error_message="A violation that was dropped or cancelled says why.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_open", True)),
                fields=("violation",),
                name="dispute_one_open_a_violation",
                violation_error_message="This violation is already disputed.",
            ),
        ),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in WALLS),
    ]
