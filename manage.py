#!/usr/bin/env python
"""The command line of the platform: ``.venv/bin/python manage.py help``."""

import os
import sys

OWNERS_COMMANDS = {"migrate", "makemigrations", "test", "sqlmigrate", "flush", "build_demo_city"}


def main() -> None:
    """Run one command; those that change tables run as the owner of the tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_portal.settings.dev")
    if len(sys.argv) > 1 and sys.argv[1] in OWNERS_COMMANDS:
        os.environ.setdefault("GEO_DB_ROLE", "owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
