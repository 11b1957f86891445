"""Reference data that an administrator edits by hand; shapes come by import only.

Django's stock admin (fully Arabic).  Boundaries are left out of the forms on purpose: its map
widget asks other hosts for tiles, and a boundary typed by hand has no source.  People, offices and
keys have pages of their own (``geo_portal.staff``), where every act is on the record.
"""

from django.contrib import admin

from municipality.billing.models import Tariff
from municipality.calendar.models import Holiday, OfficeHours, Ramadan, Weekend
from municipality.places.models import Area, Branch, Directorate, Phase, Wilayat
from observations.models import Category
from parking_zones.models import PaidHours, TicketTerms, Zone
from plots.models import PlanLimit, Theme


@admin.register(Wilayat, Area, Directorate)
class NamedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Places with their names and aliases."""

    list_display = ("code", "name_ar", "name_en")
    search_fields = ("code", "name_ar", "name_en")


@admin.register(Branch)
class BranchAdmin(NamedAdmin):
    """Branches, without their point."""

    exclude = ("point",)


@admin.register(Weekend, Holiday, Ramadan, OfficeHours, PaidHours, TicketTerms, Tariff, PlanLimit)
class DatedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Dated rows: a new decision is a new row; a row that has begun is not deleted."""

    list_display = ("__str__", "valid", "source")

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Refuse: what was ever applied stays."""
        return False


@admin.register(Phase, Theme, Category, Zone)
class PlainAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Short lists."""

    list_display = ("__str__",)
