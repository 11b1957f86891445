"""Check every building of the register and keep the verdicts: ``manage.py check_buildings``."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from municipality.city_time import city_day
from municipality.spreading import processors
from plots.building_permits.town.buildings import survey_of_register
from plots.building_permits.town.keeping import keep_survey
from plots.building_permits.town.spreading import by_cluster, by_processes


class Command(BaseCommand):
    """Ask the rules about what stands, by the limits of today; what was kept before stays."""

    help = "Check every building of the register against its plot and keep the verdicts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add who works on it."""
        parser.add_argument("--workers", type=int, default=processors(), help="processes at once")
        parser.add_argument("--cluster", help="address of a Dask cluster, in place of processes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, keep, and tell what came out."""
        at = timezone.now()
        on = city_day(at)
        survey, _ = survey_of_register()
        if not len(survey.shape):
            self.stdout.write("The register has no buildings.")
            return
        cluster = options["cluster"]
        by = by_cluster(cluster) if cluster else by_processes(options["workers"])
        begun = time.perf_counter()
        kept = keep_survey(survey, source="register", on=on, at=at, by=by)
        seconds = time.perf_counter() - begun
        self.stdout.write(
            f"survey {kept.survey.pk}: {len(survey.shape):,} buildings in {seconds:.1f} s"
        )
        self.stdout.write(", ".join(f"{name} {count:,}" for name, count in kept.verdicts.items()))
