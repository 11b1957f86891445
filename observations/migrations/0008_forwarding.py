"""What is asked of bodies outside about reports, and what they answer; walled from all but staff."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import municipality.people.models

# Its row names a mailbox and is the right to a page: a sender needs neither.
WALL = """
ALTER TABLE observations_forwarding ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON observations_forwarding FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON observations_forwarding FOR SELECT USING (reach_is_wide());
CREATE POLICY changed ON observations_forwarding FOR UPDATE USING (reach_is_wide());
CREATE POLICY removed ON observations_forwarding FOR DELETE USING (reach_is_wide());
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_promises"),
        ("observations", "0007_what_the_public_sees"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Forwarding",
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
                ("moves", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=160)),
                ("email", models.EmailField(max_length=254)),
                ("asked", models.TextField(max_length=1000)),
                (
                    "with_photos",
                    models.BooleanField(
                        default=False,
                        help_text="the photos as they are, not only those released to the public",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(help_text="after it the link takes no answer")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "عولجت"),
                            ("not_ours", "ليست لنا"),
                            ("needs_more", "تحتاج إلى مزيد"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=2000)),
                ("answered_name", models.CharField(blank=True, max_length=150)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        help_text="none: a body that the book does not know, by its name alone",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="observations.body",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forwardings",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at", None)),
                        fields=["due_at"],
                        name="forwarding_unanswered",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "moves"),
                        name="forwarding_one_body_at_a_time",
                        violation_error_message="A report is at one body outside at a time.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at", None),
                                ("answered_name", ""),
                                ("text", ""),
                            ),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                models.Q(("text", ""), _negated=True),
                                models.Q(("answered_name", ""), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="forwarding_answered_whole",
                        violation_error_message="An answer says what, in words, and who gives it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("asked_at"))),
                        name="forwarding_due_after_it_was_asked",
                        violation_error_message="A body has time to answer.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
