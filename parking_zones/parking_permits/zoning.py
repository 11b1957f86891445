"""Which zone a permit of a plot is for: found from its boundary, told, and never guessed.

Where the plot lies wholly in one zone that is the answer.  A plot that is partly in a zone, or in
several, is told so: the applicant asks for one of those, and the registration section decides.
Nobody is told to be entitled before that.
"""

import datetime as dt
from dataclasses import dataclass

from municipality.words import Text
from parking_zones.zones.book import ZoneOnDay
from parking_zones.zones.queries import Share, zones_of
from plots.register.queries import PlotOnDay

SAID = {
    Share.INSIDE: Text(
        "القطعة {plot} كلها داخل المنطقة {zones}.", "Plot {plot} lies wholly in zone {zones}."
    ),
    Share.PARTLY: Text(
        "جزء من القطعة {plot} فقط داخل المنطقة {zones}. يقرر قسم التسجيل بعد تقديم الطلب.",
        "Only part of plot {plot} lies in zone {zones}. The registration section decides once you "
        "have applied.",
    ),
    Share.SEVERAL: Text(
        "القطعة {plot} في أكثر من منطقة: {zones}. اختر واحدة، ويقرر قسم التسجيل بعد تقديم الطلب.",
        "Plot {plot} lies in several zones: {zones}. Choose one; the registration section decides "
        "once you have applied.",
    ),
    Share.OUTSIDE: Text(
        "القطعة {plot} ليست في منطقة مواقف، فلا تصريح لمنطقة واحدة منها. يمكنك طلب تصريح لكل "
        "المناطق.",
        "Plot {plot} lies in no parking zone, so it gives no permit for one zone. You may ask for "
        "one for all zones.",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """The zones that a plot lies in, most of it first, and how; with the sentence that says so."""

    share: Share
    zones: tuple[ZoneOnDay, ...]
    sentence: Text


def _named(zone: ZoneOnDay) -> Text:
    return Text(f"{zone.number} ({zone.name_ar})", f"{zone.number} ({zone.name_en})")


def find_zone(*, plot: PlotOnDay, at: dt.datetime) -> Finding:
    """Say which zones of a moment the boundary of a plot lies in."""
    share, zones, _ = zones_of(shape=plot.shape, at=at)
    names = [_named(zone) for zone in zones]
    words = SAID[share]
    sentence = Text(
        words.ar.format(plot=plot.facts.number, zones="، ".join(name.ar for name in names)),
        words.en.format(plot=plot.facts.number, zones=", ".join(name.en for name in names)),
    )
    return Finding(share, tuple(zones), sentence)
