#!/usr/bin/env python
"""The command line of the platform: ``.venv/bin/python manage.py help``."""

import atexit
import gc
import os
import sys

OWNERS_COMMANDS = {"migrate", "makemigrations", "test", "sqlmigrate", "flush", "build_demo_city"}


def load_less() -> None:
    """Leave out what a command that loads files never uses, and would wait for."""
    from municipality.lean import keep_out

    os.environ.setdefault("GEO_SERVING", "off")
    keep_out()
    atexit.register(gc.freeze)  # or the end would look through every row for what refers to what


def main() -> None:
    """Run one command; those that change tables run as the owner of the tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_portal.settings.dev")
    if len(sys.argv) > 1 and sys.argv[1] in OWNERS_COMMANDS:
        os.environ.setdefault("GEO_DB_ROLE", "owner")
    if len(sys.argv) > 1 and sys.argv[1].startswith("import_"):
        load_less()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
