"""Write the page of every machine: ``manage.py draw_machines``."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from municipality.cases.diagram import page
from municipality.cases.kinds import machines


class Command(BaseCommand):
    """Draw the stages of every kind of case into ``docs/machines``."""

    help = "Draw the stages of every kind of case into docs/machines."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one file a kind."""
        folder = Path(settings.BASE_DIR) / "docs" / "machines"
        folder.mkdir(parents=True, exist_ok=True)
        for machine in machines():
            path = folder / f"{machine.kind}.md"
            path.write_text(page(machine), encoding="utf-8")
            self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
