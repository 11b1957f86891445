"""What can be done to a coverage, as values; how each is done: ``operations``."""

from dataclasses import dataclass

from parking_zones.zones.editing.rings import Spot


@dataclass(frozen=True, slots=True)
class Move:
    """Move a vertex, in every zone that has it."""

    at: Spot
    to: Spot


@dataclass(frozen=True, slots=True)
class Insert:
    """Give an edge a vertex, on both sides of it, and move it ``to`` where that is said."""

    at: Spot
    to: Spot | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a vertex out, in every zone that has it."""

    at: Spot


@dataclass(frozen=True, slots=True)
class NewZone:
    """The number on the sign and the names of a zone to be."""

    number: str
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw a new zone by its corners; within SNAP_M of a neighbour it is drawn on its edge."""

    zone: NewZone
    corners: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Split a zone by a line; the larger part keeps the number, the other is ``new``."""

    number: str
    line: tuple[Spot, ...]
    new: NewZone


@dataclass(frozen=True, slots=True)
class Merge:
    """Let one zone become part of its neighbour."""

    number: str
    into: str


@dataclass(frozen=True, slots=True)
class Close:
    """Let a zone end: its ground has no zone."""

    number: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """Let a closed zone hold again, in its last boundary or in one that is drawn."""

    number: str
    corners: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Give:
    """Give what two zones both have to one of them."""

    to: str
    of: str


@dataclass(frozen=True, slots=True)
class Pass:
    """Let the part of a zone at a place become part of a zone beside it."""

    at: Spot
    to: str


@dataclass(frozen=True, slots=True)
class Fill:
    """Give an enclosed gap to a zone beside it."""

    at: Spot
    to: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Say that the gap at a place is intended."""

    at: Spot


Operation = (
    Move | Insert | Delete | Draw | Split | Merge | Close | Reopen | Give | Pass | Fill | Leave
)
