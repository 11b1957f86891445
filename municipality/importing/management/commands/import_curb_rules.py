"""Import curb rules from a file: ``manage.py import_curb_rules FILE``."""

from municipality.importing.command import ImportCommand


class Command(ImportCommand):
    """Check every rule of a file of kerbs and make the swap, or say why not."""

    help = "Import time limits of kerbs from a file of lines; every row is accounted for."
    kind = "curb_rules"
