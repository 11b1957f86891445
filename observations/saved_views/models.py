"""The table of saved views."""

import uuid

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """One view of the heat page: ``query`` is the query of its address, names and values."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    query = models.TextField(max_length=8_000)
    shared = models.BooleanField(default=False, help_text="every planner sees it")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_view_named_once",
                violation_error_message="You have a saved view of this name already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""),
                name="saved_view_has_a_name",
                violation_error_message="A saved view has a name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
