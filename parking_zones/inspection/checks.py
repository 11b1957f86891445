"""Every write of a check, and how it is written as JSON: the answer and its evidence."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.gis.geos import Point as Placed
from shapely.geometry import Point

from municipality.moments import utc_text
from municipality.reach import acting
from municipality.stored import geos_of
from municipality.words import Text
from parking_zones.inspection.models import ParkingCheck
from parking_zones.inspection.queries import Answer, Judged, may_stand
from parking_zones.inspection.verdict import Right
from parking_zones.zones.queries import city_time

UNTIL = Text(" حتى {when}", " until {when}")
NO_END = Text("", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an inspector asks: the plate, a METRIC point with its accuracy in metres, when.

    ``key``: the device's own of this question; the same key of the same inspector is one check.
    """

    plate_key: str
    plate_text: str
    point: Point
    accuracy_m: float
    at: dt.datetime
    origin: str = "gps"
    key: str | None = None


def words_of(answer: Answer) -> Text:
    """Say an answer in a sentence."""
    until = answer.verdict.until
    if until is None:
        return answer.verdict.words(NO_END)
    local = city_time(until)
    same_day = local.date() == city_time(answer.at).date()
    when = f"{local:%H:%M}" if same_day else f"{local:%H:%M %d/%m/%Y}"
    return answer.verdict.words(UNTIL.with_values(when=when))


def _right(right: Right) -> dict[str, Any]:
    return {
        "kind": right.kind, "number": right.number, "zone": right.where or None,
        "until": utc_text(right.until), "paid": right.paid,
    }  # fmt: skip


def _zone(judged: Judged) -> dict[str, Any]:
    zone, price, state = judged.candidate.feature, judged.price, judged.state
    return {
        "id": zone.zone_id, "number": zone.number, "name_ar": zone.name_ar,
        "name_en": zone.name_en, "kind": zone.kind, "version": zone.version,
        "distance_to_edge_m": round(judged.candidate.distance_to_edge_m, 3),
        "paid_now": state.paid_now,
        "changes_at": None if state.changes_at is None else utc_text(state.changes_at),
        "tariff": None if price is None else {
            "amount_baisa": price.amount_baisa, "per_minutes": price.per_minutes,
            "source": price.source,
        },
        "covering": [right.number for right in state.covering],
    }  # fmt: skip


def answer_json(answer: Answer) -> dict[str, Any]:
    """Write an answer and what it was drawn from."""
    nearest = answer.nearest
    return {
        "may_stand": answer.verdict.may_stand,
        "reason": answer.verdict.reason.value,
        "words": words_of(answer).as_json(),
        "until": None if answer.verdict.until is None else utc_text(answer.verdict.until),
        "place": answer.place.value,
        "zone": None if answer.zone is None else _zone(answer.zone),
        "zones": [_zone(judged) for judged in answer.zones],
        "nearest": None if nearest is None else {
            "number": nearest.feature.number,
            "distance_to_edge_m": round(nearest.distance_to_edge_m, 3),
        },
        "rights": [_right(right) for right in answer.rights],
        "at": utc_text(answer.at),
    }  # fmt: skip


@acting
def check(*, asked: Asked, inspector_id: int, at: dt.datetime) -> ParkingCheck:
    """Answer an inspector's question and keep the answer with its evidence; ``at`` is now.

    The question may be older than now (asked without a connection): it is answered for its own
    moment.  Sent again with its key, it is the check that it was.
    """
    if asked.key is not None:
        before = ParkingCheck.objects.filter(inspector_id=inspector_id, key=asked.key)
        if (kept := before.first()) is not None:  # unique
            return kept
    answer = may_stand(
        plate_key=asked.plate_key, point=asked.point, accuracy_m=asked.accuracy_m, at=asked.at
    )
    zone = answer.zone
    return ParkingCheck.objects.create(
        inspector_id=inspector_id, plate_key=asked.plate_key, plate_text=asked.plate_text[:40],
        point=cast(Placed, geos_of(asked.point)), accuracy_m=asked.accuracy_m, origin=asked.origin,
        at=asked.at, received_at=at, key=asked.key, may_stand=answer.verdict.may_stand,
        reason=answer.verdict.reason, place=answer.place,
        zone_id=None if zone is None else zone.candidate.feature.zone_id,
        zone_version=None if zone is None else zone.candidate.feature.version,
        evidence=answer_json(answer),
    )  # fmt: skip
