"""Pull another city's requests by GeoReport v2, through the checks of import_observations."""

import datetime as dt
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.far_web import Web
from municipality.importing.command import BAD_ARGUMENTS, ImportCommand, day_of
from municipality.importing.engine import Outcome
from municipality.importing.report import Report
from municipality.importing.spec import Job
from municipality.words import Text
from observations.open311.client import FarCity, NotTold, Pulled
from observations.open311.foreign import ForeignRow

COLUMNS = (
    "service_request_id", "status", "service_name", "service_code", "requested_datetime",
    "updated_datetime", "address", "lat", "long",
)  # fmt: skip
NAME = re.compile(r"[^/\\\0]{1,100}")
NOT_TOLD = Text(
    "لم يجب الخادم كما ينبغي ({why})؛ لم يتغير شيء.",
    "The server did not answer as it should ({why}); nothing changed.",
)
NOTHING = Text("لا ملاحظات عند الخادم في هذه الأيام.", "The server has no requests of these days.")


class Command(ImportCommand):
    """``pull_open311 URL --since DAY --until DAY --source NAME``; known requests are updated."""

    help = __doc__ or ""
    kind = "observations"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the server and the days, and what every import may be told."""
        parser.add_argument("url", help="the server up to its version, as .../open311/v2")
        parser.add_argument("--since", type=day_of, required=True, help="first day of the requests")
        parser.add_argument("--until", type=day_of, help="last day; default today")
        parser.add_argument("--source", required=True, help="by which its requests are known here")
        parser.add_argument("--updated-since", type=day_of, help="for servers that know it")
        parser.add_argument("--form", choices=("json", "xml"), default="json")
        parser.add_argument("--jurisdiction", default="")
        parser.add_argument("--map", help="TOML file: words.category, time.zone, columns")
        parser.add_argument("--dry-run", action="store_true", help="do all of it, keep nothing")
        parser.add_argument("--report", type=Path, help="write the account as JSON")
        parser.add_argument("--refused", type=Path, help="write the refused rows as GeoPackage")
        parser.set_defaults(layer="", source_crs=None, on=None, full=False, part=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, then import; exit 1 where the server did not tell."""
        if not NAME.fullmatch(options["source"]):
            raise CommandError("--source is a name of up to 100 letters", returncode=BAD_ARGUMENTS)
        city = FarCity(
            options["url"], Web(loopback=settings.GEO_FAR_LOOPBACK), options["form"],
            options["jurisdiction"],
        )  # fmt: skip
        today = city_day(timezone.now())
        until = options["until"] or today
        if until < options["since"]:
            raise CommandError("--since is after --until", returncode=BAD_ARGUMENTS)
        report = Report(self.kind, options["url"], options["dry_run"], today.isoformat())
        try:
            services = city.services()
            pulled = city.pull(
                since=_midnight(options["since"]),
                until=_midnight(until + dt.timedelta(days=1)) - dt.timedelta(seconds=1),
                updated_after=_midnight(options["updated_since"])
                if options["updated_since"]
                else None,
            )
        except NotTold as silence:
            report.refuse("far_server", NOT_TOLD.with_values(why=str(silence)))
            self._end(report, options)
            return
        if not pulled.all_rows():
            report.made, report.sentence = True, NOTHING
            self._end(report, options)
            return
        self._pulled = pulled
        with tempfile.TemporaryDirectory() as folder:
            options["file"] = Path(folder) / f"{options['source']}.json"
            rows = [_flat(row, services) for row in pulled.all_rows()]
            options["file"].write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
            super().handle(*args, **options)

    def finish(self, outcome: Outcome, job: Job, options: dict[str, Any]) -> None:
        """Add to the account how the server was asked."""
        pulled: Pulled = self._pulled
        outcome.report.facts["asked"] = {
            "url": options["url"], "questions": pulled.asked, "repeated": pulled.repeated,
        }  # fmt: skip

    def _end(self, report: Report, options: dict[str, Any]) -> None:
        self._leave(Outcome(report), options)
        if report.exit_code:
            sys.exit(report.exit_code)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), PROFILE.time_zone)


def _flat(row: ForeignRow, services: dict[str, str]) -> dict[str, str | None]:
    """Return one row of the file: every column, the service by its name where it has one."""
    told = {name: row.get(name) for name in COLUMNS}
    if told["service_name"] is None and told["service_code"] is not None:
        told["service_name"] = services.get(told["service_code"], told["service_code"])
    return told
