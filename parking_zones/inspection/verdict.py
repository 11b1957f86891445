"""May it stand?  Values in, a verdict out: no database, no clock.

Source: administrative decision 151/2016; that nothing which costs a person money is drawn from an
unclear place is the rule of the four answers (municipality.located).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from municipality.located import Place
from municipality.words import Text
from parking_zones.curb_rules.bans import BanNow


class Reason(StrEnum):
    """Why it may, may not, or why nobody can say."""

    FREE_NOW = "free_now"
    TICKET = "ticket"
    PERMIT = "permit"
    PAYMENT_UNDER_WAY = "payment_under_way"
    NOTHING_BOUGHT = "nothing_bought"
    NO_PERMIT = "no_permit"
    NEAR_EDGE = "near_edge"
    AMBIGUOUS = "ambiguous"
    TOO_ROUGH = "too_rough"
    OUTSIDE_ZONES = "outside_zones"
    NO_RULE = "no_rule"
    NO_PARKING = "no_parking"
    NEAR_NO_PARKING = "near_no_parking"


WORDS = {
    Reason.FREE_NOW: Text("الوقوف مجاني الآن{until}.", "Parking is free now{until}."),
    Reason.TICKET: Text("تذكرة سارية{until}.", "A ticket is good{until}."),
    Reason.PERMIT: Text("تصريح سارٍ{until}.", "A permit is good{until}."),
    Reason.PAYMENT_UNDER_WAY: Text(
        "طُلبت تذكرة ولم يُعرف بعد هل دُفعت. أعد الفحص بعد دقيقة.",
        "A ticket was asked for; whether it is paid is not known yet. Check again in a minute.",
    ),
    Reason.NOTHING_BOUGHT: Text(
        "الوقوف مدفوع الآن{until}، ولا تذكرة ولا تصريح لهذه اللوحة هنا.",
        "Parking is paid now{until}; this plate has no ticket and no permit here.",
    ),
    Reason.NO_PERMIT: Text(
        "الوقوف هنا بتصريح، ولا تصريح لهذه اللوحة.",
        "Parking here is by permit; this plate has none.",
    ),
    Reason.NEAR_EDGE: Text(
        "أنت قريب من حد المنطقة. تحرّك أو خذ قراءة ثانية قبل أي مخالفة.",
        "You are near the edge of the zone. Move, or take a second reading, before any violation.",
    ),
    Reason.AMBIGUOUS: Text(
        "الموضع في أكثر من منطقة. تحرّك أو خذ قراءة ثانية قبل أي مخالفة.",
        "The place is in more than one zone. Move, or take a second reading, before any violation.",
    ),
    Reason.TOO_ROUGH: Text(
        "دقة القراءة أضعف من أن تُعرف بها المنطقة. اخرج إلى مكان مكشوف وخذ قراءة ثانية قبل أي "
        "مخالفة.",
        "The reading is too rough to tell the zone. Go to an open place and take a second reading "
        "before any violation.",
    ),
    Reason.OUTSIDE_ZONES: Text(
        "الموضع خارج مناطق المواقف: لا قاعدة للبلدية هنا، ولا تُقبل تذكرة عنه.",
        "The place is outside the parking zones: no rule of the municipality, and no ticket, is "
        "for it.",
    ),
    Reason.NO_RULE: Text(
        "لا أوقات رسوم مسجلة لهذه المنطقة الآن.", "No paid hours of this zone are recorded now."
    ),
    Reason.NO_PARKING: Text(
        "الوقوف ممنوع على هذا الجانب من الشارع الآن{until}.",
        "Nobody may park on this side of the street now{until}.",
    ),
    Reason.NEAR_NO_PARKING: Text(
        "قربك جانب من الشارع يُمنع الوقوف عليه الآن{until}. تحرّك أو خذ قراءة ثانية.",
        "Near you is a side of the street where nobody may park now{until}. Move, or take a second "
        "reading.",
    ),
}

# The same of a moment that is past: what is kept as evidence is read long after.
THEN = {
    Reason.FREE_NOW: Text("كان الوقوف مجانيًا{until}.", "parking was free{until}."),
    Reason.TICKET: Text("كانت تذكرة سارية{until}.", "a ticket was good{until}."),
    Reason.PERMIT: Text("كان تصريح ساريًا{until}.", "a permit was good{until}."),
    Reason.PAYMENT_UNDER_WAY: Text(
        "كانت تذكرة قد طُلبت ولم يُعرف بعد هل دُفعت.",
        "a ticket had been asked for; whether it was paid was not known yet.",
    ),
    Reason.NOTHING_BOUGHT: Text(
        "كان الوقوف مدفوعًا{until}، ولم تكن لهذه اللوحة هنا تذكرة ولا تصريح.",
        "parking was paid{until}; this plate had no ticket and no permit here.",
    ),
    Reason.NO_PERMIT: Text(
        "كان الوقوف هنا بتصريح، ولم يكن لهذه اللوحة تصريح.",
        "parking here was by permit; this plate had none.",
    ),
    Reason.NEAR_EDGE: Text(
        "كان الموضع قريبًا من حد المنطقة.", "the place was near the edge of the zone."
    ),
    Reason.AMBIGUOUS: Text("كان الموضع في أكثر من منطقة.", "the place was in more than one zone."),
    Reason.TOO_ROUGH: Text(
        "كانت دقة القراءة أضعف من أن تُعرف بها المنطقة.",
        "the reading was too rough to tell the zone.",
    ),
    Reason.OUTSIDE_ZONES: Text(
        "كان الموضع خارج مناطق المواقف.", "the place was outside the parking zones."
    ),
    Reason.NO_RULE: Text(
        "لم تكن أوقات رسوم مسجلة لهذه المنطقة.", "no paid hours of this zone were recorded."
    ),
    Reason.NO_PARKING: Text(
        "كان الوقوف ممنوعًا على هذا الجانب من الشارع{until}.",
        "nobody was allowed to park on this side of the street{until}.",
    ),
    Reason.NEAR_NO_PARKING: Text(
        "كان بقربه جانب من الشارع يُمنع الوقوف عليه{until}.",
        "near it was a side of the street where nobody was allowed to park{until}.",
    ),
}
ROUGH_M = 30.0  # wider than a street with its kerbs: such a reading tells no edge from another


@dataclass(frozen=True, slots=True)
class Right:
    """What was bought or granted to the plate: ``kind`` ticket or permit, good until a moment.

    ``paid`` None: nobody can say yet.  ``where`` is its zone's number, empty for none in
    particular.
    """

    kind: str
    number: str
    where: str
    until: dt.datetime
    paid: bool | None = True


@dataclass(frozen=True, slots=True)
class InZone:
    """How things stand for the plate in one zone that the position may lie in.

    ``paid_now`` None: no rule says.  ``covering`` are the rights that are good there now.
    """

    number: str
    by_permit: bool
    paid_now: bool | None
    changes_at: dt.datetime | None
    covering: Sequence[Right]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: ``may_stand`` None means that nobody can tell; ``until`` when it may change."""

    may_stand: bool | None
    reason: Reason
    until: dt.datetime | None = None

    def words(self, until: Text) -> Text:
        """Say it; ``until`` is how the moment reads, empty where there is none."""
        said = WORDS[self.reason]
        return Text(said.ar.format(until=until.ar), said.en.format(until=until.en))


