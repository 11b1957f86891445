"""An officer's round of a day: the reports that wait, on a list and a map, and a sensible order."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from shapely.geometry import LineString

from geo_portal.home.page_config import map_config
from geo_portal.reporting.panel import Drawn, drawn
from municipality import asked, geometry_gate
from municipality.asked import today
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.cases.worklist import waiting_for
from municipality.clock import database_now
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import person_of
from municipality.people.models import User
from municipality.problems import Problem
from municipality.stored import shape_of
from observations.reports.models import Observation
from observations.reports.transitions import KIND
from observations.rounds import actions
from observations.rounds.models import Stop

WALKERS = ("agent", "department")
MOST_SHOWN = 200


def _day(request: HttpRequest) -> dt.date:
    asked.only(request, ("day",))
    return asked.day(asked.one(request, "day"), name="day", default=today())


def _waiting(person: User) -> list[Case]:
    """Return the reports that wait for somebody's roles, the most urgent first."""
    roles = frozenset(person.roles) & frozenset(WALKERS)
    rows = waiting_for(roles=roles, directorate_id=person.directorate_id).filter(kind=KIND)
    return list(rows.select_related("observation__observation__category")[:MOST_SHOWN])


def _things(stops: list[Stop], waiting: list[Case]) -> dict[str, Any]:
    """Draw what waits as points, the round's stops by their number, and the way between them."""
    on_round = {stop.observation_id for stop in stops}
    shapes: Drawn = [
        (shape_of(case.place), {"number": "", "url": _url(case)})
        for case in waiting
        if case.place is not None and case.observation.observation_id not in on_round
    ]
    points = [shape_of(stop.observation.point) for stop in stops]
    if len(points) > 1:
        shapes.append((LineString([(point.x, point.y) for point in points]), {}))
    for number, (stop, point) in enumerate(zip(stops, points, strict=True), start=1):
        url = _url(stop.observation.submission.case)
        shapes.append((point, {"number": str(number), "url": url}))
    return drawn(shapes)


def _url(case: Case) -> str:
    return reverse("casework:case", args=[case.public_id])


def _length_m(stops: list[Stop]) -> float:
    points = [shape_of(stop.observation.point) for stop in stops]
    if len(points) < 2:
        return 0.0
    return float(LineString([(point.x, point.y) for point in points]).length)


@never_cache
@require_safe
@open_to(*WALKERS)
def round_page(request: HttpRequest) -> HttpResponse:
    """Show one's round of a day beside what waits."""
    person, day = person_of(request), _day(request)
    stops, waiting = list(actions.round_of(person, day=day)), _waiting(person)
    on_round = {stop.observation_id for stop in stops}
    machine = machine_of(KIND)
    context = {
        "day": day,
        "today": today(),
        "stops": stops,
        "length_km": _length_m(stops) / 1_000,
        "waiting": [
            {"case": case, "seen": case.observation.observation, "state": machine.state(case.state)}
            for case in waiting
            if case.observation.observation_id not in on_round
        ],
        "config": map_config(request, things=_things(stops, waiting)),
    }
    return render(request, "reporting/round.html", context)


def _observation(request: HttpRequest, person: User) -> Observation:
    """Return the report that a form names, where it waits for who asks or is on their round."""
    number = request.POST.get("case", "").replace("\0", "")[:22]
    found = Observation.objects.filter(submission__case__public_id=number).first()  # unique
    waits = any(case.public_id == number for case in _waiting(person))
    mine = Stop.objects.filter(person=person, observation=found).exists()
    if found is None or not (waits or mine):
        raise not_found()
    return found


@require_POST
@open_to(*WALKERS)
def change_round(request: HttpRequest) -> HttpResponse:
    """Put a report on the round, take it off, mark it as visited, or order the round."""
    person = person_of(request)
    day = asked.day(request.POST.get("day", ""), name="day", default=today())
    act = request.POST.get("act", "")
    try:
        if act == "order":
            start = None
            if request.POST.get("lon"):
                start = geometry_gate.position(
                    lon=request.POST.get("lon"), lat=request.POST.get("lat")
                )
            actions.put_in_order(person=person, day=day, start=start)
        elif act == "add":
            actions.add(observation=_observation(request, person), person=person, day=day)
        elif act == "off":
            actions.take_off(observation=_observation(request, person), person=person, day=day)
        elif act == "been":
            actions.have_been(
                observation=_observation(request, person), person=person, day=day,
                at=database_now(),
            )  # fmt: skip
        else:
            raise not_found()
    except Problem as refused:
        if refused.status == 404:
            raise
        messages.error(request, str(refused.detail))
    return redirect(f"{reverse('reporting:round')}?day={day.isoformat()}")
