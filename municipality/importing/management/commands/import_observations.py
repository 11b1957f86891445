"""Import observations from a file: ``manage.py import_observations FILE``."""

from municipality.importing.command import ImportCommand


class Command(ImportCommand):
    """Check every row of a file of observations and make the swap, or say why not."""

    help = "Import observations from a file; every row is accounted for."
    kind = "observations"
