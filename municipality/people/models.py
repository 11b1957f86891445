"""The tables of people."""

import secrets
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from municipality.people.behalf_models import Delegation, Mandate, PartnerKey
from municipality.people.roles import CODES
from municipality.people.sign_in_models import (
    CodeAlarm,
    FactorReset,
    FailedSignIn,
    PhoneChange,
    PhoneCode,
    RecoveryCode,
    SecondFactor,
    SignIn,
    WebSession,
)
from municipality.places.dated import one_at_a_time

__all__ = [  # the tables of other files, so that Django finds them here
    "CodeAlarm",
    "Delegation",
    "FactorReset",
    "FailedSignIn",
    "Mandate",
    "PartnerKey",
    "PhoneChange",
    "PhoneCode",
    "RecoveryCode",
    "SecondFactor",
    "SignIn",
    "WebSession",
]


def new_public_id() -> str:
    """Make an unguessable id of 128 random bits, 22 letters (ASVS 11.5.1: a UUID has fewer)."""
    return secrets.token_urlsafe(16)


class User(AbstractUser):
    """A person who signs in; what they may do follows from ``roles`` alone."""

    roles = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        help_text="codes of municipality.people.roles",
    )
    directorate = models.ForeignKey(
        "places.Directorate", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    phone = models.CharField(
        max_length=16, null=True, blank=True, unique=True, help_text="E.164, proved by a code"
    )
    civil_number = models.CharField(max_length=9, blank=True)
    language = models.CharField(max_length=2, default="ar", help_text="of messages: ar or en")
    sessions_since = models.PositiveIntegerField(
        default=0, help_text="rises to end every session of the person"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_roles_are_known",
                condition=Q(roles__contained_by=list(CODES)),
                violation_error_message="A role is not on the list of roles.",
            ),
        ]

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Bind sessions to roles and to ``sessions_since`` as well as to the password.

        Every request compares it, so a change of any of them ends all sessions at once.
        """
        held = f"{self.password}|{self.sessions_since}|{','.join(sorted(self.roles))}"
        salt = "municipality.people.models.User.session"
        return salted_hmac(salt, held, secret=secret, algorithm="sha256").hexdigest()

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Tell whether the person may write a table by the admin: by role, as everything else."""
        return self.has_role("admin") or super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether the person sees an app in the admin."""
        return self.has_role("admin") or super().has_module_perms(app_label)

    def has_role(self, *codes: str) -> bool:
        """Tell whether the person holds one of the roles."""
        return self.is_active and any(code in self.roles for code in codes)

    @property
    def full_name(self) -> str:
        """The name as it stands on papers; the account's own where none is recorded."""
        return self.get_full_name() or self.get_username()


class Consultancy(models.Model):
    """An engineering consultancy office (مكتب استشاري هندسي) with its licence."""

    class State(models.TextChoices):
        """Whether the office may file now."""

        ACTIVE = "active", "نشط"
        SUSPENDED = "suspended", "موقوف"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    name_ar = models.CharField(max_length=150)
    name_en = models.CharField(max_length=150)
    licence_number = models.CharField(max_length=30, unique=True)
    licence_valid = DateRangeField(help_text="[first day, day after the last)")
    licence_class = models.CharField(max_length=20, help_text="first, second, third, international")
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    suspended_why = models.CharField(max_length=200, blank=True)
    is_pilot = models.BooleanField(default=False, help_text="in the first group that files online")
    phone = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)

    def __str__(self) -> str:
        return self.name_ar


class Membership(models.Model):
    """A person who works for an office over a span of days."""

    consultancy = models.ForeignKey(Consultancy, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    valid = DateRangeField()
    is_principal = models.BooleanField(default=False, help_text="may add and end members")

    class Meta:
        constraints = [
            one_at_a_time(
                name="member_once_a_day",
                by=("consultancy", "person"),
                message="This person already belongs to the office on some of these days.",
            )
        ]


class Usage(models.Model):
    """How often one address asked in one window (municipality.people.limits); never personal."""

    pk = models.CompositePrimaryKey("key", "began")
    key = models.CharField(max_length=120)
    began = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)


class CitySetting(models.Model):
    """A switch of the whole city that an administrator turns by a page."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}={self.value}"
