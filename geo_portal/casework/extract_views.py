"""Asking for a certified plot extract: see what you get and what it costs, then submit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from municipality.asked import today
from municipality.billing.tariffs.models import TariffKind
from municipality.billing.tariffs.queries import NoTariff, price_on
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.people.models import User
from municipality.words import Text
from plots.extracts.actions import request_extract
from plots.register.queries import plot_on

NO_PRICE = Text(
    "لا تعرفة سارية لهذه الخدمة اليوم، فلا يُقبل الطلب. اتصل على 1111.",
    "No price is in force for this service today, so no application is taken. Call 1111.",
)


def served_of(request: HttpRequest) -> User:
    """Return for whom it is asked: the visitor in front of an officer, or oneself."""
    visitor_id: int | None = getattr(request, "acting_for", None)
    return person_of(request) if visitor_id is None else User.objects.get(pk=visitor_id)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(SIGNED_IN)
def extract_request(request: HttpRequest, plot_id: int) -> HttpResponse:
    """Show what the extract of a plot holds and costs; POST opens and submits the case."""
    plot = plot_on(plot_id=plot_id, on=today())
    if plot is None:
        raise not_found()
    try:
        fee = price_on(kind=TariffKind.PLOT_EXTRACT, zone_code="", day=today())
    except NoTariff:
        fee = None
    if request.method == "POST" and fee is not None:
        asker = person_of(request)
        case = request_extract(
            plot=plot, person=served_of(request), by=actor_of(request, asker.roles[0]),
            at=timezone.now(),
            language="en" if request.POST.get("language") == "en" else "ar",
            purpose=request.POST.get("purpose", "").replace("\x00", "").strip(),
        )  # fmt: skip
        return redirect(f"{reverse('casework:case', args=[case.public_id])}?new")
    context = {"plot": plot, "facts": plot.facts, "fee": fee, "no_price": NO_PRICE}
    return render(request, "casework/extract_request.html", context)
