"""Announcing to the holders of a zone: written, counted, then sent."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from geo_portal.parking_permits.reading import told_in_form
from municipality.asked import today
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of
from municipality.problems import Problem
from municipality.words import Text
from parking_zones.parking_permits.announcing import (
    ANNOUNCER,
    LONGEST,
    Announcement,
    announce,
    reach_of,
)
from parking_zones.zones.models import Zone

LONGEST_KEY = 24
SENT = Text("أُرسل الإعلان إلى {count} هاتف.", "The announcement went to {count} telephones.")


def _announcement(told: dict[str, str]) -> Announcement:
    """Read what is announced; raises Problem 404 for no such zone."""
    zone = Zone.objects.filter(number=told.get("zone", "")[:12]).first()  # unique
    if zone is None:
        raise not_found()
    text = Text(told.get("text_ar", ""), told.get("text_en", ""))
    return Announcement(zone, text, told.get("key", "")[:LONGEST_KEY] or secrets.token_urlsafe(12))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANNOUNCER)
def announce_to_zone(request: HttpRequest) -> HttpResponse:
    """Write an announcement; POST counts whom it reaches, and with ``send`` sends it."""
    told = told_in_form(request)
    refused: Problem | None = None
    reach = None
    if request.method == "POST":
        wanted, on, at = _announcement(told), today(), timezone.now()
        try:
            reach = reach_of(wanted, on=on)
            if told.get("send") and reach.telephones:
                by = actor_of(request, ANNOUNCER)
                count = announce(announcement=wanted, on=on, by=by, at=at)
                messages.success(request, str(SENT.with_values(count=count)))
                return redirect("parking_permits:announce")
        except Problem as problem:
            refused = problem
    context = {
        "told": told,
        "zones": Zone.objects.order_by("number"),
        "reach": reach,
        "refused": refused,
        "longest": LONGEST,
        "key": told.get("key") or secrets.token_urlsafe(12),
    }
    status = 422 if refused else 200
    return render(request, "parking_permits/announce.html", context, status=status)
