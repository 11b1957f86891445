"""The zone manager's editor of zones: the page; what it asks is ``/api/parking/zone-edits``."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import map_config
from municipality import asked
from municipality.history.queries import entries
from municipality.people.access import open_to
from municipality.reach import as_system
from parking_zones.zones.editing.api import ZONE_MANAGER
from parking_zones.zones.editing.saving import stream_of
from parking_zones.zones.models import Zone

NOT_DRAWN = ("parking_zones", "areas")  # the zones of today, and names where theirs shall stand
LATEST = 5  # edits that are told below the form
NUMBER = "NUMBER"  # what the page puts a zone's number in the place of


@require_safe
@open_to(ZONE_MANAGER)
def zone_editor(request: HttpRequest) -> HttpResponse:
    """Show the zones of one kind as they hold on a day, to be edited from that day on."""
    today = asked.today()
    kinds = [str(kind) for kind in Zone.Kind.values]
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else str(Zone.Kind.PAID.value)
    day = asked.day(request.GET.get("from", ""), name="from", default=today + dt.timedelta(days=1))
    config = map_config(
        request,
        kind=kind,
        today=today.isoformat(),
        api=reverse("api:zones_to_edit"),
        names=reverse("parking:zone_names"),
        sheet=reverse("parking_permits:sheet", args=[NUMBER]),
        **{"from": day.isoformat()},
    )
    config["layers"] = [name for name in config["layers"] if name not in NOT_DRAWN]
    with as_system():
        latest = list(entries(stream_of(kind)).order_by("-seq")[:LATEST])
    context = {
        "config": config,
        "attribution": config["attribution"],
        "kind": kind,
        "day": day,
        "is_today": day == today,
        "today": today,
        "latest": latest,
        "steps": ("0.1", "1", "10"),
    }
    return render(request, "parking/edit.html", context)
