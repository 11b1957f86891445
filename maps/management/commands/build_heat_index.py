"""Build a heat index of GeoParquet files: ``manage.py build_heat_index FILES OUT``."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maps.heat.batch.command import add_spread, both, in_sentences
from maps.heat.batch.folder import build
from municipality.words import Text

DONE = Text(
    "فُهرس {reports} بلاغًا في {blocks} مربعًا خلال {seconds} ثانية: {path}",
    "Indexed {reports} reports in {blocks} blocks in {seconds} s: {path}",
)


class Command(BaseCommand):
    """Reports outside the database (a country's, say) as a folder that answers as the map does."""

    help = "Build a folder of Parquet that is asked by ask_heat_index; no database is used."
    requires_system_checks: tuple[str, ...] = ()  # the checks load every page of the portal
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the files, the new folder, and who works."""
        parser.add_argument("source", type=Path, help="a GeoParquet file, or a folder of them")
        parser.add_argument("out", type=Path, help="a new folder for the index")
        add_spread(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Build it and say what it holds."""
        begun = time.perf_counter()
        with in_sentences():
            built = build(
                options["source"], options["out"], partitions=options["partitions"],
                cluster_at=options["cluster"],
            )  # fmt: skip
        told = DONE.with_values(
            reports=f"{built.reports:,}", blocks=f"{built.blocks:,}", path=options["out"],
            seconds=f"{time.perf_counter() - begun:.1f}",
        )  # fmt: skip
        self.stdout.write(both(told))
