"""The life of a kind of case as data: states, edges, and the proof that the table is sound.

A service writes one ``Machine``.  From it come the buttons, the checks, the history, the
messages, the diagram of the docs and the property tests; nothing else moves a case.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from municipality.words import Text

DAY_MIN = 420  # office minutes of one working day
ORIGIN = "(origin)"  # an edge back to the state that asked
PARTIES = ("applicant", "owner", "office", "payer")  # who takes part without being staff
APPLICANT, OWNER = "applicant", "owner"
FORMER_OWNER = "former_owner"  # whose permit goes over to another: hears, has no part
DELEGATE = "delegate"  # who asked for the applicant; a part only while the applicant's word holds
BILLING, SYSTEM = "billing", "system"  # the platform acting for a settled bill, for a clock
# Called in the transaction of the move: with the case as it now stands, and the step taken.
Then = Callable[..., None]
# Asked before the move, with the case and ``at``: why it may not go on, or None.
Guard = Callable[..., Text | None]


class MachineError(ValueError):
    """The table of a service is unsound; the server does not start."""


@dataclass(frozen=True, slots=True)
class State:
    """One state: its name for people, who works on it, and how long they have.

    ``within_min`` counts office minutes (``municipality.calendar.office_time``).  In a state
    that ``asks`` the applicant nobody's clock runs, and it expires.  One that ``lasts`` is life
    going on (a building under construction): nobody is asked, nothing is due and nothing expires.
    One that is ``promised`` runs on the clock of the whole case (``clock.promise``), not on one of
    its own: it keeps the due time that it comes with.  ``tone`` and ``icon`` draw the pill.
    """

    code: str
    name: Text
    worker: str = ""
    within_min: int | None = None
    asks: bool = False
    lasts: bool = False
    promised: bool = False
    tone: str = "info"
    icon: str = "clock"
    ahead: Text | None = None  # what stands below a stage still to come


@dataclass(frozen=True, slots=True)
class Edge:
    """One act: from which states to which, who may do it, who hears of it, what must hold."""

    name: str
    sources: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    act: Text  # the button
    done: Text  # the line of history
    tells: tuple[str, ...] = ()
    keeps_origin: bool = False
    text: Text | None = None  # the question that a remark must answer; None: no remark
    only_if: Callable[..., bool] | None = None  # as a guard; where it fails there is no such edge
    guard: Guard | None = None  # why it may not be taken now, in words
    first: Callable[[int], None] | None = None  # locks what must be locked before the case
    then: tuple[Then, ...] = ()
    is_danger: bool = False  # cannot be undone: the page asks first


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper that people attach to a case.

    ``when`` names the states in which a party may attach it, or a newer version of it; empty:
    as long as the case is open.  What is being looked at does not change under who looks.
    """

    code: str
    name: Text
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """States and edges of one kind of case; raises MachineError when it is made unsound."""

    kind: str
    name: Text
    prefix: str  # of the number a person reads out: PX-2026-000123
    start: str
    ends: tuple[str, ...]
    states: tuple[State, ...]
    edges: tuple[Edge, ...]
    path: tuple[str, ...]  # the states of an undisturbed case, in order, for its timeline
    papers: tuple[Paper, ...] = ()  # what may be attached
    skips: Callable[[Any], frozenset[str]] | None = None  # of the path, what a case never meets
    words: Callable[[Any], Mapping[str, Text]] | None = None  # of a case, what its messages name

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise MachineError(f"{self.kind}: " + "; ".join(problems))

    def state(self, code: str) -> State:
        """Return a state by its code; raises KeyError for one that is not of this machine."""
        return {state.code: state for state in self.states}[code]

    def edges_from(self, code: str) -> list[Edge]:
        """Return what can be done in a state, by whomever."""
        return [edge for edge in self.edges if code in edge.sources]

    def edge(self, name: str, *, state: str) -> Edge | None:
        """Return the edge of that name out of a state, if there is one."""
        return next((edge for edge in self.edges_from(state) if edge.name == name), None)

    def origins_of(self, code: str) -> set[str]:
        """Return the states that may have asked for what is answered in ``code``."""
        kept = [edge for edge in self.edges if edge.keeps_origin and edge.to == code]
        return {source for edge in kept for source in edge.sources}


def _problems(machine: Machine) -> Iterator[str]:
    """Yield what is wrong with a table: unknown names, doubled edges, dead and endless states."""
    counted = Counter(state.code for state in machine.states)
    yield from (f"state {code} stands twice" for code, count in counted.items() if count > 1)
    known = set(counted)
    for code in {machine.start, *machine.ends, *machine.path} - known:
        yield f"state {code} is not in the table"
    for edge in machine.edges:
        for code in ({*edge.sources, edge.to} - known) - {ORIGIN}:
            yield f"{edge.name} names the unknown state {code}"
        if not edge.by:
            yield f"nobody may {edge.name}"
        for end in set(edge.sources) & set(machine.ends):
            yield f"{edge.name} leaves the end {end}"
    pairs = Counter((edge.name, code) for edge in machine.edges for code in edge.sources)
    yield from (f"{name} leaves {code} twice" for (name, code), n in pairs.items() if n > 1)
    for paper in machine.papers:
        for code in set(paper.when) - known:
            yield f"paper {paper.code} names the unknown state {code}"
    if counted.keys() >= {machine.start, *machine.ends}:
        yield from _unreached(machine)
    yield from _clocks(machine)


def _unreached(machine: Machine) -> Iterator[str]:
    seen = _spread({machine.start}, lambda code: successors(machine, code))
    for state in machine.states:
        if state.code not in seen:
            yield f"state {state.code} is never reached"
        ends = _spread({state.code}, lambda code: successors(machine, code))
        if not ends & set(machine.ends):
            yield f"no end can be reached from {state.code}"
    if any(edge.to == ORIGIN for edge in machine.edges):
        origins = {code for edge in machine.edges if edge.keeps_origin for code in edge.sources}
        if not origins:
            yield "an edge goes back to the origin, but none keeps it"


def _clocks(machine: Machine) -> Iterator[str]:
    for state in machine.states:
        is_end = state.code in machine.ends
        if state.asks and state.within_min is not None:
            yield f"state {state.code} asks the applicant and has a due time"
        works = state.worker or state.within_min is not None
        if state.promised and (state.within_min is not None or state.asks or is_end):
            yield f"state {state.code} keeps the promise of its case, and has a clock, asks or ends"
        if state.lasts and (works or state.asks or is_end):
            yield f"state {state.code} lasts, and asks, ends or has work to do"
        if is_end and works:
            yield f"the end {state.code} has work to do"
        if state.asks and not any(SYSTEM in edge.by for edge in machine.edges_from(state.code)):
            yield f"state {state.code} asks the applicant and never expires"


def successors(machine: Machine, code: str) -> set[str]:
    """Return the states that one step can lead to; an edge to the origin leads to all of them."""
    found: set[str] = set()
    for edge in machine.edges_from(code):
        found |= machine.origins_of(code) if edge.to == ORIGIN else {edge.to}
    return found


def _spread(first: set[str], follow: Callable[[str], set[str]]) -> set[str]:
    seen, waiting = set(first), list(first)
    while waiting:
        new = follow(waiting.pop()) - seen
        seen |= new
        waiting += new
    return seen
