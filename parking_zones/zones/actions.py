"""A zone gets other names: an act on the record of the zone, not on its versions.

The names of a zone are what its record says today; a version is its boundary alone.  So they are
not dated: the history says who changed them, when, why, and what they were before.
"""

import datetime as dt
from dataclasses import dataclass

from municipality.actor import Actor
from municipality.history.actions import record
from municipality.names import tidy
from municipality.people.access import not_found
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.words import Text
from parking_zones.zones.editing.saving import stream_of
from parking_zones.zones.models import Zone

LONGEST_NAME, LONGEST_WHY = 120, 200
NOT_TEXT = Text("نص من حرف إلى {most} حرفًا.", "A text of 1 to {most} characters.")
RENAMED = Text(
    "غُيّر اسم المنطقة بعد أن فتحت هذه الصفحة، وهو الآن: {ar} / {en}. افتحها من جديد.",
    "The zone was renamed after you opened this page; it is now: {ar} / {en}. Open it anew.",
)
SAME = Text("هذا هو اسم المنطقة الآن.", "This is the name of the zone already.")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a zone in both languages."""

    ar: str
    en: str

    def tidied(self) -> "Names":
        """Return them as they may stand on a sign; raises Problem 422 for what is none."""
        return Names(
            _line(self.ar, "name_ar", LONGEST_NAME), _line(self.en, "name_en", LONGEST_NAME)
        )


def _line(value: str, name: str, most: int) -> str:
    found = tidy(value)
    if not 1 <= len(found) <= most:
        raise bad_value(name, NOT_TEXT.with_values(most=most))
    return found


@acting
def rename(*, number: str, names: Names, was: Names, why: str, by: Actor, at: dt.datetime) -> Zone:
    """Give a zone other names; ``was`` are those that ``by`` saw, ``at`` is aware.

    Raises Problem 404 for no such zone, 409 where somebody else renamed it meanwhile, 422 for names
    that are none, are those it has, or have no reason.
    """
    wanted, reason = names.tidied(), _line(why, "why", LONGEST_WHY)
    zone = Zone.objects.select_for_update().filter(number=number).first()  # unique
    if zone is None:
        raise not_found()
    held = Names(zone.name_ar, zone.name_en)
    if held != was:
        raise Problem(409, "zones_changed", RENAMED.with_values(ar=held.ar, en=held.en))
    if held == wanted:
        raise Problem(422, "nothing_changed", SAME)
    zone.name_ar, zone.name_en = wanted.ar, wanted.en
    zone.save(update_fields=["name_ar", "name_en"])
    facts = {
        "number": zone.number,
        "before": f"{held.ar} / {held.en}",
        "name_ar": wanted.ar,
        "name_en": wanted.en,
        "why": reason,
    }
    record(stream=stream_of(zone.kind), act="rename", by=by, at=at, facts=facts)
    return zone
