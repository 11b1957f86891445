"""Build the city's heat index anew by a graph: ``manage.py rebuild_heat``.

Unlike ``tend_heat --rebuild`` no writer waits, and a Dask cluster may do the packing.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maps.heat.batch.city import rebuild_by_graph
from maps.heat.batch.command import add_spread, both, in_sentences
from municipality.words import Text
from observations.reports.heat import HEAT

DONE = Text(
    "أُعيد بناء فهرس الكثافة: {reports} بلاغًا في {blocks} مربعًا بدل {taken} قطعة "
    "(كتابة {written} ث، حزم {packed} ث، تبديل {swapped} ث).",
    "The heat index was built anew: {reports} reports in {blocks} blocks in place of {taken} "
    "pieces (written in {written} s, packed in {packed} s, swapped in {swapped} s).",
)
KEPT = Text("البلاغات باقية في {path}.", "The reports stay in {path}.")


class Command(BaseCommand):
    """Write the reports out as GeoParquet, pack them, and swap the pieces."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where the reports are written to, and who works."""
        parser.add_argument(
            "--folder", type=Path,
            help="a new folder for the reports, which the workers reach; default: a temporary one",
        )  # fmt: skip
        parser.add_argument(
            "--keep", action="store_true",
            help="leave the reports there (exact places: for the owner's eyes only)",
        )  # fmt: skip
        add_spread(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild, and take the written reports away again."""
        folder = options["folder"]
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="heat-"))
        # What holds something is refused, and is not ours to remove.
        there = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
        try:
            with in_sentences():
                done = rebuild_by_graph(
                    HEAT, folder, partitions=options["partitions"], cluster_at=options["cluster"]
                )
        finally:
            if not options["keep"] and not there:
                shutil.rmtree(folder, ignore_errors=True)
        seconds = {name: f"{took:.1f}" for name, took in done.seconds.items()}
        told = DONE.with_values(
            reports=f"{done.reports:,}", blocks=f"{done.blocks:,}", taken=f"{done.taken:,}",
            **seconds,
        )  # fmt: skip
        self.stdout.write(both(told))
        if options["keep"]:
            self.stdout.write(both(KEPT.with_values(path=folder)))
