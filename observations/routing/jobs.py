"""What the worker does for routing (PERIODIC of geo_portal/wiring.py)."""

from django.utils import timezone

from municipality.city_time import city_day
from municipality.places import stamps
from observations.reports.leading import lead_astray
from observations.routing.rerouting import reroute_open, route_new

_done: object = None  # what this process last routed everything by: stamps and day


def route_open() -> None:
    """Route what came in unrouted; everything open where a boundary changed, or the day did.

    A worker that has just begun looks at everything once: that changes nothing which stands.
    """
    global _done
    at = timezone.now()
    seen = (city_day(at), stamps.read("responsibilities"))
    if seen == _done:
        route_new(at=at)
    else:
        reroute_open(at=at)
        _done = seen
    lead_astray(at=at)
