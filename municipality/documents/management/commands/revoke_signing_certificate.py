"""``manage.py revoke_signing_certificate 3D:3E:… --reason "…"``: it no longer holds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from municipality.actor import SYSTEM
from municipality.documents.signing.jobs import renew_revocation_list
from municipality.documents.signing.revoking import CannotRevoke, revoke_certificate


class Command(BaseCommand):
    """Revoke a signing certificate: on the authority's list, and on the verification page."""

    help = "Puts a signing certificate on the revocation list; papers stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the serial number and the reason."""
        parser.add_argument("serial", help="hexadecimal digits, with or without colons")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it down first: a list that could not be signed now is signed by the job."""
        try:
            row = revoke_certificate(
                serial=options["serial"], reason=options["reason"], by=SYSTEM, at=timezone.now()
            )
        except CannotRevoke as problem:
            raise CommandError(str(problem)) from problem
        ours = renew_revocation_list()
        self.stdout.write(f"{row.serial} since {row.since:%d/%m/%Y %H:%M} UTC")
        if not ours:
            self.stdout.write("The authority is not ours: have it revoke the certificate as well.")
