"""Ask a heat index in a folder: ``manage.py ask_heat_index FOLDER --cell-m 800``."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maps.heat.batch.command import in_sentences
from maps.heat.batch.folder import count_cells
from maps.heat.lattice import SIZES, level_of, window_of_bbox
from maps.heat.queries import Selection
from municipality.importing.command import day_of

CODES = ("category", "status", "channel", "wilayat", "area")


class Command(BaseCommand):
    """Cells with reports as CSV: south-west corner in METRIC, count."""

    help = "Count the reports of an index folder by cell; no database is used."
    requires_system_checks: tuple[str, ...] = ()  # the checks load every page of the portal
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the filters of the map; codes are the numbers that the files hold."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--cell-m", type=int, choices=SIZES, default=800)
        parser.add_argument("--from", dest="since", type=day_of, help="the first day")
        parser.add_argument("--to", dest="until", type=day_of, help="the day after the last")
        parser.add_argument("--bbox", type=float, nargs=4, help="west south east north, degrees")
        for name in CODES:
            parser.add_argument(f"--{name}", type=int, nargs="+", help="one of these numbers")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and write the rows, by y, then x."""
        level = level_of(options["cell_m"])
        chosen = {
            name: frozenset(options[name]) for name in CODES if options[name] is not None
        }  # fmt: skip
        selection = Selection(since=options["since"], until=options["until"], **chosen)
        box = options["bbox"]
        window = window_of_bbox((box[0], box[1], box[2], box[3]), level=level) if box else None
        with in_sentences():
            cells = count_cells(options["folder"], selection, level=level, window=window)
        rows = csv.writer(self.stdout, lineterminator="\n")
        rows.writerow(["x_m", "y_m", "cell_m", "count"])
        size = cells.cell_m
        for x, y, count in zip(cells.x, cells.y, cells.count, strict=True):
            rows.writerow([int(x) * size, int(y) * size, size, int(count)])
