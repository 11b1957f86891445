"""Building the demo city: every part in its order, in one transaction."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from geo_portal.city_facts import load_city_facts
from geo_portal.demo.buildings import write_buildings
from geo_portal.demo.people import write_people
from geo_portal.demo.places import write_phases, write_places
from geo_portal.demo.register import Keys, write_register
from geo_portal.demo.reports import LAST_DAY, write_reports
from geo_portal.demo.responsibilities import write_responsibilities
from geo_portal.demo.settlement import settle_all
from geo_portal.demo.streets import write_roads
from geo_portal.demo.themes import write_themes
from geo_portal.demo.tills import write_terminals
from geo_portal.demo.titles import write_titles
from geo_portal.demo.zones import write_zones
from maps.heat.denominators.kept import build_denominators
from municipality.conf import PROFILE
from municipality.places.demo import DEMO
from municipality.places.models import Stamp
from observations.reports.heat import release_heat
from observations.routing.rerouting import route_new

# Tables that are empty in a city that has only its facts; any row in them is "something else".
EMPTY_TABLES = (
    "people_user",
    "people_consultancy",
    "places_area",
    "places_wilayatversion",
    "plots_plot",
    "plots_building",
    "plots_road",
    "plots_themelayer",
    "parking_zones_zone",
    "observations_observation",
    "observations_responsibility",
    "maps_heatrelease",
)
WRITTEN_TABLES = (
    *EMPTY_TABLES,
    "observations_routed",
    "maps_heatdenominator",
    "people_membership",
    "places_areaversion",
    "plots_lineage",
    "plots_plotnumber",
    "plots_plotversion",
    "plots_themefeature",
    "plots_title",
    "plots_titlemandate",
    "plots_titleshare",
    "plots_unit",
    "parking_zones_bay",
    "parking_zones_zoneversion",
)
OVER = dt.datetime.combine(LAST_DAY + dt.timedelta(days=1), dt.time(), PROFILE.time_zone)
Told = Callable[[str, int, float], None]


class NotEmpty(RuntimeError):
    """The database holds something else; the demo city is never built over it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a demo city to build, and from which seed."""

    plots: int = 20_000
    observations: int = 50_000
    seed: int = 1


def held_tables() -> list[str]:
    """Return the tables that keep the demo city out."""
    held = []
    with connection.cursor() as cursor:
        for table in EMPTY_TABLES:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 (our own names)
            if cursor.fetchone()[0]:
                held.append(table)
    return held


def build(plan: Plan, tell: Told) -> None:
    """Build the city, or nothing; ``tell`` hears of each part, its rows and seconds.

    Raises NotEmpty, and NoRoom where the areas cannot hold the plots.
    """
    with transaction.atomic():
        if held := held_tables():
            raise NotEmpty(", ".join(held))
        _build(plan, tell)
    _analyze()


def _build(plan: Plan, tell: Told) -> None:
    clock = _Clock(tell)
    clock.told("facts", sum(load_city_facts().values()))
    wilayats, areas = write_places()
    clock.told("places", len(wilayats) + len(areas))
    settled = settle_all(plan.plots, plan.seed)
    keys = Keys(wilayats, areas, write_phases(settled, areas))
    clock.told("blocks", sum(len(part.use) for part in settled))
    clock.told("roads", write_roads(settled))
    register = write_register(settled, keys, plan.seed)
    clock.told("plots", sum(len(ids) for ids in register.ids))
    clock.told("buildings", write_buildings(settled, register, plan.seed))
    clock.told("planning layers", write_themes())
    clock.told("parking zones", write_zones(plan.seed))
    clock.told("observations", write_reports(plan.observations, keys, plan.seed))
    clock.told("responsibilities", write_responsibilities())
    clock.told("open reports routed", route_new(at=OVER).changed)
    clock.told("released months", len(release_heat(on=OVER.date(), at=OVER, anew=True)))
    built = build_denominators(on=OVER.date(), at=OVER)
    clock.told("denominators of the heat", len(built))
    clock.told("people", write_people())
    clock.told("titles", write_titles(settled, register, plan.seed))
    clock.told("card terminals", write_terminals())
    Stamp.objects.update_or_create(name=DEMO, defaults={"value": 1})


class _Clock:
    def __init__(self, tell: Told) -> None:
        self._tell, self._since = tell, time.monotonic()

    def told(self, part: str, rows: int) -> None:
        now = time.monotonic()
        self._tell(part, rows, now - self._since)
        self._since = now


def _analyze() -> None:
    """Count what was written, so that the first questions are planned well."""
    with connection.cursor() as cursor:
        for table in dict.fromkeys(WRITTEN_TABLES):
            cursor.execute(f"ANALYZE {table}")
