"""Reads of cases that several callers share."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from municipality.cases.kinds import machine_of, machines
from municipality.cases.machine import APPLICANT, DELEGATE
from municipality.cases.models import Case, Party
from municipality.digits import western
from municipality.history.models import Entry
from municipality.history.queries import entries
from municipality.names import fold
from municipality.people.delegations import held_by
from municipality.words import Text

_GAP = r"[\s\-–_./]*"  # people write blanks, dashes, strokes, or nothing
_NUMBER = re.compile(rf"\b([A-Za-z]{{2,4}}){_GAP}(20[0-9]{{2}}){_GAP}([0-9]{{1,6}})\b")
_DIGITS = re.compile(r"[0-9]+")
_WORDS = re.compile(r"[^\W\d_]+")
_ASKING = ("حال", "حالة", "معاملة", "معاملتي", "المعاملة", "طلب", "طلبي", "الطلب")
ASKS_FOR_A_CASE = frozenset(fold(word) for word in (*_ASKING, "status", "case", "request"))
SHORTEST_ALONE = 4  # digits of a bare number
YEARS_BACK = 2  # a bare number is looked for in this year and so many before it
RETURNED, DONE, NOW, TODO = "back", "done", "now", "todo"


def numbers_in(text: str, *, year: int) -> list[str]:
    """Find what numbers of cases a person may mean, in any digits and with any separators.

    A number with its letters is one; without them it is that of every kind, in the year given
    or in the latest years.  Three digits and fewer count only behind a kind's letters or a word
    that asks for a case: alone they may be anything.

    >>> numbers_in("معاملة px ٢٠٢٦ ١٢٣؟", year=2026)
    ['PX-2026-000123']
    >>> numbers_in("PX 123", year=2026)[:2]
    ['PX-2026-000123', 'PX-2025-000123']
    """
    plain = western(text)
    if found := _NUMBER.search(plain):
        return [f"{found[1].upper()}-{found[2]}-{int(found[3]):06d}"]
    *before, serial = _DIGITS.findall(plain) or [""]
    if not 1 <= len(serial) <= 6 or len(before) > 1 or any(len(part) != 4 for part in before):
        return []  # other numbers stand in the text: a plate, minutes, a telephone
    words = set(_WORDS.findall(fold(plain)))
    prefixes = [each for machine in machines() if fold(each := machine.prefix) in words]
    if len(serial) < SHORTEST_ALONE and not prefixes and not words & ASKS_FOR_A_CASE:
        return []
    years = [int(part) for part in before] or [year - back for back in range(YEARS_BACK + 1)]
    return [
        f"{prefix}-{each}-{int(serial):06d}"
        for prefix in prefixes or [machine.prefix for machine in machines()]
        for each in years
    ]


def cases_of(*, person_id: int, offices: tuple[int, ...], on: dt.date) -> QuerySet[Case]:
    """Return the cases a person or one of their offices is on, the latest first.

    Those on which they are the applicant's delegate are among them while that holds on a day.
    """
    parties = Party.objects.filter(Q(person=person_id) | Q(consultancy__in=offices))
    mine = Q(pk__in=parties.exclude(role=DELEGATE).values("case"))
    asked = Party.objects.filter(person=person_id, role=DELEGATE).values("case")
    for held in held_by(person_id, on=on):
        theirs = Party.objects.filter(person=held.giver_id, role=APPLICANT).values("case")
        mine |= Q(kind__in=held.kinds, pk__in=asked) & Q(pk__in=theirs)
    return Case.objects.filter(mine).order_by("-opened_at", "-pk")


def for_whom(case: Case, *, person_id: int, offices: tuple[int, ...]) -> str:
    """Return the name of whose case it is where it is not the person's own; empty for one's own."""
    parties = list(case.parties.all())
    own = [one for one in parties if one.person_id == person_id]
    if any(one.role != DELEGATE for one in own):
        return ""
    if own:
        return next((one.name for one in parties if one.role == APPLICANT), "")
    return next((one.name for one in parties if one.consultancy_id in offices), "")


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
    behalf: str = ""  # the name of the one it was done for


def _behalf(entry: Entry, case: Case) -> str:
    """Name the party for whom somebody else took a step; empty for who acted for themselves."""
    whom = entry.facts.get("for_person")
    return next((one.name for one in case.parties.all() if one.person_id == whom is not None), "")


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
        str(entry.facts.get("text", "")), behalf=_behalf(entry, case),
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
        skipped = machine.skips(case) if machine.skips is not None else frozenset()
        for code in machine.path[machine.path.index(here) + 1 :]:
            if code not in skipped:
                coming = machine.state(code)
                steps.append(Step(coming.name, TODO, ahead=coming.ahead))
    return steps


def asked_for(case: Case) -> str:
    """Return what the officer wrote who sent a case back; empty where nobody has it to answer."""
    if not machine_of(case.kind).state(case.state).asks:
        return ""
    last = entries(case.stream).filter(act="move").last()
    return "" if last is None else str(last.facts.get("text", ""))


def open_cases_at(*, plot_ids: list[int]) -> list[dict[str, object]]:
    """Return the open cases that stand on some plots, for the report of an import's swap."""
    found = Case.objects.filter(plot_id__in=plot_ids, closed_at=None).order_by("number")
    return [
        {"case": number, "kind": kind, "state": state, "plot": plot}
        for number, kind, state, plot in found.values_list("number", "kind", "state", "plot_number")
    ]
