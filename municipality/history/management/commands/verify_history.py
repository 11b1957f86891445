"""Prove that nobody has rewritten the history: ``manage.py verify_history``."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from municipality.history.models import Entry
from municipality.history.verification import verify


class Command(BaseCommand):
    """Recompute every chain and compare with the signed heads; exit 1 names what does not hold."""

    help = "Recompute every chain of the history and compare it with the signed heads."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the findings."""
        begun = time.perf_counter()
        found = verify()
        for finding in found:
            place = f"{finding.stream} step {finding.seq}" if finding.stream else finding.span
            self.stdout.write(f"{finding.why:<12} {place}: {finding.words().en}")
        if found:
            raise CommandError(f"{len(found)} findings: the history was touched.")
        took = time.perf_counter() - begun
        self.stdout.write(f"{Entry.objects.count():,} entries hold ({took:.1f} s)")
