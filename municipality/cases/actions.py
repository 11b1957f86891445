"""Everything that changes a case; ``move`` is the one function that changes its state."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.db.models import prefetch_related_objects

from municipality.actor import Actor
from municipality.cases import clock
from municipality.cases.kinds import machine_of, machines
from municipality.cases.machine import ORIGIN, Edge, Machine
from municipality.cases.models import Case, Party
from municipality.cases.rights import standing
from municipality.cases.telling import tell
from municipality.documents.retention import subject_ended
from municipality.history.actions import record
from municipality.moments import utc_text
from municipality.places.models import Directorate
from municipality.reach import acting
from municipality.words import Text

MAX_TEXT = 2000
NOT_FROM_HERE = Text(
    "لا يمكن هذا الإجراء والمعاملة في مرحلة «{state}».",
    "This cannot be done while the case is at the stage “{state}”.",
)
NOT_YOURS = Text("هذا الإجراء لجهة أخرى.", "This step belongs to somebody else.")
MOVED_MEANWHILE = Text(
    "تغيرت المعاملة منذ فتحت الصفحة، وهي الآن في مرحلة «{state}». راجعها ثم أعد المحاولة.",
    "The case has changed since you opened the page; it is now at “{state}”. Look and try again.",
)
TEXT_NEEDED = Text("اكتب السبب أولًا.", "Write the reason first.")
TEXT_TOO_LONG = Text(
    "النص أطول من {most} حرف.", "The text has more than {most} characters."
).with_values(most=MAX_TEXT)
TAKEN = Text("يعمل عليها {name}.", "{name} is working on it.")


class CannotMove(Exception):
    """The case stays where it is; ``words`` says why.  Nothing was written."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, slots=True)
class NewParty:
    """Someone who will be on a new case."""

    role: str
    name: str
    person_id: int | None = None
    consultancy_id: int | None = None
    phone: str = ""
    email: str = ""
    language: str = "ar"


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a case (METRIC) and what it fell in on the day."""

    place: GEOSGeometry | None = None
    plot_id: int | None = None
    plot_version: int | None = None
    plot_number: str = ""
    wilayat_id: int | None = None
    area_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a case is opened with."""

    kind: str
    parties: tuple[NewParty, ...]
    where: Where = field(default_factory=Where)
    title: str = ""


