"""The table of the parts that reports were split into."""

from django.conf import settings
from django.db import models

from observations.routing.models import Body


class Part(models.Model):
    """What one more department does about a report: a case of its own on the one observation.

    The report stays one: counted once in the heat, promised once, told to its sender by its own
    case, which is dealt with when every part has ended.
    """

    whole = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="report_parts")
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="report_part")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    asked = models.TextField(max_length=1_000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="part_is_not_its_own_whole",
                condition=~models.Q(whole=models.F("case")),
                violation_error_message="A part of a report is a case of its own.",
            ),
            models.CheckConstraint(
                name="part_says_what_is_asked",
                condition=~models.Q(asked=""),
                violation_error_message="A part says what is asked of its department.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body_id} of {self.whole_id}"
