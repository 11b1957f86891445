"""What is done on the page of a report's case beside moving it: desk, day, kind, pin, rating."""

import datetime as dt
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from geo_portal.casework.asking import actors_of, acts_on
from geo_portal.casework.case_page_views import seen_count
from geo_portal.reporting.report_steps import done, of_officer, photo_sent, report_of, said
from municipality import asked, geometry_gate
from municipality.actor import Actor
from municipality.cases.actions import CannotMove
from municipality.cases.models import Case
from municipality.cases.rights import Side
from municipality.clock import database_now
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.words import Text
from observations.forwarding.actions import MOST_DAYS, Request, forward
from observations.reports import actions, publishing
from observations.reports.fixes import Origin, Told
from observations.reports.models import Observation, Photo
from observations.reports.photos import hide_photo, show_photo
from observations.reports.taking_up import take_up
from observations.routing.models import Body

NO_BOXES = Text("المربعات غير مفهومة.", "The boxes are not understood.")
NO_SUCH_REPORT = Text("اختر الملاحظة السابقة من القائمة.", "Choose the earlier report.")
NO_DEPARTMENT = Text("اختر الجهة المختصة.", "Choose whose it is.")
PIN_ACCURACY_M = 5.0  # of a pin on the map at the zoom it is put at


def _who_may(request: HttpRequest, case: Case, edge: str, *, at: dt.datetime) -> Actor:
    """Return the actor, of the roles somebody has, who may take an edge; else their first."""
    may = {found.name: actor for found, actor in acts_on(case, actors_of(request), at=at)}
    return may.get(edge) or actors_of(request)[0]


def _seen(request: HttpRequest) -> int | None:
    seen = request.POST.get("seen", "")
    return seen_count(seen) if seen else None


