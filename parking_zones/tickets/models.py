"""The tables of tickets: the paid stays, and in which zones one of them is good."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from municipality.people.models import new_public_id


class ParkingTicket(models.Model):
    """A paid stay of one vehicle (تذكرة موقف), from ``starts_at`` up to ``ends_at``.

    An extension is a ticket of its own that begins where the one before it ends and names the
    first.  Price and reasons are frozen when it is asked for; afterwards only its state moves:
    asked, then paid or lapsed.  While it is asked for, nobody can say whether it is paid.
    """

    class Channel(models.TextChoices):
        """How it was asked for."""

        APP = "app", "التطبيق"
        SMS = "sms", "رسالة نصية"

    class State(models.TextChoices):
        """Where its money stands."""

        ASKED = "asked", "بانتظار الدفع"
        PAID = "paid", "مدفوعة"
        LAPSED = "lapsed", "لم تُدفع"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    number = models.CharField(max_length=20, unique=True, help_text="PT-2026-0000123")
    root = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="extensions",
        help_text="the first ticket of an extended stay; empty on the first itself",
    )  # fmt: skip
    plate_key = models.CharField(max_length=24, help_text="parking_zones.plates, Plate.key")
    zone = models.ForeignKey(
        "parking_zones.Zone", null=True, blank=True, on_delete=models.PROTECT,
        related_name="tickets", help_text="empty: bought without a place",
    )  # fmt: skip
    zone_version = models.PositiveIntegerField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    amount_baisa = models.BigIntegerField()
    lines = models.JSONField(help_text="why it costs what it costs: the stretches of the quote")
    channel = models.CharField(max_length=4, choices=Channel)
    state = models.CharField(max_length=6, choices=State, default=State.ASKED)
    phone = models.CharField(max_length=16, help_text="E.164 of the buyer, who alone extends it")
    person_id = models.BigIntegerField(null=True, blank=True)
    language = models.CharField(max_length=2)
    key = models.CharField(max_length=80, unique=True, help_text="the same key is the same ticket")
    asked_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True, help_text="the operator was asked")
    decided_at = models.DateTimeField(null=True, blank=True)
    operator_number = models.CharField(
        max_length=80, null=True, blank=True, unique=True, help_text="of the operator's own charge"
    )
    why_lapsed = models.CharField(max_length=120, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ticket_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="A ticket ends after it starts.",
            ),
            models.CheckConstraint(
                name="ticket_costs_something",
                condition=Q(amount_baisa__gt=0),
                violation_error_message="A ticket that costs nothing is not sold.",
            ),
            models.CheckConstraint(
                name="ticket_is_decided_when_it_leaves_asked",
                condition=Q(state="asked", decided_at=None)
                | (~Q(state="asked") & Q(decided_at__isnull=False)),
                violation_error_message="A ticket that is paid or lapsed says since when.",
            ),
            ExclusionConstraint(
                name="ticket_sells_no_minute_twice",
                expressions=[
                    ("phone", RangeOperators.EQUAL),
                    ("plate_key", RangeOperators.EQUAL),
                    (Coalesce("zone", Value(0)), RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_at", "ends_at", function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(state="lapsed"),
                violation_error_message="These minutes of this vehicle are already bought.",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["plate_key", "ends_at"], name="ticket_by_plate"),
            models.Index(fields=["phone", "asked_at"], name="ticket_by_phone"),
            models.Index(fields=["person_id", "asked_at"], name="ticket_by_person"),
            models.Index(
                fields=["asked_at"], name="ticket_asked", condition=Q(state="asked")
            ),
            models.Index(
                fields=["ends_at"], name="ticket_to_remind",
                condition=Q(state="paid", reminded_at=None),
            ),
            models.Index(fields=["zone", "starts_at"], name="ticket_by_zone"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class GoodIn(models.Model):
    """A ticket of one zone is good in another, over a span of days.

    A ticket is always good in its own zone.  ``ticket_zone`` empty: tickets bought without a
    place; ``in_zone`` empty: every paid zone whose price is the city's own, for a zone with a
    dearer price of its own must be named.
    """

    ticket_zone = models.ForeignKey(
        "parking_zones.Zone", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    in_zone = models.ForeignKey(
        "parking_zones.Zone", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    valid = DateRangeField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="ticket_good_in_once_a_day",
                expressions=[
                    (Coalesce("ticket_zone", Value(0)), RangeOperators.EQUAL),
                    (Coalesce("in_zone", Value(0)), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This is already said for some of these days.",
            ),
        ]
