"""Asking for a certified plot extract: see what you get and what it costs, then submit."""

import secrets

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
from municipality.people.delegations import act_by, held_by, served_id
from municipality.people.models import Delegation, User
from municipality.words import Text
from plots.extracts.actions import KIND, LONGEST_KEY, Wanted, request_extract
from plots.register.queries import plot_on

NO_PRICE = Text(
    "لا تعرفة سارية لهذه الخدمة اليوم، فلا يُقبل الطلب. اتصل على 1111.",
    "No price is in force for this service today, so no application is taken. Call 1111.",
)


def served_of(request: HttpRequest) -> User:
    """Return for whom it is asked: the visitor in front, who lets one act, or oneself."""
    served = served_id(request)
    return person_of(request) if served is None else User.objects.get(pk=served)


def choose(request: HttpRequest, delegation: str) -> None:
    """Ask for who gave a delegation (its id), or for oneself where none is named.

    Raises Problem 404 for one that this person does not hold today for this service.
    """
    if delegation:
        act_by(request, delegation, KIND, on=today())


def _held(request: HttpRequest) -> list[Delegation]:
    """Return one delegation a giver to choose among; none while a visitor is served."""
    if served_id(request) is not None:
        return []
    held = held_by(person_of(request).pk, on=today()).filter(kinds__contains=[KIND])
    return list({one.giver_id: one for one in held}.values())


def _wanted(request: HttpRequest) -> Wanted:
    """Read the form; its key was made with the page, so a double click is one request."""
    told = {
        name: request.POST.get(name, "").replace("\x00", "").strip() for name in ("purpose", "key")
    }
    language = "en" if request.POST.get("language") == "en" else "ar"
    return Wanted(language, told["purpose"], told["key"][:LONGEST_KEY])


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
        choose(request, request.POST.get("for", "").replace("\x00", ""))
        case = request_extract(
            plot=plot, person=served_of(request), by=actor_of(request, next(iter(asker.roles), "")),
            at=timezone.now(),
            wanted=_wanted(request),
        )  # fmt: skip
        return redirect(f"{reverse('casework:case', args=[case.public_id])}?new")
    context = {
        "plot": plot, "facts": plot.facts, "fee": fee, "no_price": NO_PRICE,
        "key": secrets.token_urlsafe(16), "held": _held(request),
        "served": served_of(request) if served_id(request) else None,
    }  # fmt: skip
    return render(request, "casework/extract_request.html", context)
