"""The payer's page: open to whoever holds the link, which is unguessable."""

import secrets

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from geo_portal.collection import shown
from geo_portal.collection.forms import needed, number, words_of
from municipality.actor import Actor
from municipality.billing.payments import online
from municipality.billing.payments.charging import Asked
from municipality.billing.payments.models import Charge
from municipality.billing.payments.receipt_paper import paper_of
from municipality.documents.store import open_kept
from municipality.people.access import ANYONE, open_to
from municipality.people.models import User
from municipality.problems import Problem


def _payer(request: HttpRequest) -> Actor:
    """Name who pays: the one signed in, or whoever was given the link."""
    if isinstance(request.user, User):
        return Actor(request.user.pk, request.user.full_name, "citizen")
    return Actor(None, "payer by link", "citizen")


@require_safe
@open_to(ANYONE)
def pay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what is owed and why, and where its payment stands."""
    at = timezone.now()
    stands = shown.standing_of(public_id)
    if stands.bill.public_id != public_id:
        return redirect("collection:pay", stands.bill.public_id)
    payment, payer_id = stands.bill.paid_with, request.user.pk or 0
    context = shown.facts_of(stands, at=at) | {
        "key": secrets.token_urlsafe(16),
        # a joint receipt names what else its payer paid for: no business of who holds this link
        "is_of_others": payment is not None and payment.payer_person_id != payer_id,
    }
    answer = render(request, "collection/pay.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@open_to(ANYONE)
def pay_state(request: HttpRequest, public_id: str) -> JsonResponse:
    """Tell where the payment stands, for the page that waits."""
    answer = JsonResponse(shown.as_json(shown.standing_of(public_id), at=timezone.now()))
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@open_to(ANYONE)
def pay_start(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin an online payment and lead the payer to the bank's page."""
    bill = shown.bill_of(public_id)

    def return_url(charge: Charge) -> str:
        # To the host they came by: under another name of ours they would be signed out.
        return request.build_absolute_uri(reverse("collection:pay", args=[public_id]))

    try:
        asked = Asked(
            bill_id=bill.pk, channel=Charge.Channel.ONLINE,
            key=f"pay/{bill.pk}/{needed(request, 'key', longest=40)}",
            shown_baisa=number(request, "shown_baisa"),
        )  # fmt: skip
        charge = online.start(
            asked=asked, return_url=return_url, by=_payer(request), at=timezone.now()
        )
    except Problem as refused:
        messages.error(request, words_of(refused))
        return redirect("collection:pay", public_id)
    return redirect(charge.page_url or reverse("collection:pay", args=[public_id]))


@require_safe
@open_to(ANYONE)
def receipt_pdf(request: HttpRequest, public_id: str) -> FileResponse:
    """Give the receipt as PDF, in Arabic and English, with its verification code."""
    receipt = shown.receipt_of(public_id)
    paper = paper_of(receipt_id=receipt.pk, at=timezone.now())
    answer = FileResponse(
        open_kept(paper.sha256), content_type="application/pdf", filename=f"{receipt.number}.pdf"
    )
    answer["Cache-Control"] = "no-store"
    return answer
