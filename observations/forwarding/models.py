"""The table of what was asked of bodies outside about reports, and what they answered."""

from django.conf import settings
from django.db import models

from municipality.people.models import new_public_id
from observations.routing.models import Body


class Forwarding(models.Model):
    """One report at one body outside, opened by whoever holds ``public_id`` (128 random bits).

    ``moves`` is the case's count of moves as it went out: while the case still stands there, the
    body may answer; whatever moved it since has ended the question.  Name and mailbox are those
    that were written to, whatever becomes of the body's row.
    """

    class Answer(models.TextChoices):
        """What a body answers."""

        DONE = "done", "عولجت"
        NOT_OURS = "not_ours", "ليست لنا"
        NEEDS_MORE = "needs_more", "تحتاج إلى مزيد"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="forwardings")
    moves = models.PositiveIntegerField()
    body = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="none: a body that the book does not know, by its name alone",
    )  # fmt: skip
    name = models.CharField(max_length=160)
    email = models.EmailField()
    asked = models.TextField(max_length=1_000)
    with_photos = models.BooleanField(
        default=False, help_text="the photos as they are, not only those released to the public"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="after it the link takes no answer")
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    text = models.TextField(max_length=2_000, blank=True)
    answered_name = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "moves"],
                name="forwarding_one_body_at_a_time",
                violation_error_message="A report is at one body outside at a time.",
            ),
            models.CheckConstraint(
                name="forwarding_answered_whole",
                condition=models.Q(answer="", answered_at=None, text="", answered_name="")
                | models.Q(~models.Q(answer=""), ~models.Q(text=""), ~models.Q(answered_name=""))
                & models.Q(answered_at__isnull=False),
                violation_error_message="An answer says what, in words, and who gives it.",
            ),
            models.CheckConstraint(
                name="forwarding_due_after_it_was_asked",
                condition=models.Q(due_at__gt=models.F("asked_at")),
                violation_error_message="A body has time to answer.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="forwarding_unanswered",
                condition=models.Q(answered_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"
