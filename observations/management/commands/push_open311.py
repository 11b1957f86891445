"""Send one of our reports on to another city's server by GeoReport v2."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from municipality.actor import SYSTEM
from municipality.cases.models import Case
from municipality.far_web import NoAnswer, Web
from municipality.problems import Problem
from municipality.reach import as_system
from observations.open311.client import FarCity, NotTold
from observations.open311.forwarding import follow_up, forward
from observations.reports.transitions import KIND


class Command(BaseCommand):
    """``push_open311 NUMBER URL --service-code CODE --key-file FILE``, or ``--token T`` later."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the report, the server and what it calls the kind."""
        parser.add_argument("number", help="of the case, as OB-2026-000123")
        parser.add_argument("url", help="the server up to its version, as .../open311/v2")
        parser.add_argument("--service-code", default="")
        parser.add_argument("--key-file", type=Path, help="a file with the key they gave us")
        parser.add_argument("--token", default="", help="ask what became of this token")
        parser.add_argument("--form", choices=("json", "xml"), default="json")
        parser.add_argument("--jurisdiction", default="")
        parser.add_argument("--again", action="store_true", help="though it went there before")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send or follow up, and say what the server gave."""
        with as_system():
            case = Case.objects.filter(kind=KIND, number=options["number"].upper()).first()
        if case is None:
            raise CommandError(f"no report {options['number']}", returncode=2)
        web = Web(loopback=settings.GEO_FAR_LOOPBACK)
        key = options["key_file"].read_text(encoding="utf-8").strip() if options["key_file"] else ""
        city = FarCity(options["url"], web, options["form"], options["jurisdiction"], key)
        try:
            self.stdout.write(self._done(case, city, options))
        except (NoAnswer, NotTold) as silence:
            raise CommandError(f"the server: {silence}") from None
        except Problem as problem:
            raise CommandError(problem.detail.en) from None

    def _done(self, case: Case, city: FarCity, options: dict[str, Any]) -> str:
        at = timezone.now()
        if options["token"]:
            found = follow_up(case=case, to=city, token=options["token"], by=SYSTEM, at=at)
            return f"service_request_id {found}" if found else "no id yet"
        if not options["service_code"]:
            raise CommandError("--service-code is needed", returncode=2)
        told = forward(
            case=case, to=city, service_code=options["service_code"], by=SYSTEM, at=at,
            again=options["again"],
        )  # fmt: skip
        return " ".join(f"{name} {value}" for name, value in told.items())
