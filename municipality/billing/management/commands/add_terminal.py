"""``manage.py add_terminal T-01 hall_seeb``: make a terminal, or change its key; prints the key."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from municipality.billing.terminals.keys import key_of
from municipality.billing.terminals.models import Terminal
from municipality.places.models import Branch


class Command(BaseCommand):
    """Make one terminal and print the key to put into it."""

    help = "Makes a card terminal of a branch, or gives it a new key, and prints its key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the terminal's code and its branch."""
        parser.add_argument("code")
        parser.add_argument("branch", help="code of the branch")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the terminal; one that is there gets its next key, and the old one is void."""
        branch = Branch.objects.filter(code=options["branch"]).order_by("pk").first()
        if branch is None:
            raise CommandError(f"no branch {options['branch']}")
        terminal, new = Terminal.objects.get_or_create(
            code=options["code"], defaults={"branch": branch}
        )
        if not new:
            terminal.branch, terminal.key_version = branch, terminal.key_version + 1
            terminal.save(update_fields=["branch", "key_version"])
        key = key_of(secret=settings.SECRET_KEY, code=terminal.code, version=terminal.key_version)
        self.stdout.write(f"{terminal.code} {key.hex()}")
