"""The zone manager gives a zone other names: a page of its own, for it moves no boundary."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from geo_portal.staff.sent import Sent
from municipality.digits import western
from municipality.history.queries import entries
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of
from municipality.problems import Problem
from municipality.reach import as_system
from parking_zones.zones.actions import LONGEST_NAME, LONGEST_WHY, Names, rename
from parking_zones.zones.editing.api import ZONE_MANAGER
from parking_zones.zones.editing.saving import stream_of
from parking_zones.zones.models import Zone


def _asked(request: HttpRequest) -> Zone:
    number = western(request.GET.get("zone", "").replace("\x00", "").strip())
    zone = Zone.objects.filter(number=number).first()  # unique
    if zone is None:
        raise not_found()
    return zone


def _rename(request: HttpRequest, zone: Zone, sent: Sent) -> bool:
    """Rename the zone as the form says; what is wrong stands in ``sent`` afterwards."""
    names = Names(sent.text("name_ar", most=LONGEST_NAME), sent.text("name_en", most=LONGEST_NAME))
    why = sent.text("why", most=LONGEST_WHY)
    if sent.errors:
        return False
    was = Names(sent.values.get("was_ar", ""), sent.values.get("was_en", ""))
    by = actor_of(request, ZONE_MANAGER)
    try:
        rename(number=zone.number, names=names, was=was, why=why, by=by, at=timezone.now())
    except Problem as refused:
        if refused.status not in (409, 422):
            raise
        sent.errors["name_ar"] = refused.detail
    return not sent.errors


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ZONE_MANAGER)
def zone_names(request: HttpRequest) -> HttpResponse:
    """Show the names of the zone asked for and what they were; let the manager change them."""
    zone = _asked(request)
    held = {"name_ar": zone.name_ar, "name_en": zone.name_en}
    sent = Sent(dict(held))
    if request.method == "POST":
        sent = Sent.of(request)
        if _rename(request, zone, sent):
            query = urlencode({"zone": zone.number})
            return redirect(f"{reverse('parking:zone_names')}?{query}")
    with as_system():
        renamed = entries(stream_of(zone.kind)).filter(act="rename", facts__number=zone.number)
        history = list(renamed.order_by("-seq"))
    context = {
        "zone": zone,
        "values": sent.values,
        "was": {"ar": zone.name_ar, "en": zone.name_en},
        "errors": {name: str(words) for name, words in sent.errors.items()},
        "history": history,
        "most": LONGEST_NAME,
    }
    return render(request, "parking/names.html", context, status=422 if sent.errors else 200)
