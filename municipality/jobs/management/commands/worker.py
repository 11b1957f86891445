"""Run jobs: ``manage.py worker``; any number of workers on any number of machines."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from municipality.jobs.worker import Worker


class Command(BaseCommand):
    """Run jobs from the queue until SIGTERM."""

    help = "Run imports, exports and everything else that takes longer than a page."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the option that makes the worker end with the queue."""
        parser.add_argument("--until-empty", action="store_true", help="end when no job is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work."""
        worker = Worker()
        signal.signal(signal.SIGTERM, worker.stop)
        signal.signal(signal.SIGINT, worker.stop)
        worker.run(until_empty=options["until_empty"])
