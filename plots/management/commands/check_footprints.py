"""Check a town of footprints: ``manage.py check_footprints FILE --out OUT.gpkg``."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from municipality.importing.command import BAD_ARGUMENTS, ImportCommand
from municipality.importing.engine import Outcome
from municipality.importing.spec import Job
from municipality.spreading import processors
from municipality.words import Text
from plots.building_permits.town.footprints import counted, survey_of, write_answers
from plots.building_permits.town.spreading import by_cluster, by_processes
from plots.building_permits.town.survey import check_survey

CHECKED = Text("فُحصت المباني كلها؛ لم يتغير شيء.", "Every footprint was checked; nothing changed.")


class Command(ImportCommand):
    """Read a file as buildings are read and check each footprint against its plot."""

    help = "Check every footprint of a file against the rules of its plot; nothing is kept."
    kind = "footprints"
    reads_only = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where the verdicts go, and how many processes work."""
        super().add_arguments(parser)
        parser.add_argument("--out", type=Path, help="write the verdicts as GeoPackage")
        parser.add_argument("--workers", type=int, default=processors(), help="processes at once")
        parser.add_argument("--cluster", help="address of a Dask cluster, in place of processes")

    def finish(self, outcome: Outcome, job: Job, options: dict[str, Any]) -> None:
        """Check what was accepted, write it and add it to the report."""
        rows, report = outcome.rows, outcome.report
        if rows is None:
            return
        survey, keys = survey_of(rows)
        begun = time.perf_counter()
        cluster = options["cluster"]
        by = by_cluster(cluster) if cluster else by_processes(options["workers"])
        try:
            answers = check_survey(survey, job.on, by=by)
        except OSError as error:
            raise CommandError(f"{cluster}: {error}", returncode=BAD_ARGUMENTS) from None
        report.seconds["rules"] = time.perf_counter() - begun
        report.facts["checked"] = counted(answers)
        report.sentence = CHECKED
        if options["out"]:
            try:
                write_answers(options["out"], survey, keys, answers)
            except (OSError, RuntimeError) as error:
                raise CommandError(f"{options['out']}: {error}", returncode=BAD_ARGUMENTS) from None
