"""Changes of hours, prices and terms: a form, the proof before it, and a second pair of eyes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from geo_portal.parking.rules_views import table_of
from geo_portal.staff.sent import Sent
from municipality import asked
from municipality.actor import Actor
from municipality.calendar.queries import city_calendar
from municipality.calendar.rest_days import Span
from municipality.digits import NotANumber, integer, western
from municipality.history.queries import entries
from municipality.people.access import not_found, open_to, roles_of
from municipality.people.acting_person import actor_of
from municipality.problems import Problem
from municipality.reach import as_system
from municipality.words import Text
from parking_zones.pricing.paid_hours import MIDNIGHT
from parking_zones.rule_changes import actions
from parking_zones.rule_changes.drafts import (
    Change,
    Draft,
    HoursDraft,
    PriceDraft,
    TermsDraft,
    overlap,
)
from parking_zones.rule_changes.models import RuleChange
from parking_zones.rule_changes.proof import prove
from parking_zones.rule_changes.ramadan import ahead, around, nearest, told, unknown
from parking_zones.zones.book import zone_book
from parking_zones.zones.models import Zone

ZONE_MANAGER, SUPERVISOR = "zone_manager", "supervisor"
LATEST = 30
SHOWN_PROOFS = 3  # zones with rules of their own, one after another; the others are counted
SORTS = {
    "price": Text("السعر", "Price"),
    "hours": Text("أوقات الرسوم", "Paid hours"),
    "terms": Text("شروط التذاكر", "Terms of tickets"),
}
WEEKDAYS = (
    (7, Text("الأحد", "Sunday")),
    (1, Text("الاثنين", "Monday")),
    (2, Text("الثلاثاء", "Tuesday")),
    (3, Text("الأربعاء", "Wednesday")),
    (4, Text("الخميس", "Thursday")),
    (5, Text("الجمعة", "Friday")),
    (6, Text("السبت", "Saturday")),
)
MOST_BAISA, MOST_MINUTES = 1_000_000, 24 * 60
NOT_WHOLE = Text("رقم صحيح من {low} إلى {high}.", "A whole number, {low} to {high}.")
NO_ZONE = Text("اختر منطقة من القائمة.", "Choose a zone from the list.")
LAST_FIRST = Text("اليوم الأخير قبل الأول.", "The last day is before the first.")
OVERLAP = Text(
    "الفترتان متداخلتان، أو تنتهي إحداهما قبل بدايتها.",
    "The spans overlap, or one ends before it begins.",
)
NO_RAMADAN = Text(
    "لا يعرف التقويم رمضانًا في هذه الأيام؛ اختر من القائمة.",
    "The calendar knows no Ramadan about that day; choose from the list.",
)
TERMS_WRONG = Text(
    "الخطوة أصغر من أقل مدة، وأقل مدة لا تزيد على أطولها.",
    "The step is at most the least, and the least at most the most.",
)
TAKEN = Text("تغيّرت القواعد في هذه اللحظة؛ أعد المحاولة.", "The rules changed just now; try again.")
DAY = dt.timedelta(days=1)


def _whole(sent: Sent, name: str, *, low: int, high: int) -> int:
    try:
        found = integer(sent.values.get(name, ""))
    except NotANumber:
        found = low - 1
    if not low <= found <= high:
        sent.errors[name] = NOT_WHOLE.with_values(low=low, high=high)
        return low
    return found


def _price(sent: Sent) -> Draft:
    return PriceDraft(
        amount_baisa=_whole(sent, "amount_baisa", low=0, high=MOST_BAISA),
        per_minutes=_whole(sent, "per_minutes", low=1, high=MOST_MINUTES),
    )


def _terms(sent: Sent) -> Draft:
    step, least, most = (
        _whole(sent, name, low=1, high=MOST_MINUTES) for name in ("step", "least", "most")
    )
    if not sent.errors and not step <= least <= most:
        sent.errors["step"] = TERMS_WRONG
    return TermsDraft(step, least, most)


def _clock(sent: Sent, name: str) -> dt.time:
    """Read a time of the day; 24:00 is midnight, the end of the day."""
    if western(sent.values.get(name, "").strip()) == "24:00":
        return MIDNIGHT
    return sent.time(name)


def _ramadan(sent: Sent) -> Span | None:
    """Return the days around the Ramadan that was chosen in the list; None where none was."""
    if not sent.values.get("ramadan"):
        return None
    today = asked.today()
    found = nearest(city_calendar(), sent.day("ramadan"), today=today)
    if found is None:
        sent.errors.setdefault("ramadan", NO_RAMADAN)
        return None
    return around(found, today=today)


def _hours(sent: Sent) -> Draft:
    names = [("opens_1", "closes_1")]
    if sent.values.get("opens_2") or sent.values.get("closes_2"):
        names.append(("opens_2", "closes_2"))
    clocks = tuple((_clock(sent, opens), _clock(sent, closes)) for opens, closes in names)
    if not sent.errors and overlap(clocks):
        sent.errors["opens_1"] = OVERLAP
    own = sent.values.get("rest") == "own"
    days = frozenset(n for n, _ in WEEKDAYS if sent.values.get(f"free_{n}") == "1")
    return HoursDraft(
        clocks=clocks,
        free_weekdays=days if own else None,
        in_ramadan=sent.values.get("in_ramadan") == "1" or bool(sent.values.get("ramadan")),
        on_holidays=sent.values.get("on_holidays") == "1",
    )


READ: dict[str, Callable[[Sent], Draft]] = {"price": _price, "hours": _hours, "terms": _terms}


def _zone(sent: Sent) -> Zone | None:
    number = western(sent.values.get("zone", "").strip())
    if not number:
        return None
    found = Zone.objects.filter(number=number).first()  # unique
    if found is None:
        sent.errors["zone"] = NO_ZONE
    return found


def _change(sort: str, sent: Sent) -> Change:
    chosen = _ramadan(sent) if sort == "hours" else None
    if chosen is not None:
        shown = "" if chosen.after is None else str(chosen.after - DAY)
        sent.values |= {"first": str(chosen.first), "last": shown, "in_ramadan": "1"}
    first = sent.day("first")
    last = sent.day("last") if sent.values.get("last") else None
    if last is not None and not {"first", "last"} & set(sent.errors) and last < first:
        sent.errors["last"] = LAST_FIRST
    draft, zone = READ[sort](sent), _zone(sent)
    return Change(
        zone_id=None if zone is None else zone.pk,
        number="" if zone is None else zone.number,
        span=chosen or Span(first, None if last is None else last + DAY),
        draft=draft,
        source=sent.text("source"),
    )


def _ramadans(today: dt.date) -> list[dict[str, Any]]:
    """Return the Ramadans that may be chosen: days, and whether they are announced."""
    return [
        {
            "first": one.span.first,
            "last": one.span.after and one.span.after - DAY,
            "provisional": one.provisional,
        }
        for one in ahead(city_calendar(), today=today)
    ]


def _shown(change: Change) -> dict[str, Any]:
    """Return the proof of a change as the pages show it, the worst first."""
    proofs = prove(zone_book(), change)
    worst = sorted(proofs, key=lambda one: (not one.is_worse, -one.gap_after))
    return {
        "proofs": [{"proof": one, "table": table_of(one.regimes)} for one in worst[:SHOWN_PROOFS]],
        "more": max(0, len(proofs) - SHOWN_PROOFS),
        "is_worse": any(one.is_worse for one in proofs),
        "told": told(change, city_calendar(), today=asked.today()),
    }


def draft_words(sort: str, draft: dict[str, Any]) -> list[tuple[Text, str]]:
    """Say a stored draft in words: what it sets, one line each."""
    if sort == "price":
        every = Text("لكل (دقيقة)", "For (minutes)")
        baisa = Text("السعر (بيسة)", "Price (baisa)")
        return [(baisa, f"{draft['amount_baisa']:,}"), (every, str(draft["per_minutes"]))]
    if sort == "terms":
        return [
            (Text("الخطوة (دقيقة)", "Step (minutes)"), str(draft["step"])),
            (Text("أقل مدة", "Least"), str(draft["least"])),
            (Text("أطول مدة", "Most"), str(draft["most"])),
        ]
    clocks = [f"{a}–{'24:00' if b == '00:00' else b}" for a, b in draft["clocks"]]
    named = dict(WEEKDAYS)
    free = draft["free_weekdays"]
    rest = Text("أيام راحة المدينة", "the city's days of rest")
    days = str(rest) if free is None else ", ".join(str(named[n]) for n in free) or "-"
    yes, no = Text("نعم", "Yes"), Text("لا", "No")
    return [
        (Text("الأوقات", "Hours"), " · ".join(clocks)),
        (Text("أيام بلا رسوم", "Days without charge"), days),
        (Text("في رمضان", "In Ramadan"), str(yes if draft["in_ramadan"] else no)),
        (
            Text("في الإجازات الرسمية", "On public holidays"),
            str(yes if draft["on_holidays"] else no),
        ),
    ]


@require_safe
@open_to(ZONE_MANAGER, SUPERVISOR)
def rule_changes(request: HttpRequest) -> HttpResponse:
    """List the changes that wait for another person, and the latest that were decided."""
    rows = RuleChange.objects.select_related("zone")
    context = {
        "waiting": rows.filter(state=RuleChange.State.PROPOSED).order_by("first", "pk"),
        "decided": rows.exclude(state=RuleChange.State.PROPOSED).order_by("-decided_at")[:LATEST],
        "sorts": SORTS.items(),
        "may_propose": ZONE_MANAGER in roles_of(request),
    }
    return render(request, "parking/rule_changes.html", context)


def _propose(request: HttpRequest, sent: Sent, change: Change) -> RuleChange | None:
    try:
        by = actor_of(request, ZONE_MANAGER)
        return actions.propose(change=change, by=by, at=timezone.now())
    except Problem as refused:
        if refused.status not in (409, 422):
            raise
        sent.errors["first"] = refused.detail
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ZONE_MANAGER)
def new_rule_change(request: HttpRequest, sort: str) -> HttpResponse:
    """Ask for a change, show what each minute of the years ahead would be, then propose it."""
    if sort not in SORTS:
        raise not_found()
    tomorrow = asked.today() + DAY
    sent, proof = Sent({"first": tomorrow.isoformat(), "zone": request.GET.get("zone", "")}), None
    if request.method == "POST":
        sent = Sent.of(request)
        change = _change(sort, sent)
        if not sent.errors and sent.values.get("act") == "propose":
            row = _propose(request, sent, change)
            if row is not None:
                return redirect("parking:rule_change", row.public_id)
        if not set(sent.errors) - {"first"}:
            proof = _shown(change)
    errors = {name: str(words) for name, words in sent.errors.items()}
    context = {
        "sort": sort,
        "title": SORTS[sort],
        "values": sent.values,
        "errors": errors,
        "proof": proof,
        "zones": Zone.objects.filter(kind=Zone.Kind.PAID).order_by("number"),
        "weekdays": [(n, name, sent.values.get(f"free_{n}") == "1") for n, name in WEEKDAYS],
        "ramadans": _ramadans(asked.today()) if sort == "hours" else [],
        "unknown": unknown(city_calendar(), asked.today().year),
    }
    return render(request, "parking/rule_change_form.html", context, status=422 if errors else 200)


def _actor(request: HttpRequest) -> Actor:
    role = ZONE_MANAGER if ZONE_MANAGER in roles_of(request) else SUPERVISOR
    return actor_of(request, role)


def _decide(request: HttpRequest, public_id: str) -> dict[str, str]:
    """Set a change or let it fall; returns what is wrong with the form."""
    sent = Sent.of(request)
    state = sent.wanted(RuleChange.State.SET, RuleChange.State.DROPPED)
    try:
        if state == RuleChange.State.SET:
            actions.confirm(public_id=public_id, by=_actor(request), at=timezone.now())
        else:
            why = sent.text("why", most=300)
            if not sent.errors:
                actions.drop(public_id=public_id, by=_actor(request), at=timezone.now(), why=why)
    except Problem as refused:
        if refused.status == 404:
            raise
        sent.errors["to"] = refused.detail
    except IntegrityError:  # an import or another change was faster
        sent.errors["to"] = TAKEN
    return {name: str(words) for name, words in sent.errors.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ZONE_MANAGER, SUPERVISOR)
def rule_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a proposed change with its proof as of now; another person sets it or lets it fall."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _decide(request, public_id)
        if not errors:
            return redirect("parking:rule_change", public_id)
    row = RuleChange.objects.select_related("zone").filter(public_id=public_id).first()  # unique
    if row is None:
        raise not_found()
    is_waiting = row.state == RuleChange.State.PROPOSED
    with as_system():
        history = list(entries(row.stream))
    context = {
        "change": row,
        "last": None if row.after is None else row.after - DAY,
        "title": SORTS[row.sort],
        "lines": draft_words(row.sort, row.draft),
        "proof": _shown(actions.change_of(row)) if is_waiting else None,
        "is_waiting": is_waiting,
        "is_own": row.proposed_by_id == getattr(request.user, "pk", None),
        "errors": errors,
        "history": history,
    }
    return render(request, "parking/rule_change.html", context, status=422 if errors else 200)
