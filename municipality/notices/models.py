"""The tables of messages: wordings, messages out with their states, and messages in."""

import secrets
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q


def _public_id() -> str:
    return secrets.token_urlsafe(16)  # as people.new_public_id, which stands above this package


class TemplateVersion(models.Model):
    """One wording of a template by an editor; rows are only ever added."""

    code = models.CharField(max_length=80)
    version = models.PositiveIntegerField(help_text="from 1; 0 is the wording of the code")
    ar = models.TextField()
    en = models.TextField()
    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="template_version_once",
                violation_error_message="Somebody saved another wording meanwhile.",
            ),
            models.CheckConstraint(
                name="template_version_begins_at_one",
                condition=Q(version__gte=1),
                violation_error_message="Versions of a wording begin at 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class Message(models.Model):
    """One message to one recipient over one channel, from its queueing to its delivery.

    ``key`` names the event, so that an event told twice is one message; it goes with the message
    to the provider, who can drop what it has already had.
    """

    class Channel(models.TextChoices):
        """What carries the message."""

        SMS = "sms", "رسالة نصية"
        EMAIL = "email", "بريد إلكتروني"

    class State(models.TextChoices):
        """How far the message is (states of GOV.UK Notify)."""

        CREATED = "created", "في الانتظار"
        SENDING = "sending", "قيد الإرسال"
        SENT = "sent", "أُرسلت"
        DELIVERED = "delivered", "وصلت"
        TEMPORARY_FAILURE = "temporary_failure", "لم تصل: الهاتف مغلق"
        PERMANENT_FAILURE = "permanent_failure", "لم تصل: لا مستلم"
        TECHNICAL_FAILURE = "technical_failure", "لم تُرسل: عطل"

    public_id = models.CharField(max_length=22, unique=True, default=_public_id, editable=False)
    key = models.CharField(max_length=160)
    channel = models.CharField(max_length=5, choices=Channel)
    to_address = models.CharField(max_length=254, help_text="E.164 or an e-mail address")
    person_id = models.BigIntegerField(null=True, help_text="whose message it is, where known")
    language = models.CharField(max_length=2)
    template = models.CharField(max_length=80)
    template_version = models.PositiveIntegerField()
    subject = models.CharField(max_length=150, blank=True)
    text = models.TextField()
    parts = models.PositiveSmallIntegerField(help_text="SMS it is billed as; 0 by e-mail")
    stop_link = models.CharField(
        max_length=300, blank=True, help_text="ends mails like it by one click; shown in it alone"
    )
    about = models.CharField(max_length=80, blank=True, help_text="case/…, bill/…")
    values = models.JSONField(
        default=dict, help_text="of the fields, where it is about a matter; never of a code"
    )
    state = models.CharField(max_length=20, choices=State, default=State.CREATED)
    reason = models.CharField(max_length=60, blank=True, help_text="why it failed, or waits")
    attempts = models.PositiveSmallIntegerField(default=0)
    provider_ids = ArrayField(models.CharField(max_length=65), default=list)
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField(help_text="not handed over before")
    expires_at = models.DateTimeField(help_text="not handed over any more")
    sent_at = models.DateTimeField(null=True, help_text="acknowledged by the provider")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "channel"],
                name="message_once_an_event",
                violation_error_message="This event is already told.",
            ),
            models.CheckConstraint(
                name="message_states_are_known",
                condition=Q(
                    state__in=[
                        "created", "sending", "sent", "delivered",
                        "temporary_failure", "permanent_failure", "technical_failure",
                    ]
                ),
                violation_error_message="A message has no such state.",
            ),
            models.CheckConstraint(
                name="message_sent_says_when",
                condition=~Q(state__in=["sent", "delivered"]) | Q(sent_at__isnull=False),
                violation_error_message="A message that was sent says when.",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(
                fields=["channel", "to_address", "id"],
                name="message_waiting",
                condition=Q(state__in=["created", "sending"]),
            ),
            models.Index(
                fields=["channel", "id"], name="message_due", condition=Q(state="created")
            ),
            models.Index(fields=["to_address", "-queued_at"], name="message_by_address"),
            models.Index(fields=["about"], name="message_by_matter"),
            models.Index(fields=["person_id", "-queued_at"], name="message_by_person"),
            models.Index(fields=["-queued_at"], name="message_by_time"),
            GinIndex(fields=["provider_ids"], name="message_by_provider_id"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class MessageEvent(models.Model):
    """One change of a message's state; rows are only ever added."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    state = models.CharField(max_length=20)
    reason = models.CharField(max_length=60, blank=True)


class Receipt(models.Model):
    """One delivery receipt of the operator, kept also where its message is not known (yet)."""

    provider_id = models.CharField(max_length=65)
    stat = models.CharField(max_length=10, help_text="DELIVRD, UNDELIV, … (SMPP 3.4 appendix B)")
    error = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["provider_id"], name="receipt_by_provider_id")]


class InboundMessage(models.Model):
    """What somebody texted to the short code, and what became of it.

    The operator's id and the same text from the same number within 30 seconds each make a
    repeat, which the database does not take.
    """

    class State(models.TextChoices):
        """What became of it."""

        RECEIVED = "received", "وردت"
        ANSWERED = "answered", "رُدّ عليها"
        SILENT = "silent", "لا رد"
        LIMITED = "limited", "تجاوزت الحد"
        IGNORED = "ignored", "أُهملت"
        FAILED = "failed", "عطل"

    smsc_id = models.CharField(max_length=130, blank=True)
    sender = models.CharField(max_length=21, help_text="E.164, or what stood there instead")
    receiver = models.CharField(max_length=21)
    text = models.TextField()
    digest = models.CharField(max_length=32, help_text="of the folded text")
    at = models.DateTimeField()
    heard = DateTimeRangeField(help_text="the same text of this number is a repeat for so long")
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    command = models.CharField(max_length=30, blank=True, help_text="which one took it")
    reason = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["smsc_id"],
                name="inbound_once_an_id",
                condition=~Q(smsc_id=""),
                violation_error_message="This message was already taken.",
            ),
            ExclusionConstraint(
                name="inbound_once_in_half_a_minute",
                expressions=[
                    ("sender", RangeOperators.EQUAL),
                    ("digest", RangeOperators.EQUAL),
                    ("heard", RangeOperators.OVERLAPS),
                ],
                violation_error_message="The same text came from this number a moment ago.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sender", "-at"], name="inbound_by_sender"),
            models.Index(fields=["id"], name="inbound_waiting", condition=Q(state="received")),
        ]

    def __str__(self) -> str:
        return f"{self.sender} {self.state}"


class InboundPart(models.Model):
    """One part of a long message in; gone when the message is whole, or after a day."""

    sender = models.CharField(max_length=21)
    receiver = models.CharField(max_length=21)
    reference = models.PositiveIntegerField()
    total = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    coding = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    smsc_id = models.CharField(max_length=65, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sender", "receiver", "reference", "total", "number"],
                name="inbound_part_once",
                violation_error_message="This part was already taken.",
            ),
            models.CheckConstraint(
                name="inbound_part_is_one_of_its_total",
                condition=Q(number__gte=1, number__lte=F("total")),
                violation_error_message="A part is one of its message's parts.",
            ),
        ]