def _by_right(zone: InZone) -> Verdict | None:
    """Judge by what covers the plate; None where nothing does, not even what is under way."""
    sure = [right for right in zone.covering if right.paid]
    if sure:
        best = max(sure, key=lambda right: right.until)
        return Verdict(True, Reason(best.kind), best.until)
    if zone.covering:
        return Verdict(None, Reason.PAYMENT_UNDER_WAY)
    return None


def in_zone(zone: InZone) -> Verdict:
    """Judge one zone, as if the vehicle surely stood in it."""
    by_right = _by_right(zone)
    if zone.by_permit:
        return by_right or Verdict(False, Reason.NO_PERMIT)
    if zone.paid_now is None:
        return Verdict(None, Reason.NO_RULE)
    if not zone.paid_now:
        return Verdict(True, Reason.FREE_NOW, zone.changes_at)
    return by_right or Verdict(False, Reason.NOTHING_BOUGHT, zone.changes_at)


def judge(place: Place, zones: Sequence[InZone]) -> Verdict:
    """Judge a position: a yes holds where it holds in every zone it may lie in; a no, only inside.

    Outside all zones there is no rule to judge by: no ticket makes it a yes.
    """
    if place is Place.OUTSIDE or not zones:
        return Verdict(None, Reason.OUTSIDE_ZONES)
    found = [in_zone(zone) for zone in zones]
    if place is Place.INSIDE:
        return found[0]
    if all(one.may_stand for one in found):
        ends = [one.until for one in found if one.until is not None]
        return Verdict(True, found[0].reason, min(ends) if ends else None)
    return Verdict(None, Reason.NEAR_EDGE if place is Place.NEAR_EDGE else Reason.AMBIGUOUS)


def of_reading(verdict: Verdict, accuracy_m: float) -> Verdict:
    """Judge with how rough the reading is: what is near to an edge only by its error is not near.

    ``accuracy_m`` in metres.  It changes the reason alone, for another reading mends it.
    """
    is_unclear = verdict.reason in (Reason.NEAR_EDGE, Reason.AMBIGUOUS)
    return Verdict(None, Reason.TOO_ROUGH) if is_unclear and accuracy_m > ROUGH_M else verdict


def with_ban(verdict: Verdict, ban: BanNow) -> Verdict:
    """Judge with what bans on parking say: no right is good against one that holds.

    A yes ends where the next ban begins; near one that holds, a yes is nobody's to give.
    """
    if ban.until is not None and ban.is_sure:
        return Verdict(False, Reason.NO_PARKING, ban.until)
    if ban.until is not None and verdict.may_stand:
        return Verdict(None, Reason.NEAR_NO_PARKING, ban.until)
    if verdict.may_stand and ban.begins is not None:
        return Verdict(True, verdict.reason, min(ban.begins, verdict.until or ban.begins))
    return verdict
