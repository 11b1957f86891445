"""Import responsibilities from a file: ``manage.py import_responsibilities FILE``."""

from municipality.importing.command import ImportCommand


class Command(ImportCommand):
    """Check every row of a file of responsibilities and make the swap, or say why not."""

    help = "Import responsibilities from a file; every row is accounted for."
    kind = "responsibilities"
