"""Sending one of our reports on to another city's server: once, and never by guess.

What is sent is the place, the kind and the words; never who sent the report to us.
"""

import datetime as dt
from urllib.parse import urlsplit

from municipality import crs
from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.far_web import NoAnswer, Why
from municipality.history.actions import record
from municipality.history.models import Entry
from municipality.problems import Problem
from municipality.reach import as_system
from municipality.words import Text
from observations.open311.client import FarCity
from observations.reports.following import submission_of

WENT = ("sent_by_open311", "open311_unknown")  # acts that keep it from going there twice
ALREADY = Text(
    "أُرسلت هذه الملاحظة إلى هذا الخادم من قبل، أو لا يُعرف هل وصلت.",
    "This report went to this server before, or it is not known whether it did.",
)
NOTHING_LEFT = (Why.NOT_AN_ADDRESS, Why.NOT_OUTSIDE, Why.NOT_REACHED)


def _host(city: FarCity) -> str:
    return urlsplit(city.url).netloc


def _went_before(case: Case, city: FarCity) -> bool:
    entries = Entry.objects.filter(stream=case.stream, act__in=WENT)
    return any(entry.facts.get("server") == _host(city) for entry in entries)


def forward(
    *, case: Case, to: FarCity, service_code: str, by: Actor, at: dt.datetime, again: bool = False
) -> dict[str, str]:
    """Send a report; returns ``service_request_id`` or ``token``, as the server gave.

    Raises Problem 409 for one that went there before (unless ``again``), NotTold for a refusal
    and NoAnswer; whether it arrived is kept as unknown where the server was silent afterwards.
    """
    with as_system():
        submission = submission_of(case)
        if not again and _went_before(case, to):
            raise Problem(409, "not_now", ALREADY)
    lon, lat = crs.lonlat(submission.observation.point.x, submission.observation.point.y)
    fields = {
        "service_code": service_code, "lat": f"{lat:.7f}", "long": f"{lon:.7f}",
        "description": submission.description,
    }  # fmt: skip
    try:
        told = to.send(fields)
    except NoAnswer as silence:
        if silence.why not in NOTHING_LEFT:
            facts = {"server": _host(to)}
            record(stream=case.stream, act="open311_unknown", by=by, at=at, facts=facts)
        raise
    kept = {name: told[name][:200] for name in ("service_request_id", "token") if told.get(name)}
    facts = {"server": _host(to), **kept}
    record(stream=case.stream, act="sent_by_open311", by=by, at=at, facts=facts)
    return kept


def follow_up(*, case: Case, to: FarCity, token: str, by: Actor, at: dt.datetime) -> str | None:
    """Ask which id a token has become, and keep it; None: none yet.  Raises NotTold."""
    found = to.token(token)
    if found is not None:
        facts = {"server": _host(to), "token": token, "service_request_id": found[:200]}
        record(stream=case.stream, act="open311_id", by=by, at=at, facts=facts)
    return found
