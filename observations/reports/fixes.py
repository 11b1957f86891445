"""Where a report is, when several positions were told: pure, from fixes to one place or a question.

A device that has just been woken tells the cell tower's place first; a photo may have been taken
somewhere else, or copied from another; a pin is as good as the map under it.  So every fix is kept
with its origin and accuracy, one of them counts, and where two of them contradict each other the
sender is asked (anchors.md §2: fixmystreet#338, ushahidi#3921, weg-li#106).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely
from shapely.geometry import Point

UNKNOWN_ACCURACY_M = 50.0  # of a fix that does not say how good it is: a photo's, mostly
SLACK_M = 15.0  # two readings of one spot differ by this much without anybody having moved
TOO_ROUGH_M = 500.0  # such a disc names a quarter of the city, not a place
OLD_PHOTO = dt.timedelta(hours=12)  # a photo that was taken longer before is likely from elsewhere


class Origin(StrEnum):
    """Where a position came from; the codes of ``models.FixOrigin``."""

    GPS = "gps"
    PIN = "pin"
    EXIF = "exif"
    ADDRESS = "address"
    CALLER = "caller"
    IMPORTED = "imported"


# A hand that put a pin meant it; a device knows where it is; a photo knows where it was taken.
RANK = (Origin.PIN, Origin.ADDRESS, Origin.CALLER, Origin.GPS, Origin.EXIF, Origin.IMPORTED)


def radius_of(accuracy_m: float | None) -> float:
    """Return how far the true place may be; nobody knows the accuracy of some fixes."""
    return UNKNOWN_ACCURACY_M if accuracy_m is None else accuracy_m


@dataclass(frozen=True, slots=True)
class Told:
    """One position as it was told: METRIC point, accuracy in metres (None: not said)."""

    origin: Origin
    point: Point
    accuracy_m: float | None = None
    fixed_at: dt.datetime | None = None

    @property
    def radius_m(self) -> float:
        """How far the true place may be, as far as anybody knows."""
        return radius_of(self.accuracy_m)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two positions that cannot both be right, and how far they are apart."""

    one: Told
    other: Told
    apart_m: float


def best(fixes: Sequence[Told]) -> Told:
    """Return the fix that counts: the most deliberate kind, and of one kind the most accurate.

    The latest of two that are as good, so that a good fix beats the bad one before it.  Raises
    ValueError where there is none.
    """
    if not fixes:
        raise ValueError("no position")
    ranked = [(RANK.index(fix.origin), fix.radius_m, -number) for number, fix in enumerate(fixes)]
    return fixes[ranked.index(min(ranked))]


def _contradict(one: Told, other: Told) -> float | None:
    """Return how far apart two fixes are that cannot both be right; None where they can."""
    apart = float(shapely.distance(one.point, other.point))
    return apart if apart > one.radius_m + other.radius_m + SLACK_M else None


def doubts(fixes: Sequence[Told]) -> list[Doubt]:
    """Return what the sender must be asked: which of the fixes contradict the one that counts.

    Of each kind only its best one speaks: the first bad reading of a device is no contradiction
    to its later good one.  A pin is the answer to such a question: it contradicts nothing where
    it lies near any other fix, and is asked about only where it is far from all of them.
    """
    chosen = best(fixes)
    spoken = [best([fix for fix in fixes if fix.origin == kind]) for kind in _kinds(fixes)]
    others = [fix for fix in spoken if fix is not chosen]
    found = [
        Doubt(chosen, other, apart)
        for other in others
        if (apart := _contradict(chosen, other)) is not None
    ]
    if chosen.origin == Origin.PIN and len(found) < len(others):
        return []
    return found


def _kinds(fixes: Sequence[Told]) -> list[Origin]:
    return [kind for kind in RANK if any(fix.origin == kind for fix in fixes)]


def is_too_rough(fix: Told) -> bool:
    """Tell whether a fix names no place that anybody could go to."""
    return fix.origin != Origin.PIN and fix.radius_m > TOO_ROUGH_M


def is_of_another_day(fix: Told, *, at: dt.datetime) -> bool:
    """Tell whether a photo's position was taken long before the report was made."""
    if fix.origin != Origin.EXIF or fix.fixed_at is None:
        return False
    return at - fix.fixed_at > OLD_PHOTO or fix.fixed_at - at > OLD_PHOTO
