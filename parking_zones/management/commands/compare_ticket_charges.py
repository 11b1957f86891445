"""Hold the operator's list of a day against the tickets by message: ``compare_ticket_charges``."""

import csv
import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from municipality.conf import PROFILE
from parking_zones.tickets.charging import differences


def _charged(path: Path) -> dict[str, int]:
    """Read reference and amount (in the currency, as ``0.200``) of each line; raises ValueError."""
    found: dict[str, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            reference = (row.get("reference") or "").strip()
            amount = round(float(row.get("amount") or "") * 1_000)
            found[reference] = found.get(reference, 0) + amount  # twice is told as another amount
    return found


class Command(BaseCommand):
    """Print what differs, a line each; exit 1 where anything does."""

    help = "Compare a day's tickets by SMS with the operator's own list (CSV: reference, amount)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and the day of the city."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--day", type=dt.date.fromisoformat, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and print."""
        try:
            charged = _charged(options["file"])
        except (OSError, ValueError, UnicodeError) as error:
            raise CommandError(f"the file cannot be read: {error}") from None
        found = differences(charged, day=options["day"], zone=PROFILE.time_zone)
        for line in found:
            self.stdout.write(line)
        self.stdout.write(f"{len(charged)} charges compared, {len(found)} differences")
        if found:
            raise SystemExit(1)
