"""Parking permits: what is asked for, what is held, and which vehicle has it when."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import municipality.people.models
from municipality import crs

NUMBERS = "CREATE SEQUENCE parking_permit_number"
# Kind, zone and bay of a vehicle's row are its permit's, whoever writes it.
OF_ITS_PERMIT = """
CREATE FUNCTION permit_vehicle_is_of_its_permit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
  SELECT p.kind, p.zone_id, p.bay_id INTO NEW.kind, NEW.zone_id, NEW.bay_id
  FROM parking_zones_parkingpermit p WHERE p.id = NEW.permit_id;
  RETURN NEW;
END $$;
CREATE TRIGGER permit_vehicle_is_of_its_permit BEFORE INSERT OR UPDATE
  ON parking_zones_permitvehicle
  FOR EACH ROW EXECUTE FUNCTION permit_vehicle_is_of_its_permit();
CREATE FUNCTION permit_keeps_what_it_is_for() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'kind, zone and bay of a permit are never changed' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER permit_keeps_what_it_is_for BEFORE UPDATE ON parking_zones_parkingpermit
  FOR EACH ROW WHEN ((OLD.kind, OLD.zone_id, OLD.bay_id)
                     IS DISTINCT FROM (NEW.kind, NEW.zone_id, NEW.bay_id))
  EXECUTE FUNCTION permit_keeps_what_it_is_for();
"""
# A permit names its holder: the holder, who is on its case, and the staff see it.
OWN = """
reach_is_wide() OR (
  current_setting('geo.reach', true) = 'own'
  AND person_id = nullif(current_setting('geo.person', true), '')::bigint)
  OR case_is_seen(case_id)
"""
OF_A_PERMIT = """
reach_is_wide() OR EXISTS (SELECT FROM parking_zones_parkingpermit p WHERE p.id = permit_id)
"""
ON_CASE = "reach_is_wide() OR case_is_seen(case_id)"


def wall(table: str, seen: str) -> str:
    """Return the statements that wall a table: added to by anyone, seen by whose it is."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON {table} FOR SELECT USING ({seen});
