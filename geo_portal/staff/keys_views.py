"""The administrator's partner keys: made for a span and for grants, shown once, revoked at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from geo_portal.staff.sent import Sent
from municipality.asked import today
from municipality.digits import NotANumber, integer
from municipality.people import partner_keys
from municipality.people.access import open_to
from municipality.people.acting_person import actor_of
from municipality.people.models import PartnerKey
from municipality.words import Text

ADMIN = "admin"
MOST_PER_MINUTE = 6_000
CHOOSE_GRANT = Text("اختر صلاحية واحدة على الأقل.", "Choose one grant at least.")
WRONG_LAST = Text("اختر يومًا قادمًا.", "Choose a day ahead.")
WRONG_RATE = Text("عدد من 1 إلى 6000.", "A number from 1 to 6000.")


def _wanted(request: HttpRequest, sent: Sent) -> partner_keys.Wanted | None:
    """Read the form; None, with what is wrong noted, where it cannot be."""
    name, last = sent.text("name", most=120), sent.day("last")
    grants = tuple(request.POST.getlist("grants"))
    if not grants or set(grants) - set(partner_keys.GRANTS):
        sent.errors["grants"] = CHOOSE_GRANT
    if "last" not in sent.errors and last < today():
        sent.errors["last"] = WRONG_LAST
    try:
        rate = integer(sent.values.get("per_minute", ""))
    except NotANumber:
        rate = 0
    if not 1 <= rate <= MOST_PER_MINUTE:
        sent.errors["per_minute"] = WRONG_RATE
    if sent.errors:
        return None
    return partner_keys.Wanted(name, grants, today(), last, rate)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ADMIN)
def keys(request: HttpRequest) -> HttpResponse:
    """List the keys and make new ones; a new key is shown on this answer and never again."""
    sent = Sent.of(request) if request.method == "POST" else Sent({"per_minute": "60"})
    wanted = _wanted(request, sent) if request.method == "POST" else None
    made = ""
    if wanted is not None:
        made = partner_keys.issue(wanted, by=actor_of(request, ADMIN), at=timezone.now())
        sent = Sent({"per_minute": "60"})
    held = PartnerKey.objects.order_by("-made_at")
    context = {
        "made": made,
        "rows": [
            (one, [partner_keys.GRANTS.get(g, g) for g in one.grants], today() in one.valid)
            for one in held
        ],
        "values": sent.values,
        "errors": sent.errors,
        "grants": partner_keys.GRANTS,
        "chosen": request.POST.getlist("grants") if not made else [],
    }
    return render(request, "staff/keys.html", context, status=422 if sent.errors else 200)


@require_POST
@open_to(ADMIN)
def key_revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a key at once."""
    partner_keys.revoke(prefix, by=actor_of(request, ADMIN), at=timezone.now())
    return redirect("people:keys")
