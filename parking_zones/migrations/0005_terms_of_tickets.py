"""How long a ticket may be bought for, as dated rows."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import migrations, models
from django.db.models import F, Q

from municipality.places.stamps import rise_with


class Migration(migrations.Migration):
    dependencies = [("parking_zones", "0004_hours_of_ramadan")]

    operations = [
        migrations.CreateModel(
            name="TicketTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid", DateRangeField()),
                (
                    "step_minutes",
                    models.PositiveSmallIntegerField(help_text="a ticket is a multiple of it"),
                ),
                ("least_minutes", models.PositiveSmallIntegerField()),
                (
                    "most_minutes",
                    models.PositiveSmallIntegerField(help_text="with all extensions"),
                ),
                ("source", models.CharField(max_length=200)),
                (
                    "zone",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: every zone without terms of its own",
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="ticket_terms",
                        to="parking_zones.zone",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="ticket_terms_hold_together",
                        condition=Q(step_minutes__gt=0, least_minutes__gt=0)
                        & Q(most_minutes__gte=F("least_minutes"))
                        & Q(least_minutes__gte=F("step_minutes")),
                        violation_error_message=(
                            "A ticket has a step, at least one, and at most the most."
                        ),
                    ),
                    ExclusionConstraint(
                        name="ticket_terms_once_a_day",
                        expressions=[("zone", "="), ("valid", "&&")],
                        violation_error_message=(
                            "Other terms hold for this zone on some of these days."
                        ),
                    ),
                    ExclusionConstraint(
                        name="ticket_terms_of_all_once_a_day",
                        expressions=[("valid", "&&")],
                        condition=Q(zone__isnull=True),
                        violation_error_message="Other terms hold on some of these days.",
                    ),
                ]
            },
        ),
        rise_with("parking_zones_ticketterms", "zones"),
    ]
