"""What the import commands share: their options, the progress bar, the files they leave."""

import argparse
import datetime as dt
import io
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.documents.refusals import sentence
from municipality.importing.engine import Outcome, Progress, run
from municipality.importing.mapping import FieldMap, MappingError, load_map
from municipality.importing.refused import write_refused
from municipality.importing.registry import importer
from municipality.importing.report import STOPPED, Report
from municipality.importing.spec import Importer, Job

BAD_ARGUMENTS = 2


def _epsg(text: str) -> int:
    code = text.upper().removeprefix("EPSG:")
    if not code.isdigit() or int(code) not in PROFILE.systems:
        listed = ", ".join(f"EPSG:{srid}" for srid in PROFILE.systems)
        raise argparse.ArgumentTypeError(f"{text}: this city accepts {listed}")
    return int(code)


def day_of(text: str) -> dt.date:
    """Read a day of an option; raises ArgumentTypeError."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: a day is written YYYY-MM-DD") from None


class ImportCommand(BaseCommand):
    """Base of the import commands; ``kind`` names the importer.

    One that ``reads_only`` keeps nothing and has its own work for the rows that were accepted.
    """

    kind = ""
    reads_only = False
    requires_migrations_checks = False
    requires_system_checks: tuple[str, ...] = ()  # the checks load every page of the portal

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options every import has."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--layer", default="", help="the layer to read, where there are several"
        )
        parser.add_argument(
            "--source-crs", type=_epsg, help="EPSG:n, goes before what the file says"
        )
        parser.add_argument("--map", help="TOML file of columns, or the name of one we ship")
        parser.add_argument("--dry-run", action="store_true", help="do all of it, keep nothing")
        parser.add_argument("--report", type=Path, help="write the account as JSON")
        parser.add_argument("--refused", type=Path, help="write the refused rows as GeoPackage")
        parser.add_argument("--on", type=day_of, help="first day of the new state; default today")
        parser.add_argument("--full", action="store_true", help="the file is the whole register")
        parser.add_argument(
            "--part", action="store_true", help="the file is a part; retire nothing else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import; leaves by exit code 1 where the swap was not made."""
        at = timezone.now()
        theme = options.get("theme") or ""
        spec = importer(self.kind, theme=theme)
        job = Job(
            kind=self.kind,
            name=options["file"].name,
            on=options["on"] or city_day(at),
            at=at,
            layer=options["layer"],
            theme=theme,
            source_crs=options["source_crs"],
            dry_run=options["dry_run"] or self.reads_only,
            extent=_extent(options),
        )
        with stoppable():
            outcome = self._run(options["file"], spec, job, options["map"])
        if outcome.report.code in {"layer_not_named", "no_such_layer"}:
            raise CommandError(outcome.report.sentence.en, returncode=BAD_ARGUMENTS)
        if outcome.report.made:
            self.finish(outcome, job, options)
        self._leave(outcome, options)
        if outcome.report.exit_code:
            sys.exit(outcome.report.exit_code)

    def finish(self, outcome: Outcome, job: Job, options: dict[str, Any]) -> None:
        """Do what a command does with the accepted rows beside the swap; nothing by default."""

    def _run(self, path: Path, spec: Importer, job: Job, chosen: str | None) -> Outcome:
        try:
            mapping = _load(chosen, spec)
            with path.open("rb") as source, _progress_bar(self.stderr) as progress:
                return run(source, spec, job, mapping, progress)
        except KeyboardInterrupt:
            report = Report(job.kind, job.name, job.dry_run, job.on.isoformat())
            report.refuse("stopped", STOPPED)
            return Outcome(report)
        except MappingError as error:
            raise CommandError(str(error), returncode=BAD_ARGUMENTS) from None
        except OSError as error:
            report = Report(job.kind, job.name, job.dry_run, job.on.isoformat())
            report.refuse("no_file", sentence("no_file", reason=error.strerror or "?"))
            return Outcome(report)

    def _leave(self, outcome: Outcome, options: dict[str, Any]) -> None:
        report = outcome.report
        try:
            if options["refused"] and outcome.rows is not None:
                count = write_refused(options["refused"], outcome.rows, srid=outcome.srid)
                report.facts["refused_file"] = {"path": str(options["refused"]), "rows": count}
            if options["report"]:
                report.write(options["report"])
        except OSError as error:
            raise CommandError(
                f"{error.filename}: {error.strerror}", returncode=BAD_ARGUMENTS
            ) from None
        self.stdout.write(
            f"read {report.read} = accepted {report.accepted} + repaired {report.repaired} "
            f"+ refused {report.refused}"
        )
        for code, count in report.verdicts.items():
            self.stdout.write(f"  {count:>9,}  {code}")
        if report.operation:
            self.stdout.write(f"coordinates: {report.operation}")
        for name, value in report.swap.items():
            self.stdout.write(f"{name}: {value}")
        stream = self.stdout if report.made else self.stderr
        stream.write(report.sentence.en)
        stream.write(report.sentence.ar)


def _extent(options: dict[str, Any]) -> str:
    if options["full"] and options["part"]:
        raise CommandError("--full or --part, not both", returncode=BAD_ARGUMENTS)
    return "full" if options["full"] else "part" if options["part"] else "auto"


def _load(chosen: str | None, spec: Importer) -> FieldMap:
    if not chosen:
        return FieldMap()
    return load_map(chosen, known=[one.name for one in spec.fields])


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end a command as Ctrl-C does: in a sentence."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, _stop) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for one, held in before.items():
            signal.signal(one, held)


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class _progress_bar:  # noqa: N801 (used as a context manager, like a function)
    """A bar of the stages on a terminal; nothing elsewhere."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if not self._stream.isatty():
            return _quiet
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        console = Console(
            file=self._stream._out if hasattr(self._stream, "_out") else io.StringIO()
        )
        columns = TextColumn("{task.description:>9}"), BarColumn(), TimeElapsedColumn()
        self._bar = Bar(*columns, console=console)
        task = self._bar.add_task("opening", total=100)
        self._bar.start()

        def tell(stage: str, done: int, total: int) -> None:
            self._bar.update(task, description=stage, completed=100 * done / total if total else 0)

        return tell

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def _quiet(stage: str, done: int, total: int) -> None:
    pass
