"""Import parking bays from a file: ``manage.py import_bays FILE``."""

from municipality.importing.command import ImportCommand


class Command(ImportCommand):
    """Check every row of a file of bays and make the swap, or say why not."""

    help = "Import parking bays from a file; every row is accounted for."
    kind = "bays"
