"""Every write of a check, and how it is written as JSON: the answer and its evidence."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import Point

from municipality import crs
from municipality.moments import utc_text
from municipality.prepared import Prepared
from municipality.words import Text
from parking_zones.inspection.models import ParkingCheck
from parking_zones.inspection.queries import Answer, Judged, may_stand
from parking_zones.inspection.verdict import THEN, Reason, Right
from parking_zones.zones.queries import city_time

UNTIL = Text(" حتى {when}", " until {when}")
NO_END = Text("", "")
AT = Text("عند {when}: ", "At {when}: ")
JUST_NOW = dt.timedelta(minutes=2)  # a check that is no older is of now


@dataclass(frozen=True, slots=True)
class Asked:
    """What an inspector asks: the plate, a METRIC point with its accuracy in metres, when.

    ``key``: the device's own of this question; the same key of the same inspector is one check.
    """

    plate_key: str
    plate_text: str
    point: Point
    accuracy_m: float
    at: dt.datetime | None = None  # now
    origin: str = "gps"
    key: str | None = None


def _until(until: dt.datetime | None, at: dt.datetime) -> Text:
    """Say until when; the day with it where it is another than that of the moment."""
    if until is None:
        return NO_END
    local = city_time(until)
    same_day = local.date() == city_time(at).date()
    when = f"{local:%H:%M}" if same_day else f"{local:%H:%M %d/%m/%Y}"
    return UNTIL.with_values(when=when)


def words_of(answer: Answer) -> Text:
    """Say an answer in a sentence, to who asks at its moment."""
    return answer.verdict.words(_until(answer.verdict.until, answer.at))


def words_then(evidence: Mapping[str, Any]) -> Text | None:
    """Say what was found at the moment of some evidence, to who reads it later: with the moment.

    None where the evidence names no reason of ours or no moment, as in records of before.
    """
    reason, at = evidence.get("reason", ""), evidence.get("at")
    if reason not in set(Reason) or not at:
        return None
    moment, until = dt.datetime.fromisoformat(at), evidence.get("until")
    ends = _until(None if until is None else dt.datetime.fromisoformat(until), moment)
    told, said = AT.with_values(when=f"{city_time(moment):%H:%M %d/%m/%Y}"), THEN[Reason(reason)]
    return Text(told.ar + said.ar.format(until=ends.ar), told.en + said.en.format(until=ends.en))


def words_for_now(made: ParkingCheck) -> Text:
    """Say a check's answer to who has just sent it: one of an earlier moment names the moment."""
    is_past = made.received_at - made.at > JUST_NOW
    then = words_then(made.evidence) if is_past else None
    return then or Text(**made.evidence["words"])


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


def _ban(answer: Answer) -> dict[str, Any]:
    """Write the ban on parking that holds; nothing where none does, as in most cities."""
    found, until = answer.ban.ban, answer.ban.until
    if found is None or until is None:
        return {}
    told = {
        "street": found.street, "side": found.side, "until": utc_text(until),
        "is_sure": answer.ban.is_sure, "source": found.source,
    }  # fmt: skip
    return {"no_parking": told}


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
        **_ban(answer),
    }  # fmt: skip


KEPT = {
    "public_id": "text", "inspector_id": "bigint", "plate_key": "text", "plate_text": "text",
    "point": "geometry", "accuracy_m": "float8", "origin": "text", "at": "timestamptz",
    "received_at": "timestamptz", "key": "text", "may_stand": "boolean", "reason": "text",
    "place": "text", "zone_id": "bigint", "zone_version": "integer", "evidence": "jsonb",
}  # fmt: skip
SQL = """
INSERT INTO parking_zones_parkingcheck ({columns}) VALUES ({values})
ON CONFLICT (inspector_id, key) WHERE key IS NOT NULL DO NOTHING RETURNING id
"""
KEEP = Prepared(
    "keep_check",
    SQL.replace("{columns}", ", ".join(KEPT))
    .replace("{values}", ", ".join(f"%({name})s" for name in KEPT)),
    KEPT,
)  # fmt: skip


def check(*, asked: Asked, inspector_id: int, at: dt.datetime | None = None) -> ParkingCheck:
    """Answer an inspector's question and keep the answer with its evidence.

    A question may be older than now (asked without a connection): it is answered for its own
    moment, and ``at`` is when it came in.  Sent again with its key, it is the check that it was.
    Two statements in all: one reads, one keeps; an inspector's session sees every row it needs.
    """
    answer = may_stand(
        plate_key=asked.plate_key, point=asked.point, accuracy_m=asked.accuracy_m, at=asked.at
    )
    made = _made(asked, answer, inspector_id, at or answer.at)
    values = {name: getattr(made, name) for name in KEPT}
    values["point"] = shapely.to_wkb(
        shapely.set_srid(asked.point, crs.METRIC), hex=True, include_srid=True
    )
    values["evidence"] = json.dumps(made.evidence, ensure_ascii=False)
    rows = KEEP.rows(values)
    if not rows:  # it was sent before
        return ParkingCheck.objects.get(inspector_id=inspector_id, key=asked.key)
    made.pk = rows[0][0]
    return made


def _made(
    asked: Asked, answer: Answer, inspector_id: int, received_at: dt.datetime
) -> ParkingCheck:
    zone = answer.zone
    return ParkingCheck(
        inspector_id=inspector_id, plate_key=asked.plate_key, plate_text=asked.plate_text[:40],
        accuracy_m=asked.accuracy_m, origin=asked.origin, at=answer.at, received_at=received_at,
        key=asked.key, may_stand=answer.verdict.may_stand, reason=answer.verdict.reason.value,
        place=answer.place.value,
        zone_id=None if zone is None else zone.candidate.feature.zone_id,
        zone_version=None if zone is None else zone.candidate.feature.version,
        evidence=answer_json(answer),
    )  # fmt: skip
