"""The table of areas that people follow."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce


class AreaAlert(models.Model):
    """Somebody follows a wilayat or a housing area, for one category or for all.

    ``told_until`` is the moment up to which they were told what was shown; ``told_on`` the day
    of the city of their last message.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    wilayat = models.ForeignKey(
        "places.Wilayat", null=True, on_delete=models.CASCADE, related_name="+"
    )
    area = models.ForeignKey("places.Area", null=True, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(
        "observations.Category", null=True, on_delete=models.CASCADE, related_name="+",
        help_text="none: every category",
    )  # fmt: skip
    told_until = models.DateTimeField()
    told_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "person",
                Coalesce("wilayat", 0),
                Coalesce("area", 0),
                Coalesce("category", 0),
                name="area_alert_once",
                violation_error_message="You follow this already.",
            ),
            models.CheckConstraint(
                name="area_alert_of_a_wilayat_or_an_area",
                condition=models.Q(wilayat__isnull=False, area=None)
                | models.Q(wilayat=None, area__isnull=False),
                violation_error_message="A wilayat or a housing area is followed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.wilayat_id} {self.area_id} {self.category_id}"
