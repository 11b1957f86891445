"""Import records without a shape: ``manage.py import_records KIND FILE``."""

from typing import Any

from django.core.management.base import CommandParser

from municipality.importing.command import ImportCommand
from municipality.importing.registry import RECORDS


class Command(ImportCommand):
    """Check every row of a file of records and take the sound ones, as one batch."""

    help = "Import records of a kind from a file; every row is accounted for."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the kind before the file."""
        parser.add_argument("records", choices=RECORDS)
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import of the kind that was asked for."""
        self.kind = options["records"]
        super().handle(*args, **options)
