"""The life of a charge as data: the only legal moves, and what each means.

``unknown`` is a state: we do not know whether the payer's money was taken.  Nothing leads from it
back to ``sent``, so nobody can try again blindly; only an answer of the gateway, the terminal or
a settlement file leads out.  A correction is apart: money that was declined or cancelled here
and captured there.  It is a named act, never an ordinary move.
"""

from dataclasses import dataclass

CREATED, SENT, AUTHORISED, UNKNOWN = "created", "sent", "authorised", "unknown"
CAPTURED, DECLINED, CANCELLED, REFUNDED = "captured", "declined", "cancelled", "refunded"
STATES = (CREATED, SENT, AUTHORISED, UNKNOWN, CAPTURED, DECLINED, CANCELLED, REFUNDED)
IN_FLIGHT = (CREATED, SENT, AUTHORISED, UNKNOWN)  # at most one charge of a bill is in one of these
TAKEN = (CAPTURED, REFUNDED)  # the money came in (and perhaps went back)


@dataclass(frozen=True, slots=True)
class Edge:
    """One legal move."""

    start: str
    end: str
    act: str


EDGES = (
    Edge(CREATED, SENT, "send"),
    Edge(CREATED, CAPTURED, "take"),  # cash and cheque: over the counter, nothing to wait for
    Edge(CREATED, CANCELLED, "cancel"),
    Edge(SENT, AUTHORISED, "authorise"),
    Edge(SENT, CAPTURED, "capture"),
    Edge(SENT, DECLINED, "decline"),
    Edge(SENT, CANCELLED, "cancel"),
    Edge(SENT, UNKNOWN, "lose_sight"),
    Edge(AUTHORISED, CAPTURED, "capture"),
    Edge(AUTHORISED, DECLINED, "decline"),
    Edge(AUTHORISED, CANCELLED, "cancel"),
    Edge(AUTHORISED, UNKNOWN, "lose_sight"),
    Edge(UNKNOWN, AUTHORISED, "authorise"),
    Edge(UNKNOWN, CAPTURED, "capture"),
    Edge(UNKNOWN, DECLINED, "decline"),
    Edge(UNKNOWN, CANCELLED, "cancel"),
    Edge(CAPTURED, REFUNDED, "refund"),
)
CORRECTIONS = (
    Edge(DECLINED, CAPTURED, "correct"),
    Edge(CANCELLED, CAPTURED, "correct"),
)

_ACTS = {(edge.start, edge.end): edge.act for edge in EDGES}
_CORRECTING = {(edge.start, edge.end) for edge in CORRECTIONS}


class IllegalMove(ValueError):
    """The graph has no such edge."""


def act_of(start: str, end: str) -> str:
    """Name the ordinary move from one state to another; raises IllegalMove."""
    try:
        return _ACTS[start, end]
    except KeyError:
        raise IllegalMove(f"{start} → {end}") from None


def is_legal(start: str, end: str) -> bool:
    """Tell whether an ordinary move leads from one state to another."""
    return (start, end) in _ACTS


def is_correction(start: str, end: str) -> bool:
    """Tell whether only a correction leads from one state to another."""
    return (start, end) in _CORRECTING
