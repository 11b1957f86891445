"""``manage.py make_signing_authority``: the test authority of the stamp; what is there stays."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from municipality.conf import PROFILE
from municipality.documents.signing import authority
from municipality.documents.signing.folder import the_folder
from municipality.words import Text


class Command(BaseCommand):
    """Make root, stamp and time-stamp keys with certificates that name themselves tests."""

    help = "Makes a test authority for the electronic stamp, where there is none."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing; a new public address gives new certificates."""
        made = authority.ensure(
            the_folder(),
            municipality=Text(PROFILE.municipality_ar, PROFILE.municipality_en),
            url=settings.GEO_PUBLIC_URL,
            at=timezone.now(),
        )
        self.stdout.write("made" if made else "kept as it is")
