"""Import buildings from a file: ``manage.py import_buildings FILE``."""

from municipality.importing.command import ImportCommand


class Command(ImportCommand):
    """Check every row of a file of buildings and make the swap, or say why not."""

    help = "Import buildings from a file; every row is accounted for."
    kind = "buildings"