def _number(machine: Machine, *, year: int) -> str:
    """Take the next number; a sequence, so that no opening waits for another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number')")
        return f"{machine.prefix}-{year}-{cursor.fetchone()[0]:06d}"


def _directorate(wilayat_id: int | None) -> int | None:
    """Return the directorate of a wilayat where exactly one answers for it."""
    if wilayat_id is None:
        return None
    found = list(Directorate.objects.filter(wilayats=wilayat_id).values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None


@acting
def open_case(*, new: NewCase, by: Actor, at: dt.datetime, year: int) -> Case:
    """Open a case at the start of its machine; ``year`` is the city's, for the number.

    Raises KeyError for a kind nobody serves.
    """
    machine = machine_of(new.kind)
    where = new.where
    case = Case(
        number=_number(machine, year=year), kind=new.kind, state=machine.start, title=new.title,
        place=where.place, plot_id=where.plot_id, plot_version=where.plot_version,
        plot_number=where.plot_number, wilayat_id=where.wilayat_id, area_id=where.area_id,
        directorate_id=_directorate(where.wilayat_id), opened_at=at, entered_at=at,
    )  # fmt: skip
    clock.enter(case, machine.state(machine.start), machine=machine, at=at)
    case.save()
    Party.objects.bulk_create(
        Party(
            case=case, role=party.role, name=party.name, person_id=party.person_id,
            consultancy_id=party.consultancy_id, phone=party.phone, email=party.email,
            language=party.language,
        )
        for party in new.parties
    )  # fmt: skip
    record(stream=case.stream, act="open", by=by, at=at, facts={"to": case.state})
    return case


def _edge(case: Case, name: str, machine: Machine, *, at: dt.datetime) -> Edge:
    found = machine.edge(name, state=case.state)
    if found is None or (found.only_if is not None and not found.only_if(case, at=at)):
        state = machine.state(case.state).name
        raise CannotMove(
            Text(NOT_FROM_HERE.ar.format(state=state.ar), NOT_FROM_HERE.en.format(state=state.en))
        )
    return found


def _check(case: Case, edge: Edge, *, by: Actor, at: dt.datetime, text: str) -> None:
    """Raise CannotMove unless this actor may take this edge now, with this text."""
    if not standing(case, by, at=at).may_take(edge):
        raise CannotMove(NOT_YOURS)
    if edge.text is not None and not text.strip():
        raise CannotMove(TEXT_NEEDED)
    if len(text) > MAX_TEXT:
        raise CannotMove(TEXT_TOO_LONG)
    claimed = case.claimed_by
    if claimed is not None and case.worker == by.role and claimed.pk != by.person_id:
        raise CannotMove(TAKEN.with_values(name=claimed.full_name))
    refusal = edge.guard(case, at=at) if edge.guard is not None else None
    if refusal is not None:
        raise CannotMove(refusal)


TAKEN_ALONG = (  # what taking an edge changes: the place is not written again each time
    "state", "origin", "moves", "entered_at", "due_at", "left_min", "round_the_clock",
    "escalated_at", "expires_at", "closed_at", "worker", "claimed_by", "claimed_at",
)  # fmt: skip


def _take(case: Case, edge: Edge, machine: Machine, *, at: dt.datetime) -> str:
    """Put the case into the state an edge leads to; returns the state it leaves."""
    left = case.state
    target = case.origin if edge.to == ORIGIN else edge.to
    case.origin = left if edge.keeps_origin else ""
    state = machine.state(target)
    clock.enter(case, state, machine=machine, at=at)
    case.state = target
    case.moves += 1
    case.claimed_by, case.claimed_at = None, None
    return left


def _locked(case_id: int, edge: str) -> Case:
    """Lock a case, and before it what an edge of that name asks to be locked first.

    The case is locked alone and its parties are read after (docs/gotchas.md, Locks and joins).
    """
    firsts = {
        machine.kind: found.first
        for machine in machines()
        for found in machine.edges
        if found.name == edge and found.first is not None
    }
    if firsts:
        kind = Case.objects.values_list("kind", flat=True).get(pk=case_id)
        if kind in firsts:
            firsts[kind](case_id)
    case = Case.objects.select_for_update().get(pk=case_id)
    prefetch_related_objects([case], "parties")  # asked for by the check and by the messages
    return case


@acting
def move(
    *, case_id: int, edge: str, by: Actor, at: dt.datetime, text: str = "", seen: int | None = None
) -> Case:
    """Take one edge: lock the case, check, write the step, tell the parties, do what follows.

    ``seen`` is the count of moves on the page the actor looked at.  Messages, bills and jobs
    are part of the same transaction: all of it happens or none.  Raises CannotMove.
    """
    case = _locked(case_id, edge)
    machine = machine_of(case.kind)
    if seen is not None and seen != case.moves:
        state = machine.state(case.state).name
        raise CannotMove(
            Text(
                MOVED_MEANWHILE.ar.format(state=state.ar), MOVED_MEANWHILE.en.format(state=state.en)
            )
        )
    found = _edge(case, edge, machine, at=at)
    _check(case, found, by=by, at=at, text=text)
    left = _take(case, found, machine, at=at)
    case.save(update_fields=TAKEN_ALONG)
    facts: dict[str, Any] = {"edge": edge, "from": left, "to": case.state, "moves": case.moves}
    if text:
        facts["text"] = text
    if case.due_at is not None:
        facts["due_at"] = utc_text(case.due_at)
    record(stream=case.stream, act="move", by=by, at=at, facts=facts)
    if case.closed_at is not None:
        subject_ended(about=case.stream, at=at)
    tell(case, found, text=text, at=at)
    for follows in found.then:
        follows(case=case, by=by, at=at, text=text)
    return case
