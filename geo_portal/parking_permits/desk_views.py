"""The desk of permits: found by plate, phone, permit or plot; by anyone by number and plate.

Each look of an officer leaves a row (guards.md threats 9 and 14): what was looked for, by whom.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from geo_portal.parking_permits.shown import row_of
from municipality.asked import today
from municipality.digits import western
from municipality.history.actions import record
from municipality.people.access import ANYONE, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.people.limits import Limit, count
from municipality.phones import NotAPhone, masked, phone
from municipality.reach import as_system
from municipality.words import Text
from parking_zones.parking_permits.holders import held_by_phone
from parking_zones.parking_permits.models import ParkingPermit
from parking_zones.parking_permits.queries import numbered
from parking_zones.plates import NotAPlate, read_plate

DESK = ("registrar", "zone_manager", "supervisor", "auditor", "agent", "hall")
MOST, LONGEST = 50, 60
LOOK_UPS = (Limit("permit_minute", 10, 60), Limit("permit_day", 100, 86_400))
NOT_THAT = Text(
    "لا تصريح بهذا الرقم لهذه المركبة. راجع الرقمين كما في التصريح.",
    "No permit of this number is for this vehicle. Check both as they stand on the permit.",
)


def _looked_for(text: str) -> tuple[str, QuerySet[ParkingPermit]]:
    """Tell what a text is (phone, plate, permit, plot) and find its permits, the latest first."""
    rows = ParkingPermit.objects.select_related("zone", "bay")
    plain = western(text).strip()
    if (permits := numbered(plain)) is not None:
        return "permit", rows.filter(pk__in=permits)
    try:
        return "phone", rows.filter(held_by_phone(phone(plain)))
    except NotAPhone:
        pass
    try:
        return "plate", rows.filter(vehicles__plate_key=read_plate(text).key).distinct()
    except NotAPlate:
        return "plot", rows.filter(Q(plot_number__iexact=plain) | Q(number__iexact=plain))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(*DESK)
def search(request: HttpRequest) -> HttpResponse:
    """Find permits by what a visitor knows; POST, so that no phone stands in an address."""
    at, on = timezone.now(), today()
    text = request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST]
    context: dict[str, Any] = {"q": text, "rows": None}
    if text:
        what, found = _looked_for(text)
        rows = list(found.order_by("-ends_on", "-pk")[: MOST + 1])
        role = next(role for role in person_of(request).roles if role in DESK)
        told = masked(phone(western(text))) if what == "phone" else text
        record(
            stream="permits/desk", act="permit.looked_for", by=actor_of(request, role), at=at,
            facts={"by": what, "text": told, "found": len(rows)},
        )  # fmt: skip
        context |= {
            "rows": [row_of(one, on=on, at=at) for one in rows[:MOST]],
            "has_more": len(rows) > MOST,
            "what": what,
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
