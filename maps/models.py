"""Tables of the engine: guest layers; those of the heat index stand in maps/heat/models.py."""

from django.contrib.gis.db import models
from django.db.models import Q

from maps.heat.models import (
    HeatChange,
    HeatDenominator,
    HeatExport,
    HeatHotSpots,
    HeatPiece,
    HeatRelease,
)
from municipality import crs

__all__ = [
    "GuestFeature",
    "GuestLayer",
    "HeatChange",
    "HeatDenominator",
    "HeatExport",
    "HeatHotSpots",
    "HeatPiece",
    "HeatRelease",
]


class GuestLayer(models.Model):
    """A layer of somebody else's that the profile does not know (spatial.md §1).

    It is drawn and served, is not held to the city's extent, and takes part in no rule.
    """

    code = models.SlugField(max_length=60, unique=True)
    name_ar = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    source = models.CharField(max_length=200, blank=True)
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="guest_code_is_plain",
                condition=Q(code__regex=r"^[a-z][a-z0-9_]*$"),
                violation_error_message="A guest layer's code is small letters, digits and _.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class GuestFeature(models.Model):
    """One shape of a guest layer, in longitude and latitude."""

    layer = models.ForeignKey(GuestLayer, on_delete=models.CASCADE, related_name="features")
    register_key = models.CharField(max_length=80, blank=True)
    shape = models.GeometryField(srid=crs.LONLAT)
    attributes = models.JSONField(default=dict, blank=True)
