"""Changes of hours, prices and terms: proposed by one person, set by another."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import municipality.people.models


class Migration(migrations.Migration):
    dependencies = [("parking_zones", "0008_inspection_and_violations")]

    operations = [
        migrations.CreateModel(
            name="RuleChange",
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
                    "sort",
                    models.CharField(
                        choices=[
                            ("hours", "أوقات الرسوم"),
                            ("price", "السعر"),
                            ("terms", "شروط التذاكر"),
                        ],
                        max_length=5,
                    ),
                ),
                ("first", models.DateField()),
                (
                    "after",
                    models.DateField(blank=True, help_text="the day after the last", null=True),
                ),
                ("draft", models.JSONField()),
                ("source", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "بانتظار شخص آخر"),
                            ("set", "اعتُمد"),
                            ("dropped", "لم يُعتمد"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("proposed_by_id", models.BigIntegerField(help_text="the person's account")),
                ("proposed_by_name", models.CharField(max_length=150)),
                ("proposed_by_role", models.CharField(max_length=20)),
                ("proposed_for_id", models.BigIntegerField(blank=True, null=True)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by_name", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("why", models.CharField(blank=True, max_length=300)),
                (
                    "zone",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: every zone without rules of its own",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rule_changes",
                        to="parking_zones.zone",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "first"], name="rule_change_by_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(after=None) | Q(after__gt=F("first")),
                        name="rule_change_ends_after_it_begins",
                        violation_error_message="A change ends after it begins.",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="proposed", decided_at=None)
                        | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                        name="rule_change_decided_says_when",
                        violation_error_message="A change that is decided says since when.",
                    ),
                ],
            },
        ),
    ]
