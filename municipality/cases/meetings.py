"""Meetings about a case (باب التواصل المباشر): one side asks, the other answers, on the record."""

import datetime as dt
from dataclasses import dataclass

from municipality.actor import Actor
from municipality.cases.conversation import EMPTY, ONLY_READS, NotSaid, open_for
from municipality.cases.models import Meeting
from municipality.cases.rights import Side
from municipality.history.actions import record
from municipality.reach import acting
from municipality.words import Text

LONGEST_PURPOSE, LONGEST_WANTED, LONGEST_NOTE = 500, 200, 2000
OTHER_SIDE = Text("يجيب عن الطلب الطرف الآخر.", "The other side answers the request.")
NOT_WAITING = Text("أُجيب عن هذا الطلب.", "This request has been answered.")
TIME_AND_PLACE = Text("اكتب موعدًا قادمًا ومكانًا.", "Give a time to come and a place.")
NOT_YET = Text("لم يحن موعد الاجتماع.", "The meeting has not been held yet.")


@acting
def ask(*, case_id: int, purpose: str, wanted: str, by: Actor, at: dt.datetime) -> Meeting:
    """Ask for a meeting, saying what for and when it suits; raises NotSaid."""
    case, side = open_for(case_id, by, at=at)
    if side is Side.NEITHER:
        raise NotSaid(ONLY_READS)
    if not purpose.strip() or not wanted.strip():
        raise NotSaid(EMPTY)
    made = Meeting.objects.create(
        case=case, from_municipality=side is Side.MUNICIPALITY, asked_name=by.name, asked_at=at,
        purpose=purpose.strip()[:LONGEST_PURPOSE], wanted=wanted.strip()[:LONGEST_WANTED],
    )  # fmt: skip
    facts = {"meeting": made.pk, "text": made.purpose}
    record(stream=case.stream, act="ask_meeting", by=by, at=at, facts=facts)
    return made


def _held(meeting_id: int) -> Meeting:
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("case")
    return rows.get(pk=meeting_id)


def _answered_by(meeting_id: int, by: Actor, *, at: dt.datetime) -> Meeting:
    """Lock a request that waits for the side this actor is on; raises NotSaid."""
    found = _held(meeting_id)
    _, side = open_for(found.case_id, by, at=at)
    if side is Side.NEITHER:
        raise NotSaid(ONLY_READS)
    if found.from_municipality is (side is Side.MUNICIPALITY):
        raise NotSaid(OTHER_SIDE)
    if found.state != Meeting.State.ASKED:
        raise NotSaid(NOT_WAITING)
    return found


@dataclass(frozen=True, slots=True)
class Agreed:
    """When and where a meeting is held."""

    at: dt.datetime
    place: str


@acting
def agree(*, meeting_id: int, agreed: Agreed, by: Actor, at: dt.datetime) -> Meeting:
    """Agree to a meeting at a time to come; raises NotSaid."""
    found = _answered_by(meeting_id, by, at=at)
    if agreed.at <= at or not agreed.place.strip():
        raise NotSaid(TIME_AND_PLACE)
    found.state, found.at = Meeting.State.AGREED, agreed.at
    found.place, found.answered_name = agreed.place.strip()[:200], by.name
    found.save(update_fields=["state", "at", "place", "answered_name"])
    facts = {"meeting": found.pk, "place": found.place}
    record(stream=found.case.stream, act="agree_meeting", by=by, at=at, facts=facts)
    return found


@acting
def decline(*, meeting_id: int, why: str, by: Actor, at: dt.datetime) -> Meeting:
    """Decline a meeting, saying why; raises NotSaid."""
    found = _answered_by(meeting_id, by, at=at)
    if not why.strip():
        raise NotSaid(EMPTY)
    found.state, found.note = Meeting.State.DECLINED, why.strip()[:LONGEST_NOTE]
    found.answered_name = by.name
    found.save(update_fields=["state", "note", "answered_name"])
    facts = {"meeting": found.pk, "text": found.note}
    record(stream=found.case.stream, act="decline_meeting", by=by, at=at, facts=facts)
    return found


@acting
def hold(*, meeting_id: int, minutes: str, by: Actor, at: dt.datetime) -> Meeting:
    """Write down what an agreed meeting came to; raises NotSaid before its time, and outside."""
    found = _held(meeting_id)
    _, side = open_for(found.case_id, by, at=at)
    if side is not Side.MUNICIPALITY:
        raise NotSaid(ONLY_READS)
    if found.state != Meeting.State.AGREED or found.at is None or found.at > at:
        raise NotSaid(NOT_YET)
    if not minutes.strip():
        raise NotSaid(EMPTY)
    found.state, found.note = Meeting.State.HELD, minutes.strip()[:LONGEST_NOTE]
    found.save(update_fields=["state", "note"])
    facts = {"meeting": found.pk, "text": found.note}
    record(stream=found.case.stream, act="hold_meeting", by=by, at=at, facts=facts)
    return found
