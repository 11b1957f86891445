"""The page of ready answers: what officers choose from at a step, in both languages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from municipality.clock import database_now
from municipality.people.access import open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.problems import Problem
from observations.replies.actions import LONGEST, STEPS, Wording, keep_reply
from observations.replies.models import Reply
from observations.reports.models import Category

WRITERS = ("editor", "supervisor")
LONGEST_KEY = 18  # digits


@never_cache
@require_safe
@open_to(*WRITERS)
def replies(request: HttpRequest) -> HttpResponse:
    """List the ready answers by step, each with its form."""
    rows = Reply.objects.select_related("category").order_by("-active", "pk")
    by_step = [
        {"edge": edge, "act": act, "rows": [row for row in rows if row.edge == edge]}
        for edge, act in STEPS.items()
    ]
    context = {
        "by_step": by_step, "steps": STEPS.items(), "longest": LONGEST,
        "categories": Category.objects.filter(retired_on=None).order_by("position", "id"),
    }  # fmt: skip
    return render(request, "reporting/replies.html", context)


@require_POST
@open_to(*WRITERS)
def keep(request: HttpRequest) -> HttpResponse:
    """Add a ready answer or word one anew; a refusal is said on the page."""
    said = {name: str(text).replace("\0", "") for name, text in request.POST.items()}
    number = said.get("reply", "")
    is_known = number.isascii() and number.isdecimal() and len(number) <= LONGEST_KEY
    role = next(role for role in WRITERS if person_of(request).has_role(role))
    wording = Wording(
        edge=said.get("edge", ""),
        category=Category.objects.filter(code=said.get("category", "")).first(),  # unique
        ar=said.get("ar", ""), en=said.get("en", ""), active=said.get("active") == "1",
    )  # fmt: skip
    try:
        keep_reply(
            reply_id=int(number) if is_known else None, wording=wording,
            by=actor_of(request, role), at=database_now(),
        )  # fmt: skip
    except Problem as refused:
        if refused.status == 404:
            raise
        messages.error(request, str(refused.detail))
    return redirect("reporting:replies")
