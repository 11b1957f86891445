"""Tickets: who bought which minutes for which plate, and where a ticket is good."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import municipality.people.models
from municipality.places.stamps import rise_with

NUMBERS = "CREATE SEQUENCE parking_ticket_number"
# A ticket says where a vehicle stood: its buyer and the staff see it.
SEEN = """
reach_is_wide() OR (
  current_setting('geo.reach', true) = 'own'
  AND person_id = nullif(current_setting('geo.person', true), '')::bigint)
"""
WALL = f"""
ALTER TABLE parking_zones_parkingticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON parking_zones_parkingticket FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON parking_zones_parkingticket FOR SELECT USING ({SEEN});
CREATE POLICY changed ON parking_zones_parkingticket FOR UPDATE USING ({SEEN});
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_number_and_walls"),
        ("parking_zones", "0005_terms_of_tickets"),
    ]

    operations = [
        migrations.RunSQL(NUMBERS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="GoodIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("source", models.CharField(max_length=200)),
                (
                    "in_zone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parking_zones.zone",
                    ),
                ),
                (
                    "ticket_zone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parking_zones.zone",
                    ),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    "ticket_zone", models.Value(0)
                                ),
                                "=",
                            ),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    "in_zone", models.Value(0)
                                ),
                                "=",
                            ),
                            ("valid", "&&"),
                        ],
                        name="ticket_good_in_once_a_day",
                        violation_error_message="This is already said for some of these days.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ParkingTicket",
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
                    models.CharField(help_text="PT-2026-0000123", max_length=20, unique=True),
                ),
                (
                    "plate_key",
                    models.CharField(help_text="parking_zones.plates, Plate.key", max_length=24),
                ),
                ("zone_version", models.PositiveIntegerField(blank=True, null=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("amount_baisa", models.BigIntegerField()),
                (
                    "lines",
                    models.JSONField(
                        help_text="why it costs what it costs: the stretches of the quote"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("app", "التطبيق"), ("sms", "رسالة نصية")], max_length=4
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "بانتظار الدفع"),
                            ("paid", "مدفوعة"),
                            ("lapsed", "لم تُدفع"),
                        ],
                        default="asked",
                        max_length=6,
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        help_text="E.164 of the buyer, who alone extends it", max_length=16
                    ),
                ),
                ("person_id", models.BigIntegerField(blank=True, null=True)),
                ("language", models.CharField(max_length=2)),
                (
                    "key",
                    models.CharField(
                        help_text="the same key is the same ticket", max_length=80, unique=True
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "tried_at",
                    models.DateTimeField(blank=True, help_text="the operator was asked", null=True),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "operator_number",
                    models.CharField(
                        blank=True,
                        help_text="of the operator's own charge",
                        max_length=80,
                        null=True,
                        unique=True,
                    ),
                ),
                ("why_lapsed", models.CharField(blank=True, max_length=120)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "root",
                    models.ForeignKey(
                        blank=True,
                        help_text="the first ticket of an extended stay; empty on the first itself",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to="parking_zones.parkingticket",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: bought without a place",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="parking_zones.zone",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["plate_key", "ends_at"], name="ticket_by_plate"),
                    models.Index(fields=["phone", "asked_at"], name="ticket_by_phone"),
                    models.Index(fields=["person_id", "asked_at"], name="ticket_by_person"),
                    models.Index(
                        condition=models.Q(("state", "asked")),
                        fields=["asked_at"],
                        name="ticket_asked",
                    ),
                    models.Index(
                        condition=models.Q(("reminded_at", None), ("state", "paid")),
                        fields=["ends_at"],
                        name="ticket_to_remind",
                    ),
                    models.Index(fields=["zone", "starts_at"], name="ticket_by_zone"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="ticket_ends_after_it_starts",
                        violation_error_message="A ticket ends after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_baisa__gt", 0)),
                        name="ticket_costs_something",
                        violation_error_message="A ticket that costs nothing is not sold.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "asked")),
                            models.Q(
                                models.Q(("state", "asked"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ticket_is_decided_when_it_leaves_asked",
                        violation_error_message="A ticket that is paid or lapsed says since when.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state", "lapsed"), _negated=True),
                        expressions=[
                            ("phone", "="),
                            ("plate_key", "="),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    "zone", models.Value(0)
                                ),
                                "=",
                            ),
                            (
                                models.Func(
                                    "starts_at",
                                    "ends_at",
                                    function="tstzrange",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="ticket_sells_no_minute_twice",
                        violation_error_message="These minutes of this vehicle are already bought.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
        rise_with("parking_zones_goodin", "zones"),
    ]
