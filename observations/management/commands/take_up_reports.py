"""Open the cases of a source's open reports: ``manage.py take_up_reports SOURCE``.

For the day on which a city leaves its old system: its backlog goes to the desks of this one.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from municipality.actor import SYSTEM
from observations.reports.taking_up import open_without_case, take_up


class Command(BaseCommand):
    """Take up report by report, so that what was done stands when it is interrupted."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the source, and how many at most."""
        parser.add_argument("source", help="as it was named at the import")
        parser.add_argument("--most", type=int, default=100_000, help="at most so many")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the cases and say how many."""
        ids = open_without_case(source=options["source"])[: max(0, options["most"])]
        for pk in ids:
            take_up(observation_id=pk, by=SYSTEM, at=timezone.now())
        self.stdout.write(f"{len(ids):,} معاملة فُتحت / {len(ids):,} cases opened")