@require_POST
@open_to(SIGNED_IN)
def assign(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a report to a body of ours."""
    at = database_now()
    case, _ = of_officer(request, public_id, at=at)
    chosen = request.POST.get("body", "").replace("\0", "")
    body = Body.objects.filter(code=chosen, is_outside=False).first()

    def act() -> None:
        if body is None:
            raise CannotMove(NO_DEPARTMENT)
        by = _who_may(request, case, "assign", at=at)
        actions.assign(case_id=case.pk, body=body, by=by, at=at, seen=_seen(request))

    return done(request, public_id, act)


@require_POST
@open_to(SIGNED_IN)
def plan(request: HttpRequest, public_id: str) -> HttpResponse:
    """Set the day of the work."""
    at = database_now()
    case, _ = of_officer(request, public_id, at=at)

    def act() -> None:
        day = asked.day(request.POST.get("day", ""), name="day", default=dt.date.min)
        by = _who_may(request, case, "plan", at=at)
        actions.plan(case_id=case.pk, day=day, by=by, at=at, seen=_seen(request))

    return done(request, public_id, act)


@require_POST
@open_to(SIGNED_IN)
def recategorise(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a report another category."""
    at = database_now()
    case, by = of_officer(request, public_id, at=at)
    code = request.POST.get("category", "")
    return done(
        request,
        public_id,
        lambda: actions.recategorise(case_id=case.pk, code=code, by=by, at=at),
    )


@require_POST
@open_to(SIGNED_IN)
def move_pin(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a report where it really is."""
    at = database_now()
    case, by = of_officer(request, public_id, at=at)

    def act() -> None:
        point = geometry_gate.position(lon=request.POST.get("lon"), lat=request.POST.get("lat"))
        to = Told(Origin.PIN, point, PIN_ACCURACY_M, at)
        actions.move_pin(case_id=case.pk, to=to, by=by, at=at)

    return done(request, public_id, act)


@require_POST
@open_to(SIGNED_IN)
def merge(request: HttpRequest, public_id: str) -> HttpResponse:
    """Merge a report into an earlier one, named by the number of its case."""
    at = database_now()
    case, _ = of_officer(request, public_id, at=at)
    number = request.POST.get("into", "").strip().upper().replace("\0", "")[:20]
    into = Observation.objects.filter(submission__case__number=number).first()  # unique

    def act() -> None:
        if into is None:
            raise CannotMove(NO_SUCH_REPORT)
        by = _who_may(request, case, "merge", at=at)
        actions.merge(case_id=case.pk, into=into, by=by, at=at, seen=_seen(request))

    return done(request, public_id, act)


@require_POST
@open_to(SIGNED_IN)
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the public see a report, at its public place and a day after it was made."""
    at = database_now()
    case, by = of_officer(request, public_id, at=at)
    return done(request, public_id, lambda: publishing.show(case_id=case.pk, by=by, at=at))


@require_POST
@open_to(SIGNED_IN)
def hide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a report away from the public."""
    at = database_now()
    case, by = of_officer(request, public_id, at=at)
    return done(request, public_id, lambda: publishing.hide(case_id=case.pk, by=by, at=at))


@require_POST
@open_to(SIGNED_IN)
def forward_out(request: HttpRequest, public_id: str) -> HttpResponse:
    """Forward a report to a body outside, which is written to and answers by its link."""
    at = database_now()
    case, _ = of_officer(request, public_id, at=at)
    told = {name: str(text).replace("\0", "") for name, text in request.POST.items()}
    body = Body.objects.filter(code=told.get("body", ""), is_outside=True).first()

    def act() -> None:
        what = Request(
            body=body, asked=told.get("asked", ""), name=told.get("name", ""),
            email=told.get("email", ""), with_photos=told.get("with_photos") == "1",
            days=asked.whole(told.get("days", ""), name="days", low=1, high=MOST_DAYS),
        )  # fmt: skip
        by = _who_may(request, case, "forward", at=at)
        forward(case_id=case.pk, what=what, by=by, at=at, seen=_seen(request))

    return done(request, public_id, act)


@require_POST
@open_to(SIGNED_IN)
def add_photo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add a photo: of the report by who sent it, of the work by the municipality."""
    at = database_now()
    case, by, side = report_of(request, public_id, at=at)

    def act() -> None:
        file = photo_sent(request, about=case, by=by, at=at)
        actions.add_photos(
            case_id=case.pk, files=(file,), of_the_work=side is Side.MUNICIPALITY, by=by, at=at
        )

    return done(request, public_id, act)


@require_POST
@open_to(SIGNED_IN)
def rate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rate how a report was dealt with: for who sent it."""
    at = database_now()
    case, by, side = report_of(request, public_id, at=at)
    if side is not Side.APPLICANT:
        raise not_found()

    def act() -> None:
        rating = asked.whole(request.POST.get("rating", ""), name="rating", low=1, high=5)
        text = request.POST.get("text", "").replace("\0", "")
        actions.rate(case_id=case.pk, rating=rating, text=text, by=by, at=at)

    return done(request, public_id, act)


@require_POST
@open_to(SIGNED_IN)
def look_at_photo(request: HttpRequest, public_id: str, photo_id: str) -> HttpResponse:
    """Release a photo with faces and plates made unreadable, or hide it."""
    at = database_now()
    case, by = of_officer(request, public_id, at=at)
    found = Photo.objects.filter(public_id=photo_id, observation__submission__case=case).first()
    if found is None:
        raise not_found()

    def act() -> None:
        if request.POST.get("act") == "hide":
            hide_photo(photo_id=found.pk, by=by, at=at)
            return
        boxes = geometry_gate.strict_json(request.POST.get("boxes") or "[]")
        if not isinstance(boxes, list):
            raise CannotMove(NO_BOXES)
        show_photo(photo_id=found.pk, hidden=boxes, by=by, at=at)

    return done(request, public_id, act)


@require_POST
@open_to("agent", "department")
def take_up_report(request: HttpRequest, report_id: uuid.UUID) -> HttpResponse:
    """Open the case of an imported report and go to its page; refused, to where it is picked."""
    at = database_now()
    found = Observation.objects.filter(public_id=report_id).first()  # unique
    if found is None:
        raise not_found()
    by = next(one for one in actors_of(request) if one.role in ("agent", "department"))
    made: list[Case] = []
    said(request, lambda: made.append(take_up(observation_id=found.pk, by=by, at=at).case))
    if not made:
        return redirect(f"{reverse('reporting:imported')}?picked={report_id}")
    return redirect("casework:case", made[0].public_id)
