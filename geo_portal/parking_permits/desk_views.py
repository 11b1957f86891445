"""The desk of permits: found by plate, phone, permit or plot; by anyone by number and plate.

Each look of an officer leaves a row (guards.md threats 9 and 14): what was looked for, by whom.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from geo_portal.parking_permits.desk_search import LONGEST, looked_for, permits_found
from geo_portal.parking_permits.export_views import EXPORTS
from geo_portal.parking_permits.shown import row_of
from municipality.asked import today
from municipality.digits import western
from municipality.history.actions import record
from municipality.people.access import ANYONE, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.people.limits import Limit, count
from municipality.reach import as_system
from municipality.words import Text
from parking_zones.parking_permits.models import ParkingPermit
from parking_zones.parking_permits.queries import numbered
from parking_zones.parking_permits.words import KINDS, STANDINGS
from parking_zones.plates import NotAPlate, read_plate
from parking_zones.zones.models import Zone

DESK = ("registrar", "zone_manager", "supervisor", "auditor", "agent", "hall")
MOST = 50
LOOK_UPS = (Limit("permit_minute", 10, 60), Limit("permit_day", 100, 86_400))
NOT_THAT = Text(
    "لا تصريح بهذا الرقم لهذه المركبة. راجع الرقمين كما في التصريح.",
    "No permit of this number is for this vehicle. Check both as they stand on the permit.",
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(*DESK)
def search(request: HttpRequest) -> HttpResponse:
    """Find permits by what a visitor knows; POST, so that no phone stands in an address."""
    at, on = timezone.now(), today()
    looked = looked_for(request)
    context: dict[str, Any] = {
        "looked": looked,
        "rows": None,
        "kinds": KINDS.items(),
        "standings": STANDINGS.items(),
        "zones": Zone.objects.order_by("number"),
        "may_export": person_of(request).has_role(*EXPORTS),
    }
    if looked:
        rows = list(permits_found(looked, on=on)[: MOST + 1])
        role = next(role for role in person_of(request).roles if role in DESK)
        record(
            stream="permits/desk", act="permit.looked_for", by=actor_of(request, role), at=at,
            facts={**looked.on_the_record, "found": len(rows)},
        )  # fmt: skip
        context |= {
            "rows": [row_of(one, on=on, at=at) for one in rows[:MOST]],
            "has_more": len(rows) > MOST,
        }
    return render(request, "parking_permits/search.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE)
def find(request: HttpRequest) -> HttpResponse:
    """Show where a permit stands to who knows its number and its plate; both, or nothing.

    A wrong number and a wrong plate are one answer; no name, no phone and no plot are shown.
    """
    at, on = timezone.now(), today()
    context: dict[str, Any] = {"told": {}, "row": None, "error": ""}
    if request.method == "POST":
        count(request, LOOK_UPS, at=at)
        told = {
            name: request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST]
            for name in ("number", "plate")
        }
        permit = _both(told["number"], told["plate"])
        context |= {"told": told, "error": "" if permit else str(NOT_THAT)}
        if permit is not None:
            with as_system():
                context["row"] = row_of(permit, on=on, at=at)
    status = 404 if context["error"] else 200
    answer = render(request, "parking_permits/find.html", context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _both(number: str, plate: str) -> ParkingPermit | None:
    """Return the permit of a number whose vehicle has a plate, now or before."""
    try:
        key = read_plate(plate).key
    except NotAPlate:
        key = ""
    with as_system():
        wanted = numbered(western(number)) or []
        rows = ParkingPermit.objects.filter(pk__in=wanted, vehicles__plate_key=key)
        return rows.select_related("zone", "bay").order_by("pk").first()
