"""Import boundaries from a file: ``manage.py import_boundaries FILE``."""

from municipality.importing.command import ImportCommand


class Command(ImportCommand):
    """Check every row of a file of boundaries and make the swap, or say why not."""

    help = "Import boundaries from a file; every row is accounted for."
    kind = "boundaries"
