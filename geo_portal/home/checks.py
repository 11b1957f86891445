"""System checks of the project: what must not go into production."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from geo_portal.home.basemap import archive
from municipality.asked import today
from municipality.calendar.models import Holiday
from municipality.calendar.office_time import alarm
from municipality.calendar.queries import city_calendar
from municipality.places.demo import is_demo

DEMO_IN_PRODUCTION = (
    "This database holds the demo city, whose people have known passwords; production refuses "
    "it.  Point DATABASE_URL at a database of your own."
)


@register(Tags.database)
def no_demo_in_production(
    *, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """Refuse the demo city under production settings (``check --database default``)."""
    if databases and settings.GEO_REFUSE_DEMO and is_demo():
        return [Error(DEMO_IN_PRODUCTION, id="geo.E001")]
    return []


@register()
def the_basemap_is_there(**options: Any) -> list[CheckMessage]:
    """Say when MAP_PMTILES names no file: the maps would quietly go without it."""
    if settings.GEO_MAP_PMTILES and archive() is None:
        return [Warning(f"MAP_PMTILES: there is no file {settings.GEO_MAP_PMTILES}", id="geo.W001")]
    return []


@register(Tags.database)
def the_calendar_is_filled(
    *, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """Say in good time that the coming year lacks holidays: due times would not know of them."""
    if not databases or Holiday._meta.db_table not in connection.introspection.table_names():
        return []  # a database that is about to be migrated has no calendar yet
    year, lacks = alarm(city_calendar(), on=today())
    words = f"The calendar of {year} lacks: {', '.join(lacks)}"
    return [Warning(words, id="geo.W002")] if lacks else []


def refuse_demo_in_production() -> None:
    """Stop the start of a production process on a demo database; raises ImproperlyConfigured."""
    if settings.GEO_REFUSE_DEMO and is_demo():
        raise ImproperlyConfigured(DEMO_IN_PRODUCTION)
