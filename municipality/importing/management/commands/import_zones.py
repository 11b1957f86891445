"""Import zones from a file: ``manage.py import_zones FILE``."""

from municipality.importing.command import ImportCommand


class Command(ImportCommand):
    """Check every row of a file of zones and make the swap, or say why not."""

    help = "Import zones from a file; every row is accounted for."
    kind = "zones"
