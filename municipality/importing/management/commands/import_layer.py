"""Import a layer of one theme from a file: ``manage.py import_layer FILE --theme T``."""

import argparse
import re

from django.core.management.base import CommandParser

from municipality.importing.command import ImportCommand

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _theme(text: str) -> str:
    code = text.strip().lower().replace("-", "_").replace(" ", "_")
    if not _CODE.fullmatch(code):
        raise argparse.ArgumentTypeError(f"{text}: a theme is small letters, digits and _")
    return code


class Command(ImportCommand):
    """Check every row of a layer and make the swap; an unknown theme becomes a guest layer."""

    help = "Import a layer (roads, wadi, road_reserve, heritage, utilities, or a guest layer)."
    kind = "layer"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the theme to the options every import has."""
        super().add_arguments(parser)
        parser.add_argument("--theme", required=True, type=_theme)
