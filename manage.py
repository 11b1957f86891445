#!/usr/bin/env python
"""The command line of the platform: ``.venv/bin/python manage.py help``."""

import os
import sys

OWNERS_COMMANDS = {"migrate", "makemigrations", "test", "sqlmigrate", "flush", "build_demo_city"}


def load_less() -> None:
    """Leave out what a command that loads files never uses, and would wait for."""
    from municipality.lean import keep_out

    os.environ.setdefault("GEO_SERVING", "off")
    keep_out()


def start_reader() -> None:
    """Start the process that will read the file; it loads while the command itself does."""
    from municipality.documents.file_gate import start_ahead

    start_ahead()


def end_at_once() -> None:
    """Leave without taking a file's rows apart again, which would only be waited for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def main() -> None:
    """Run one command; those that change tables run as the owner of the tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_portal.settings.dev")
    os.environ.setdefault("GEO_REACH", "system")  # commands see all rows; web sessions see none
    if len(sys.argv) > 1 and sys.argv[1] in OWNERS_COMMANDS:
        os.environ.setdefault("GEO_DB_ROLE", "owner")
    loading = len(sys.argv) > 1 and sys.argv[1].startswith("import_")
    if loading:
        load_less()
        if any(os.path.isfile(argument) for argument in sys.argv[2:]):
            start_reader()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
    if loading:
        end_at_once()


if __name__ == "__main__":
    main()
