"""``manage.py load_city_facts``: fill an empty city with the facts of its profile."""

from typing import Any

from django.core.management.base import BaseCommand

from geo_portal.city_facts import load_city_facts


class Command(BaseCommand):
    """Add weekends, holidays, prices, wilayats, directorates, themes and categories."""

    help = (
        "Add the facts of the city's profile that are missing (calendar, prices, paid hours, "
        "wilayats, directorates, themes, categories).  May be run again at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load them and say what was added."""
        added = {table: rows for table, rows in load_city_facts().items() if rows}
        if options["verbosity"] > 0:
            told = ", ".join(f"{table} {rows}" for table, rows in added.items())
            self.stdout.write(f"City facts added: {told}" if told else "City facts: nothing new")
