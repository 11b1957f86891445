"""The tables of people."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from municipality.people.roles import CODES


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

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_roles_are_known",
                condition=Q(roles__contained_by=list(CODES)),
                violation_error_message="A role is not on the list of roles.",
            ),
        ]

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Tell whether the person may write a table by the admin: by role, as everything else."""
        return self.has_role("admin") or super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether the person sees an app in the admin."""
        return self.has_role("admin") or super().has_module_perms(app_label)

    def has_role(self, *codes: str) -> bool:
        """Tell whether the person holds one of the roles."""
        return self.is_active and any(code in self.roles for code in codes)


class Usage(models.Model):
    """How often one address asked in one window (municipality.people.limits); never personal."""

    pk = models.CompositePrimaryKey("key", "began")
    key = models.CharField(max_length=120)
    began = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
