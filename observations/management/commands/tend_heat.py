"""Fold the heat index and release the months that are over; run by the worker, or by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from maps.heat.index import rebuild_index
from municipality.asked import today
from observations.reports.heat import HEAT, release_heat, tend_heat


class Command(BaseCommand):
    """``tend_heat [--rebuild] [--release-anew]``."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Two acts that are done on purpose only."""
        parser.add_argument(
            "--rebuild", action="store_true", help="pack the index anew; writers wait meanwhile"
        )
        parser.add_argument(
            "--release-anew",
            action="store_true",
            help="release every month again after a correction of history; whoever kept the old "
            "numbers can compare them with the new ones",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked and say how much it was."""
        if options["rebuild"]:
            rebuild_index(HEAT)
            self.stdout.write("The heat index was packed anew.")
        if options["release_anew"]:
            months = release_heat(on=today(), at=timezone.now(), anew=True)
            self.stdout.write(f"Released anew: {len(months)} months.")
        done = tend_heat(on=today(), at=timezone.now())
        self.stdout.write(f"Folded {done['folded']} pieces, released {done['released']} months.")
