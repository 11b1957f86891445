"""What the worker does for files: sweep, scan what waits, keep the times of keeping."""

from django.utils import timezone

from municipality.documents import files, intake, retention
from municipality.documents.models import StoredFile
from municipality.reach import as_system

AT_ONCE = 100


class RowsWithoutFile(Exception):
    """Rows name bytes that are gone: shown on the page of jobs until it is mended."""


def sweep() -> None:
    """Remove bytes that no row names; raises RowsWithoutFile where a row's bytes are gone."""
    found = files.sweep(at=timezone.now())
    if found.without_file:
        raise RowsWithoutFile(f"{found.without_file} of {found.seen} files are gone")


def scan_waiting() -> None:
    """Ask the scanner about the files that wait for it, oldest first."""
    with as_system():
        waiting = StoredFile.objects.filter(scan=StoredFile.Scan.UNSCANNED).order_by("at")
        for file in waiting[:AT_ONCE]:
            if intake.scan_again(file).scan == StoredFile.Scan.UNSCANNED:
                return  # still no answer: the next turn tries again


def keep_retention() -> dict[str, int]:
    """Forget what has been kept long enough."""
    return retention.keep_rules(at=timezone.now())
