"""Announcing to a zone: one text message to each holder of a permit that is good there today.

What is announced is the zone manager's own words, in both languages; each holder reads theirs.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from municipality.actor import Actor
from municipality.conf import PROFILE
from municipality.history.actions import record
from municipality.notices.gsm import parts
from municipality.notices.outbox import Recipient, queue
from municipality.notices.templates import Template
from municipality.people.access import not_found
from municipality.problems import bad_value
from municipality.reach import acting
from municipality.words import Text
from parking_zones.parking_permits.holders import recipients
from parking_zones.parking_permits.models import ParkingPermit
from parking_zones.zones.bays import bays_in_zone
from parking_zones.zones.models import Zone

LONGEST = 200  # letters of what is announced
ANNOUNCER = "zone_manager"
USEFUL_S = 24 * 3_600
WRITE_BOTH = Text(
    f"اكتب النص بالعربية والإنجليزية، وكل منهما حتى {LONGEST} حرف.",
    f"Write the text in Arabic and in English, each up to {LONGEST} letters.",
)
ANNOUNCEMENT = Template(
    code="parking_permit.announcement",
    ar=f"{PROFILE.municipality_ar}، المنطقة {{zone}}: {{text}}",
    en=f"{PROFILE.municipality_en}, zone {{zone}}: {{text}}",
    longest={"zone": "123", "text": "ص" * LONGEST},
    max_parts=4,
    useful_for_s=USEFUL_S,
)
TEMPLATES = (ANNOUNCEMENT,)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is told to the holders of a zone; ``key`` makes a second press the same one."""

    zone: Zone
    text: Text
    key: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How many telephones an announcement goes to, and what it costs in parts of messages."""

    telephones: int
    parts: int


def _holders(zone: Zone, *, on: dt.date) -> dict[str, tuple[ParkingPermit, Recipient]]:
    """Return who holds a permit good on a day that names a zone or a bay in it, each phone once."""
    bays = bays_in_zone(zone.pk, on=on)
    held = ParkingPermit.objects.filter(Q(zone=zone, bay=None) | Q(bay__in=bays))
    rows = list(held.filter(starts_on__lte=on, ends_on__gt=on))
    reached = recipients(rows)
    found = {reached[row.pk].phone: (row, reached[row.pk]) for row in rows}
    found.pop("", None)
    return found


def _checked(text: Text) -> Text:
    said = Text(" ".join(text.ar.split()), " ".join(text.en.split()))
    if not all(0 < len(one) <= LONGEST for one in (said.ar, said.en)):
        raise bad_value("text", WRITE_BOTH)
    return said


def reach_of(announcement: Announcement, *, on: dt.date) -> Reach:
    """Count what an announcement would take before it is sent; raises Problem 422."""
    said, values = _checked(announcement.text), {"zone": announcement.zone.number}
    holders = _holders(announcement.zone, on=on)
    languages = [to.language for _, to in holders.values()]
    cost = {
        language: parts(
            Text(ANNOUNCEMENT.ar, ANNOUNCEMENT.en)
            .in_language(language)
            .format(text=said.in_language(language), **values)
        )
        for language in set(languages)
    }
    return Reach(len(languages), sum(cost[language] for language in languages))


@acting
def announce(*, announcement: Announcement, on: dt.date, by: Actor, at: dt.datetime) -> int:
    """Queue an announcement to each telephone once, and write down who sent what.

    Returns how many.  Raises Problem 404 for who is no zone manager, 422 for no text.
    """
    if by.role != ANNOUNCER:
        raise not_found()
    said, zone = _checked(announcement.text), announcement.zone
    rows = _holders(zone, on=on)
    for phone, (permit, to) in rows.items():
        queue(
            template=ANNOUNCEMENT.code,
            to=to,
            values={"zone": zone.number, "text": said.in_language(to.language)},
            key=f"announce/{announcement.key}/{phone}",
            at=at,
            about=permit.stream,
        )
    facts = {"zone": zone.number, "text": said.as_json(), "telephones": len(rows)}
    record(stream=f"zone/{zone.pk}", act="permit.announced", by=by, at=at, facts=facts)
    return len(rows)
