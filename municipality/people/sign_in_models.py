"""The tables of signing in: codes, second factors, failures, and where somebody is signed in."""

from importlib import import_module
from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q


class PhoneCode(models.Model):
    """A one-time code sent to a number: kept as a MAC, bound to the session that asked."""

    phone = models.CharField(max_length=16, help_text="E.164")
    purpose = models.CharField(max_length=20, help_text="sign_in, change_phone, mandate")
    bound_to = models.CharField(max_length=64, help_text="MAC of the asking session's nonce")
    mac = models.CharField(max_length=64, help_text="HMAC of number, purpose, nonce and code")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="code_is_tried_five_times_at_most",
                condition=Q(tries__lte=5),
                violation_error_message="This code was tried too often.",
            ),
            models.CheckConstraint(
                name="code_expires_after_it_is_made",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message="A code expires after it was made.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["phone", "created_at"], name="code_by_phone"),
            models.Index(fields=["created_at"], name="code_by_time"),
        ]

    def __str__(self) -> str:
        return f"code {self.pk} for {self.purpose}"


class CodeAlarm(models.Model):
    """The share of sent codes that are used has collapsed: somebody pumps messages."""

    began_at = models.DateTimeField(unique=True)
    sent = models.PositiveIntegerField()
    used = models.PositiveIntegerField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.used} of {self.sent} codes used"


class SecondFactor(models.Model):
    """An authenticator app (RFC 6238).  The key is derived from ``salt`` and the secret key of
    the portal, so that a stolen table alone makes no codes."""

    person = models.OneToOneField(
        "people.User", on_delete=models.PROTECT, related_name="second_factor"
    )
    salt = models.CharField(max_length=44)
    last_step = models.BigIntegerField(default=0, help_text="of the last code taken: never twice")
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"second factor of {self.person_id}"


class RecoveryCode(models.Model):
    """One of the codes on paper for a lost phone; each is taken once."""

    person = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    mac = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class FailedSignIn(models.Model):
    """Failures in a row of one name from one address (or device, or from everywhere)."""

    key = models.CharField(
        max_length=64, primary_key=True, help_text="MAC; never a name or address"
    )
    failures = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    locked_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.failures} failures"


class WebSession(AbstractBaseSession):
    """A session of a browser as it is kept, and whose it is; None before anybody signed in."""

    person = models.ForeignKey(
        "people.User", null=True, on_delete=models.CASCADE, related_name="web_sessions"
    )

    class Meta(AbstractBaseSession.Meta):
        verbose_name = "web session"
        verbose_name_plural = "web sessions"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Return what reads and writes these rows (``SESSION_ENGINE``)."""
        return import_module(settings.SESSION_ENGINE).SessionStore  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return f"session of {self.person_id}"  # never its key: that is the right to be the person


class SignIn(models.Model):
    """Where a person is signed in; one row a session."""

    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["seen_at"], name="sign_in_by_time")]

    def __str__(self) -> str:
        return f"sign-in {self.pk} of {self.person_id}"


class _ByTwo(models.Model):
    """What one administrator asks for somebody, and another one does."""

    person = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_by = models.ForeignKey(
        "people.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class FactorReset(_ByTwo):
    """A lost second factor: one administrator asks for it to be forgotten, another does it."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_factor_is_reset_by_four_eyes",
                condition=Q(done_by=None) | ~Q(done_by=F("asked_by")),
                violation_error_message="Another administrator must confirm this.",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(done_at=None),
                name="one_open_reset_a_person",
                violation_error_message="This was asked for already.",
            ),
        ]

    def __str__(self) -> str:
        return f"reset for {self.person_id}"


class PhoneChange(_ByTwo):
    """A lost phone: one administrator asks for another number, another one types it again."""

    phone = models.CharField(max_length=16, blank=True, help_text="E.164; empty once it is set")
    reason = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_phone_is_set_by_four_eyes",
                condition=Q(done_by=None) | ~Q(done_by=F("asked_by")),
                violation_error_message="Another administrator must confirm this.",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(done_at=None),
                name="one_open_phone_change_a_person",
                violation_error_message="This was asked for already.",
            ),
        ]

    def __str__(self) -> str:
        return f"phone of {self.person_id}"
