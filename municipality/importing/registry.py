"""The importers of the city, by the name of their command; wired in geo_portal/wiring.py."""

from django.conf import settings
from django.utils.module_loading import import_string

from municipality.importing.spec import Importer

KINDS = (
    "plots", "buildings", "zones", "bays", "curb_rules", "curb_bans", "boundaries",
    "observations", "responsibilities", "layer",
)  # fmt: skip
RECORDS = (
    "titles",
    "mandates",
    "building_permits",
    "parking_permits",
    "violations",
    "tariffs",
)  # without a shape: manage.py import_records KIND


def importer(kind: str, *, theme: str = "") -> Importer:
    """Return the importer of a kind; a layer's depends on its theme.  Raises KeyError."""
    wired: dict[str, str] = getattr(settings, "IMPORTERS", {})
    found = import_string(wired[kind])
    made: Importer = found(theme) if callable(found) else found
    return made
