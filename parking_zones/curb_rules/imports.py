"""Import of curb rules: lines along the kerb become the zones of their rules.

A line has no width and the file does not tell its side, so it becomes a strip of STRIP_M to either
side (decision 0064).  All strips of one rule are one zone; where strips of two rules meet, the
ground is the first one's by the zone's number, for zones of one kind never overlap.  The rule is
the zone's hours and terms; its price is nothing, for a time limit costs nothing.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.billing.models import Tariff
from municipality.billing.tariffs.models import TariffKind
from municipality.importing.dated_swap import Dated, swap_versions
from municipality.importing.fields import Field
from municipality.importing.parts import default_source
from municipality.importing.rows import Rows
from municipality.importing.spec import LINE, Importer, Job
from municipality.words import Text
from parking_zones.curb_rules.reading import CurbRule, Written, read_rule
from parking_zones.pricing.models import PaidHours, TicketTerms
from parking_zones.zones.models import Zone, ZoneVersion

STRIP_M = 2.5  # to either side of the line: the width of a parked car and its door
SPECK_M2 = 1.0  # a part of a strip below this is left by the strips of other rules
KEY = "curb/"  # how the register keys of these zones begin
FIELDS = (
    Field("regulation", ("regulation", "rule"), longest=120),
    Field("days", ("days", "weekdays"), longest=40),
    Field("hours", ("hours",), longest=40),
    Field("from_time", ("from_time",), longest=20),
    Field("to_time", ("to_time",), longest=20),
    Field("limit", ("hrlimit", "limit_hours"), longest=20),
    Field("exceptions", ("exceptions",), longest=200),
    Field("area", ("rpparea1", "permit_area"), longest=4),
    Field("source", ("source",), longest=200),
)
_WRITTEN = ("regulation", "days", "hours", "from_time", "to_time", "limit", "exceptions", "area")
_VERSIONS = Dated("parking_zones_zoneversion", "zone_id", counted=True)
_STRIPS = """
SELECT number, min(source), ST_AsBinary(ST_Union(shape))
FROM incoming GROUP BY number ORDER BY number
"""


def _strips(rows: Rows) -> None:
    """Make a strip of each line that is taken; one that is no strip is refused."""
    good = rows.good
    rows.shapes[good] = shapely.buffer(rows.shapes[good], STRIP_M, cap_style="flat")
    rows.untouched = False


def prepare(rows: Rows, job: Job) -> None:
    """Read the rules; what is not wholly understood is refused with every reason."""
    columns = [rows.values[name].to_pylist() for name in _WRITTEN]
    found: list[CurbRule | None] = []
    faults: dict[str, list[int]] = {}
    with rows.check("rules"):
        for row, cells in enumerate(zip(*columns, strict=True)):
            reading = read_rule(Written(*(cell or "" for cell in cells)))
            found.append(reading.rule)
            for fault in reading.faults:
                faults.setdefault(fault.value, []).append(row)
        for code, where in faults.items():
            rows.mark(code, np.array(where, dtype=np.int64))
    rows.values["number"] = pa.array([rule and rule.number for rule in found], pa.large_string())
    job.options["rules"] = {rule.number: rule for rule in found if rule is not None}
    default_source(rows, job)
    _strips(rows)


def _others(job: Job) -> BaseGeometry:
    """Return the ground of the paid zones in force that are no curb rules: it stays theirs."""
    held = ZoneVersion.objects.filter(valid__contains=job.on, zone__kind=Zone.Kind.PAID)
    shapes = held.exclude(zone__register_key__startswith=KEY).values_list("boundary", flat=True)
    return shapely.union_all(shapely.from_wkb([bytes(shape.wkb) for shape in shapes]))


def _carved(strip: BaseGeometry, taken: BaseGeometry) -> BaseGeometry:
    """Return what is left of a strip, as polygons."""
    parts = shapely.get_parts(shapely.difference(strip, taken))
    kept = [part for part in parts if part.geom_type == "Polygon" and part.area >= SPECK_M2]
    return shapely.multipolygons(kept)


def _zone_of(rule: CurbRule) -> tuple[Zone, bool]:
    name = rule.name
    return Zone.objects.get_or_create(
        number=rule.number,
        defaults={
            "kind": Zone.Kind.PAID, "name_ar": name.ar, "name_en": name.en,
            "register_key": f"{KEY}{rule.number}",
        },
    )  # fmt: skip


def _add_rule(zone: Zone, rule: CurbRule, source: str, job: Job) -> None:
    """Write the hours, the terms and the price of a new zone; they are the rule, so they stay."""
    valid = (job.on, None)
    PaidHours.objects.create(
        zone=zone, valid=valid, opens=rule.opens, closes=rule.closes, source=source,
        free_weekdays=list(rule.free_weekdays), on_holidays=True,
    )  # fmt: skip
    TicketTerms.objects.create(
        zone=zone, valid=valid, step_minutes=1, least_minutes=1,
        most_minutes=rule.limit_minutes, source=source,
    )  # fmt: skip
    Tariff.objects.create(
        kind=TariffKind.PARKING, zone_code=zone.number, valid=valid, amount_baisa=0,
        per_minutes=60, source=source,
    )  # fmt: skip


def _want(cursor: Any, zone: Zone, boundary: BaseGeometry, source: str) -> None:
    cursor.execute(
        "INSERT INTO wanted VALUES (%s, ST_SetSRID(ST_GeomFromWKB(%s), %s), %s)",
        [zone.pk, shapely.to_wkb(boundary), crs.METRIC, source],
    )


def _wanted(cursor: Any, strips: Sequence[Any], job: Job) -> int:
    """Fill the table of wanted zones, each strip without the ground of those before it."""
    rules: dict[str, CurbRule] = job.options["rules"]
    taken, made = _others(job), 0
    for number, source, wkb in strips:
        strip = shapely.from_wkb(bytes(wkb))
        boundary = _carved(strip, taken)
        taken = shapely.union(taken, strip)
        if not boundary.is_empty:
            zone, is_new = _zone_of(rules[number])
            if is_new:
                _add_rule(zone, rules[number], source, job)
                made += 1
            _want(cursor, zone, boundary, source)
    return made


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Let the zones of the rules hold from the day on; a full file ends those it does not name."""
    cursor.execute(_STRIPS)
    strips = cursor.fetchall()
    cursor.execute(
        "CREATE TEMP TABLE wanted (owner bigint, boundary geometry, source text) ON COMMIT DROP"
    )
    made = _wanted(cursor, strips, job)
    cursor.execute("CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT owner FROM wanted")
    gone = (
        "v.zone_id NOT IN (SELECT owner FROM kept) AND EXISTS (SELECT FROM parking_zones_zone z "
        f"WHERE z.id = v.zone_id AND starts_with(z.register_key, '{KEY}'))"
    )
    done = swap_versions(
        cursor, _VERSIONS, wanted="wanted", on=job.on,
        retire=gone if job.extent == "full" else "false",
    )  # fmt: skip
    return {**done, "rules": len(strips), "new_rules": made}


CURB_RULES = Importer(
    kind="curb_rules",
    title=Text("قواعد الوقوف على حواف الطرق", "Curb rules"),
    shape=LINE,
    fields=FIELDS,
    staged={"number": "text", "source": "text"},
    prepare=prepare,
    swap=swap,
    layer_hints=("curb_rules", "parking_regulations"),
    unique_shapes=False,
)

__all__ = ["CURB_RULES"]