CREATE POLICY changed ON {table} FOR UPDATE USING ({seen});
CREATE POLICY removed ON {table} FOR DELETE USING (reach_is_wide());
"""


WALLS = "".join(
    (
        wall("parking_zones_parkingpermit", OWN),
        wall("parking_zones_permitvehicle", OF_A_PERMIT),
        wall("parking_zones_permitrequest", ON_CASE),
    )
)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_number_and_walls"),
        ("documents", "0001_issued_papers"),
        ("importing", "0002_record_batches"),
        ("parking_zones", "0006_tickets"),
        ("plots", "0001_register"),
    ]

    operations = [
        migrations.RunSQL(NUMBERS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ParkingPermit",
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
                    models.CharField(help_text="PP-2026-000123", max_length=20, unique=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("one_zone", "تصريح لمنطقة واحدة"),
                            ("all_zones", "تصريح لكل المناطق"),
                            ("reserved_bay", "موقف محجوز"),
                            ("special", "تصريح وقوف خاص"),
                        ],
                        max_length=12,
                    ),
                ),
                ("plot_number", models.CharField(blank=True, max_length=60)),
                ("unit", models.CharField(blank=True, max_length=40)),
                (
                    "holder",
                    models.CharField(
                        choices=[("person", "فرد"), ("company", "شركة")],
                        default="person",
                        max_length=8,
                    ),
                ),
                ("holder_name", models.CharField(max_length=150)),
                (
                    "person_id",
                    models.BigIntegerField(blank=True, help_text="the holder's account", null=True),
                ),
                ("civil_number", models.CharField(blank=True, max_length=20)),
                ("commercial_number", models.CharField(blank=True, max_length=20)),
                ("phone", models.CharField(blank=True, help_text="E.164", max_length=16)),
                ("language", models.CharField(default="ar", max_length=2)),
                ("months", models.PositiveSmallIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(help_text="the day after the last")),
                ("issued_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_why", models.CharField(blank=True, max_length=300)),
                (
                    "reminded_days",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="days before the end of the last reminder", null=True
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=200)),
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
                    "bay",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="permits",
                        to="parking_zones.bay",
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        blank=True,
                        help_text="that issued it; none: an earlier record",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parking_permit",
                        to="cases.case",
                    ),
                ),
                (
                    "paper",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.issuedpaper",
                    ),
                ),
                (
                    "plot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plots.plot",
                    ),
                ),
                (
                    "renews",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal",
                        to="parking_zones.parkingpermit",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="permits",
                        to="parking_zones.zone",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PermitRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("issue", "تصريح جديد"),
                            ("renew", "تجديد"),
                            ("vehicle", "تغيير المركبة"),
                            ("lost", "بدل فاقد"),
                            ("end", "إنهاء مبكر"),
                        ],
                        default="issue",
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("one_zone", "تصريح لمنطقة واحدة"),
                            ("all_zones", "تصريح لكل المناطق"),
                            ("reserved_bay", "موقف محجوز"),
                            ("special", "تصريح وقوف خاص"),
                        ],
                        max_length=12,
                    ),
                ),
                ("zone_answer", models.CharField(blank=True, max_length=12)),
                (
                    "zones_found",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "bay_place",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True, null=True, srid=crs.METRIC
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=40)),
                (
                    "holder",
                    models.CharField(
                        choices=[("person", "فرد"), ("company", "شركة")],
                        default="person",
                        max_length=8,
                    ),
                ),
                ("holder_name", models.CharField(max_length=150)),
                ("civil_number", models.CharField(blank=True, max_length=20)),
                ("commercial_number", models.CharField(blank=True, max_length=20)),
                ("purpose", models.CharField(blank=True, max_length=300)),
                ("plate_key", models.CharField(blank=True, max_length=24)),
                ("months", models.PositiveSmallIntegerField(default=1)),
                ("starts_on", models.DateField(blank=True, null=True)),
                (
                    "vehicle_answer",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="what the vehicle register said when it was asked",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("web", "الموقع"), ("api", "برنامج"), ("sms", "رسالة نصية")],
                        default="web",
                        max_length=4,
                    ),
                ),
                (
                    "request_key",
                    models.CharField(blank=True, max_length=100, null=True, unique=True),
                ),
                (
                    "bay",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parking_zones.bay",
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parking_permit_request",
                        to="cases.case",
                    ),
                ),
                (
                    "permit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="parking_zones.parkingpermit",
                    ),
                ),
                (
                    "plot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plots.plot",
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
            name="PermitVehicle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "plate_key",
                    models.CharField(help_text="parking_zones.plates, Plate.key", max_length=24),
                ),
                ("valid", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("one_zone", "تصريح لمنطقة واحدة"),
                            ("all_zones", "تصريح لكل المناطق"),
                            ("reserved_bay", "موقف محجوز"),
                            ("special", "تصريح وقوف خاص"),
                        ],
                        editable=False,
                        max_length=12,
                    ),
                ),
                ("zone_id", models.BigIntegerField(editable=False, null=True)),
                ("bay_id", models.BigIntegerField(editable=False, null=True)),
                (
                    "permit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="vehicles",
                        to="parking_zones.parkingpermit",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="parkingpermit",
            index=models.Index(fields=["person_id", "ends_on"], name="permit_by_person"),
        ),
        migrations.AddIndex(
            model_name="parkingpermit",
            index=models.Index(fields=["phone", "ends_on"], name="permit_by_phone"),
        ),
        migrations.AddIndex(
            model_name="parkingpermit",
            index=models.Index(fields=["plot", "ends_on"], name="permit_by_plot"),
        ),
        migrations.AddIndex(
            model_name="parkingpermit",
            index=models.Index(fields=["ends_on"], name="permit_by_end"),
        ),
        migrations.AddIndex(
            model_name="parkingpermit",
            index=models.Index(fields=["zone", "starts_on"], name="permit_by_zone"),
        ),
        migrations.AddConstraint(
            model_name="parkingpermit",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="permit_does_not_end_before_it_starts",
                violation_error_message="A permit does not end before it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingpermit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("bay", None),
                        ("kind__in", ("one_zone", "special")),
                        ("zone__isnull", False),
                    ),
                    models.Q(("bay", None), ("kind", "all_zones"), ("zone", None)),
                    models.Q(("bay__isnull", False), ("kind", "reserved_bay")),
                    _connector="OR",
                ),
                name="permit_names_what_its_kind_is_for",
                violation_error_message="A permit names the zone or the bay that it is for.",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingpermit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_why", "")),
                    models.Q(
                        ("ended_at__isnull", False), models.Q(("ended_why", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="permit_ended_early_says_why",
                violation_error_message="A permit that was ended says when and why.",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkingpermit",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind", "reserved_bay")),
                expressions=[
                    ("bay", "="),
                    (
                        models.Func(
                            "starts_on",
                            "ends_on",
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="permit_bay_held_once",
                violation_error_message="This bay is held by another permit on some of these days.",
            ),
        ),
        migrations.AddIndex(
            model_name="permitvehicle",
            index=models.Index(fields=["plate_key"], name="permit_vehicle_by_plate"),
        ),
        migrations.AddConstraint(
            model_name="permitvehicle",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("permit", "="), ("valid", "&&")],
                name="permit_one_vehicle_at_a_time",
                violation_error_message="A permit is good for one vehicle at a time.",
            ),
        ),
        migrations.AddConstraint(
            model_name="permitvehicle",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("plate_key", "="),
                    ("kind", "="),
                    (
                        django.db.models.functions.comparison.Coalesce("zone_id", models.Value(0)),
                        "=",
                    ),
                    (
                        django.db.models.functions.comparison.Coalesce("bay_id", models.Value(0)),
                        "=",
                    ),
                    ("valid", "&&"),
                ],
                name="permit_vehicle_once_a_zone",
                violation_error_message="This vehicle has such a permit on some of these days.",
            ),
        ),
        migrations.RunSQL(OF_ITS_PERMIT, migrations.RunSQL.noop),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
