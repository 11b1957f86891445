"""Import bans on parking from a file: ``manage.py import_curb_bans FILE``."""

from municipality.importing.command import ImportCommand


class Command(ImportCommand):
    """Check every ban of a file of kerbs and make the swap, or say why not."""

    help = "Import bans by weekday and week of the month from lines; every row is accounted for."
    kind = "curb_bans"
