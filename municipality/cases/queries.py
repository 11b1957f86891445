"""Reads of cases that several callers share."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from municipality.cases.kinds import machine_of
from municipality.cases.models import Case, Party
from municipality.digits import western
from municipality.history.models import Entry
from municipality.history.queries import entries
from municipality.words import Text

_NUMBER = re.compile(r"([A-Za-z]{2,4})[\s\-–_./]*([0-9]{4})[\s\-–_./]*([0-9]{1,6})")
RETURNED, DONE, NOW, TODO = "back", "done", "now", "todo"


def number_in(text: str) -> str | None:
    """Find a case's number in what a person wrote, in any digits and with any separators.

    >>> number_in("معاملة px ٢٠٢٦ ١٢٣؟")
    'PX-2026-000123'
    """
    found = _NUMBER.search(western(text))
    return f"{found[1].upper()}-{found[2]}-{int(found[3]):06d}" if found else None


def cases_of(*, person_id: int, offices: tuple[int, ...]) -> QuerySet[Case]:
    """Return the cases a person or one of their offices is on, the latest first."""
    mine = Party.objects.filter(Q(person=person_id) | Q(consultancy__in=offices))
    return Case.objects.filter(pk__in=mine.values("case")).order_by("-opened_at", "-pk")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a case's timeline: what it says, what mark it bears, who and when."""

    words: Text
    mark: str  # back, done, now, todo
    at: dt.datetime | None = None
    by: str = ""
    role: str = ""
    text: str = ""
    ahead: Text | None = None


def _step(entry: Entry, case: Case) -> Step | None:
    machine = machine_of(case.kind)
    if entry.act != "move":
        return None
    edge = next((edge for edge in machine.edges if edge.name == entry.facts.get("edge")), None)
    if edge is None:  # an edge that the table no longer has stays in history under its name
        name = str(entry.facts.get("edge", ""))
        return Step(Text(name, name), DONE, entry.at, entry.person_name, entry.role)
    asks = machine.state(str(entry.facts["to"])).asks and edge.keeps_origin
    return Step(
        edge.done, RETURNED if asks else DONE, entry.at, entry.person_name, entry.role,
        str(entry.facts.get("text", "")),
    )  # fmt: skip


def timeline(case: Case) -> list[Step]:
    """Return what happened to a case, where it stands, and what is usually still to come."""
    machine = machine_of(case.kind)
    steps = [step for entry in entries(case.stream) if (step := _step(entry, case)) is not None]
    if case.state in machine.ends:
        return steps
    state = machine.state(case.state)
    steps.append(Step(state.name, NOW, case.entered_at, ahead=state.ahead))
    here = case.origin or case.state
    if here in machine.path:
        for code in machine.path[machine.path.index(here) + 1 :]:
            coming = machine.state(code)
            steps.append(Step(coming.name, TODO, ahead=coming.ahead))
    return steps
