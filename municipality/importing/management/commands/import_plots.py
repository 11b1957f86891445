"""Import plots from a file: ``manage.py import_plots FILE``."""

from municipality.importing.command import ImportCommand


class Command(ImportCommand):
    """Check every row of a file of plots and make the swap, or say why not."""

    help = "Import plots from a file; every row is accounted for."
    kind = "plots"
