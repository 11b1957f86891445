"""``manage.py build_demo_city``: a synthetic Muscat in an empty database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from geo_portal.demo import SOURCE
from geo_portal.demo.build import NotEmpty, Plan, build
from geo_portal.demo.cases import write_cases
from geo_portal.demo.live_reports import write_live_reports
from geo_portal.demo.parking_permits import write_parking_permits
from geo_portal.demo.permits import write_permits
from geo_portal.demo.settlement import NoRoom
from municipality.conf import PROFILE
from municipality.places.demo import is_demo

STANDARD = Plan()
THERE_ALREADY = "the demo city is here already; it is built in an empty database only"


class Command(BaseCommand):
    """Build the demo city, once, in a database that holds nothing else."""

    help = (
        "Build the demo city: deterministic (the same seed gives the same city), labelled "
        "synthetic, in one transaction, and only in a database that holds nothing else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size, the seed, and whether a demo that is there already is fine."""
        parser.add_argument("--plots", type=_count, default=STANDARD.plots, metavar="N")
        parser.add_argument("--observations", type=_count, default=STANDARD.observations)
        parser.add_argument("--seed", type=_count, default=STANDARD.seed, metavar="N")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where the demo city is already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Build it, telling each part and its time."""
        if PROFILE.code != "muscat":
            raise CommandError(f"The demo city is Muscat; this database is {PROFILE.name_en}.")
        if is_demo():
            if options["if_empty"]:
                return
            raise CommandError(f"Nothing was changed: {THERE_ALREADY}.")
        plan = Plan(options["plots"], options["observations"], options["seed"])
        try:
            with transaction.atomic():
                build(plan, self._tell if options["verbosity"] > 0 else _silent)
                write_cases(at=timezone.now())
                write_permits(at=timezone.now())
                write_parking_permits(seed=plan.seed, at=timezone.now())
                write_live_reports(plan.observations, at=timezone.now())
        except NotEmpty as held:
            raise CommandError(
                "Nothing was changed: the demo city is built in an empty database only, and "
                f"this one holds rows in {held}."
            ) from None
        except NoRoom as error:
            raise CommandError(f"Nothing was changed: {error}.") from None
        if options["verbosity"] > 0:
            size = f"{plan.plots:,} plots, {plan.observations:,} observations"
            self.stdout.write(f"{size}, seed {plan.seed}: {SOURCE}")

    def _tell(self, part: str, rows: int, seconds: float) -> None:
        self.stdout.write(f"{part:<16} {rows:>8,} {seconds:6.1f} s")


def _silent(part: str, rows: int, seconds: float) -> None:
    pass


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number
