"""The tables of acting for others: delegates, visitors' mandates, and partners' keys."""

import secrets
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q


def _new_public_id() -> str:
    return secrets.token_urlsafe(16)


class Delegation(models.Model):
    """A person lets another act for them in some kinds of service over a span of days."""

    public_id = models.CharField(max_length=22, unique=True, default=_new_public_id, editable=False)
    giver = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="given")
    taker = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="taken")
    kinds = ArrayField(models.CharField(max_length=40), help_text="kinds of service")
    valid = DateRangeField(help_text="[first day, day after the last)")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="nobody_is_their_own_delegate",
                condition=~Q(giver=F("taker")),
                violation_error_message="Nobody delegates to themselves.",
            ),
            models.CheckConstraint(
                name="delegation_names_a_service_and_an_end",
                condition=~Q(kinds=[]) & Q(valid__upper_inf=False),
                violation_error_message="A delegation names services and a last day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} lets {self.taker_id} act"


class Mandate(models.Model):
    """A visitor in front has proved their phone to a member of staff, for half an hour."""

    staff = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    visitor = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="nobody_serves_themselves",
                condition=~Q(staff=F("visitor")),
                violation_error_message="Nobody serves themselves at the counter.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} for {self.visitor_id}"


class PartnerKey(models.Model):
    """A key with which another organisation's software asks; only its MAC is kept."""

    prefix = models.CharField(max_length=12, unique=True, help_text="public part, to find the row")
    mac = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    grants = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    valid = DateRangeField(help_text="[first day, day after the last)")
    per_minute = models.PositiveIntegerField(default=60)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="key_of_a_partner_ends",
                condition=Q(valid__upper_inf=False),
                violation_error_message="A partner's key has a last day.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"
