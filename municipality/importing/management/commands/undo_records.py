"""Take back an import of records: ``manage.py undo_records BATCH``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from municipality.importing.records import undo
from municipality.importing.spec import NoSwap


class Command(BaseCommand):
    """Undo one batch of import_records, or say what stands on it."""

    help = "Take back what one import of records did; its report names the batch."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the number of the batch."""
        parser.add_argument("batch", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Undo it; exit 1 where it cannot be."""
        try:
            done = undo(options["batch"], at=timezone.now())
        except NoSwap as refusal:
            raise CommandError(f"{refusal.words.en}\n{refusal.words.ar}") from None
        for name, value in done.items():
            self.stdout.write(f"{name}: {value}")
