"""Asking for an extract."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from municipality.actor import Actor
from municipality.cases.actions import NewCase, Where, move, open_case
from municipality.cases.models import Case
from municipality.cases.new_parties import parties_for
from municipality.conf import PROFILE
from municipality.people.models import User
from municipality.reach import acting
from municipality.stored import geos_of
from plots.extracts.models import PlotExtract
from plots.register.queries import PlotOnDay

KIND = "plot_extract"
LOCK_CLASS = 0x65787472  # "extr": the first key of the locks on request keys
LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """What paper is wanted: its language, what for, and the asker's own key of this request.

    The key is the same for every repetition (a double click, a client that lost the answer);
    without one every request is a new one.
    """

    language: str = "ar"
    purpose: str = ""
    key: str = ""


def _repeated(request_key: str) -> Case | None:
    """Return the case that this key opened before; who comes at the same moment waits here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, request_key])
    before = PlotExtract.objects.select_related("case").filter(request_key=request_key)
    return next((extract.case for extract in before), None)


@acting
def request_extract(
    *, plot: PlotOnDay, person: User, wanted: Wanted, by: Actor, at: dt.datetime
) -> Case:
    """Open and submit the case of an extract of one plot, for a person; once for one key.

    ``by`` is that person, their delegate, or who serves them at the counter; raises CannotMove
    for anybody else.
    """
    request_key = None
    if wanted.key:
        request_key = f"{by.person_id}/{person.pk}/{plot.plot_id}/{wanted.key}"
        if (before := _repeated(request_key)) is not None:
            return before
    facts = plot.facts
    case = open_case(
        new=NewCase(
            kind=KIND,
            parties=parties_for(person, KIND, by=by, at=at),
            where=Where(
                place=geos_of(plot.shape), plot_id=plot.plot_id, plot_version=facts.version,
                plot_number=facts.number, wilayat_id=facts.wilayat_id, area_id=facts.area_id,
            ),
            title=f"القطعة {facts.number}",
        ),
        by=by,
        at=at,
        year=at.astimezone(PROFILE.time_zone).year,
    )  # fmt: skip
    PlotExtract.objects.create(
        case=case, plot_id=plot.plot_id, language=wanted.language, purpose=wanted.purpose[:200],
        request_key=request_key,
    )  # fmt: skip
    return move(case_id=case.pk, edge="submit", by=by, at=at)
