"""Templates, the outbox, receipts, and what people text."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import municipality.notices.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("smsc_id", models.CharField(blank=True, max_length=130)),
                (
                    "sender",
                    models.CharField(help_text="E.164, or what stood there instead", max_length=21),
                ),
                ("receiver", models.CharField(max_length=21)),
                ("text", models.TextField()),
                ("digest", models.CharField(help_text="of the folded text", max_length=32)),
                ("at", models.DateTimeField()),
                (
                    "heard",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        help_text="the same text of this number is a repeat for so long"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "وردت"),
                            ("answered", "رُدّ عليها"),
                            ("silent", "لا رد"),
                            ("limited", "تجاوزت الحد"),
                            ("ignored", "أُهملت"),
                            ("failed", "عطل"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                (
                    "command",
                    models.CharField(blank=True, help_text="which one took it", max_length=30),
                ),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["sender", "-at"], name="inbound_by_sender"),
                    models.Index(
                        condition=models.Q(("state", "received")),
                        fields=["id"],
                        name="inbound_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("smsc_id", ""), _negated=True),
                        fields=("smsc_id",),
                        name="inbound_once_an_id",
                        violation_error_message="This message was already taken.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("sender", "="), ("digest", "="), ("heard", "&&")],
                        name="inbound_once_in_half_a_minute",
                        violation_error_message="The same text came from this number a moment ago.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboundPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sender", models.CharField(max_length=21)),
                ("receiver", models.CharField(max_length=21)),
                ("reference", models.PositiveIntegerField()),
                ("total", models.PositiveSmallIntegerField()),
                ("number", models.PositiveSmallIntegerField()),
                ("coding", models.PositiveSmallIntegerField()),
                ("body", models.BinaryField()),
                ("smsc_id", models.CharField(blank=True, max_length=65)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sender", "receiver", "reference", "total", "number"),
                        name="inbound_part_once",
                        violation_error_message="This part was already taken.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", models.F("total"))),
                        name="inbound_part_is_one_of_its_total",
                        violation_error_message="A part is one of its message's parts.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                        default=municipality.notices.models._public_id,
                        editable=False,
                        max_length=22,
                        unique=True,
                    ),
                ),
                ("key", models.CharField(max_length=160)),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "رسالة نصية"), ("email", "بريد إلكتروني")], max_length=5
                    ),
                ),
                (
                    "to_address",
                    models.CharField(help_text="E.164 or an e-mail address", max_length=254),
                ),
                (
                    "person_id",
                    models.BigIntegerField(help_text="whose message it is, where known", null=True),
                ),
                ("language", models.CharField(max_length=2)),
                ("template", models.CharField(max_length=80)),
                ("template_version", models.PositiveIntegerField()),
                ("subject", models.CharField(blank=True, max_length=150)),
                ("text", models.TextField()),
                (
                    "parts",
                    models.PositiveSmallIntegerField(help_text="SMS it is billed as; 0 by e-mail"),
                ),
                ("about", models.CharField(blank=True, help_text="case/…, bill/…", max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "في الانتظار"),
                            ("sending", "قيد الإرسال"),
                            ("sent", "أُرسلت"),
                            ("delivered", "وصلت"),
                            ("temporary_failure", "لم تصل: الهاتف مغلق"),
                            ("permanent_failure", "لم تصل: لا مستلم"),
                            ("technical_failure", "لم تُرسل: عطل"),
                        ],
                        default="created",
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="why it failed, or waits", max_length=60
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "provider_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=65), default=list, size=None
                    ),
                ),
                ("queued_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(help_text="not handed over before")),
                ("expires_at", models.DateTimeField(help_text="not handed over any more")),
                (
                    "sent_at",
                    models.DateTimeField(help_text="acknowledged by the provider", null=True),
                ),
                ("delivered_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["created", "sending"])),
                        fields=["channel", "to_address", "id"],
                        name="message_waiting",
                    ),
                    models.Index(fields=["to_address", "-queued_at"], name="message_by_address"),
                    models.Index(fields=["about"], name="message_by_matter"),
                    models.Index(fields=["person_id", "-queued_at"], name="message_by_person"),
                    models.Index(fields=["-queued_at"], name="message_by_time"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["provider_ids"], name="message_by_provider_id"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "channel"),
                        name="message_once_an_event",
                        violation_error_message="This event is already told.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "created",
                                    "sending",
                                    "sent",
                                    "delivered",
                                    "temporary_failure",
                                    "permanent_failure",
                                    "technical_failure",
                                ],
                            )
                        ),
                        name="message_states_are_known",
                        violation_error_message="A message has no such state.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "delivered"]), _negated=True),
                            ("sent_at__isnull", False),
                            _connector="OR",
                        ),
                        name="message_sent_says_when",
                        violation_error_message="A message that was sent says when.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("state", models.CharField(max_length=20)),
                ("reason", models.CharField(blank=True, max_length=60)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="notices.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=80)),
                (
                    "version",
                    models.PositiveIntegerField(help_text="from 1; 0 is the wording of the code"),
                ),
                ("ar", models.TextField()),
                ("en", models.TextField()),
                ("person_id", models.BigIntegerField(null=True)),
                ("person_name", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "version"),
                        name="template_version_once",
                        violation_error_message="Somebody saved another wording meanwhile.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="template_version_begins_at_one",
                        violation_error_message="Versions of a wording begin at 1.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider_id", models.CharField(max_length=65)),
                (
                    "stat",
                    models.CharField(
                        help_text="DELIVRD, UNDELIV, … (SMPP 3.4 appendix B)", max_length=10
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=10)),
                ("at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notices.message",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["provider_id"], name="receipt_by_provider_id")],
            },
        ),
    ]
