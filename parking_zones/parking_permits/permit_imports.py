"""Import of permits from before the platform: one row a permit with the vehicle it is for.

Such a permit has no case and no bill here: it is checked, searched, reminded of and renewed as
any other, and nothing of it goes back when it is ended early.
"""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from municipality.conf import PROFILE
from municipality.digits import western
from municipality.importing.fields import Field, Kind
from municipality.importing.parts import default_source
from municipality.importing.records import check_nothing_stands_on, close_batch, open_batch
from municipality.importing.rows import Rows
from municipality.importing.spec import NO_SHAPE, Importer, Job
from municipality.phones import NotAPhone, phone
from municipality.words import Text
from parking_zones.parking_permits.models import Holder, PermitKind
from parking_zones.parking_permits.terms import months_after
from parking_zones.plates import NotAPlate, read_plate
from plots.register.record_plots import Findings, days, texts

KIND_WORDS = {
    "one_zone": PermitKind.ONE_ZONE, "zone": PermitKind.ONE_ZONE, "one zone": PermitKind.ONE_ZONE,
    "منطقة": PermitKind.ONE_ZONE, "منطقة واحدة": PermitKind.ONE_ZONE,
    "تصريح لمنطقة واحدة": PermitKind.ONE_ZONE, "all_zones": PermitKind.ALL_ZONES,
    "all": PermitKind.ALL_ZONES, "all zones": PermitKind.ALL_ZONES, "كل المناطق": PermitKind.ALL_ZONES,
    "تصريح لكل المناطق": PermitKind.ALL_ZONES, "special": PermitKind.SPECIAL,
    "خاص": PermitKind.SPECIAL, "تصريح وقوف خاص": PermitKind.SPECIAL,
}  # fmt: skip
HOLDER_WORDS = {
    "person": Holder.PERSON, "فرد": Holder.PERSON, "resident": Holder.PERSON,
    "company": Holder.COMPANY, "شركة": Holder.COMPANY,
}  # fmt: skip
FIELDS = (
    Field("permit_number", ("permit_number", "permit_no", "permitno", "رقم التصريح"), longest=20,
          missing="key_missing", is_key=True),
    Field("kind", ("kind", "permit_kind", "permit_type", "نوع التصريح"), Kind.WORD,
          words=KIND_WORDS, default=PermitKind.ONE_ZONE),
    Field("zone", ("zone", "zone_number", "zone_no", "المنطقة"), longest=12),
    Field("plate", ("plate", "plate_number", "vehicle", "رقم المركبة", "اللوحة"), longest=40,
          missing="value_missing"),
    Field("holder", ("holder", "holder_kind", "صاحب التصريح"), Kind.WORD, words=HOLDER_WORDS,
          default=Holder.PERSON),
    Field("holder_name", ("holder_name", "name", "الاسم"), longest=150, missing="name_missing"),
    Field("civil_number", ("civil_number", "id_number", "الرقم المدني"), longest=20),
    Field("phone", ("phone", "mobile", "الهاتف"), longest=30),
    Field("plot_number", ("plot_number", "plot_no", "رقم القطعة"), longest=60),
    Field("starts_on", ("starts_on", "start_date", "from", "من"), Kind.DAY,
          missing="date_missing"),
    Field("last_day", ("last_day", "valid_to", "expiry_date", "to", "حتى"), Kind.DAY),
    Field("months", ("months", "عدد الأشهر"), Kind.WHOLE, most=120),
    Field("source", ("source", "المصدر"), longest=200),
)  # fmt: skip
STAGED = {
    "permit_number": "text", "kind": "text", "zone_id": "bigint", "plate_key": "text",
    "holder": "text", "holder_name": "text", "civil_number": "text", "phone": "text",
    "plot_number": "text", "starts_on": "date", "ends_on": "date", "months": "integer",
    "source": "text", "is_known": "boolean",
}  # fmt: skip
HELD = """
SELECT number, kind, zone_id, starts_on, ends_on FROM parking_zones_parkingpermit
WHERE number = ANY(%s)
"""
CLASHES = """
SELECT v.plate_key, v.kind, v.zone_id, lower(v.valid), upper(v.valid)
FROM parking_zones_permitvehicle v WHERE v.plate_key = ANY(%s)
"""
TAKEN = """
WITH taken AS (
  INSERT INTO parking_zones_parkingpermit
    (public_id, number, kind, zone_id, holder, holder_name, civil_number, commercial_number, phone,
     language, plot_number, unit, months, starts_on, ends_on, issued_at, ended_why, batch_id, source)
  SELECT substr(translate(encode(sha256(convert_to(gen_random_uuid()::text, 'utf8')), 'base64'),
                          '+/=' || chr(10), '-_'), 1, 22),
         n.permit_number, n.kind, nullif(n.zone_id, 0), n.holder, n.holder_name,
         coalesce(n.civil_number, ''), '', n.phone, 'ar', coalesce(n.plot_number, ''), '', n.months,
         n.starts_on, n.ends_on, n.starts_on::timestamp AT TIME ZONE %(zone)s, '', %(batch)s,
         n.source
  FROM incoming n WHERE NOT n.is_known
  RETURNING id, number, starts_on, ends_on)
INSERT INTO parking_zones_permitvehicle (permit_id, plate_key, valid, kind)
SELECT t.id, n.plate_key, tstzrange(t.starts_on::timestamp AT TIME ZONE %(zone)s,
                                    t.ends_on::timestamp AT TIME ZONE %(zone)s), ''
FROM taken t JOIN incoming n ON n.permit_number = t.number
"""
TOTALS = """
SELECT (SELECT count(*) FROM incoming WHERE is_known) AS known_permits,
       (SELECT count(*) FROM parking_zones_parkingpermit) AS permits_on_record,
       (SELECT count(*) FROM parking_zones_parkingpermit
        WHERE daterange(starts_on, ends_on) @> %(on)s::date) AS permits_in_force
"""
STANDS_ON = Text(
    "جُددت تصاريح من هذه الدفعة أو طُلب تغييرها؛ لا تُلغى.",
    "Permits of this batch were renewed or are asked about; it is not taken back.",
)
STANDING = """
SELECT EXISTS (SELECT FROM parking_zones_permitrequest r JOIN parking_zones_parkingpermit p
               ON p.id = r.permit_id WHERE p.batch_id = %(batch)s)
    OR EXISTS (SELECT FROM parking_zones_parkingpermit r JOIN parking_zones_parkingpermit p
               ON p.id = r.renews_id WHERE p.batch_id = %(batch)s)
"""
BACK = """
DELETE FROM parking_zones_permitvehicle v USING parking_zones_parkingpermit p
WHERE p.id = v.permit_id AND p.batch_id = %s;
DELETE FROM parking_zones_parkingpermit WHERE batch_id = %s
"""


def _plates(rows: Rows) -> list[str]:
    """Read the plates to their keys; refuses what is no plate."""
    found, bad = [], []
    for row, text in enumerate(texts(rows, "plate")):
        try:
            found.append(read_plate(text).key if text else "")
        except NotAPlate:
            found.append("")
            bad.append(row)
    told = Findings()
    told.add("bad_plate", bad)
    told.give(rows)
    return found


def _phones(rows: Rows) -> list[str]:
    """Write the phones as E.164; one that is none is left out, aloud."""
    found, bad = [], []
    for row, text in enumerate(texts(rows, "phone")):
        try:
            found.append(phone(text) if text else "")
        except NotAPhone:
            found.append("")
            bad.append(row)
    told = Findings()
    told.add("bad_number", bad)
    told.give(rows)
    return found


def _zones(rows: Rows) -> list[int]:
    """Find the zone of each row by the number on its sign; one that needs a zone has one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, id FROM parking_zones_zone")
        known = dict(cursor.fetchall())
    kinds, numbers = texts(rows, "kind"), texts(rows, "zone")
    found, missing = [], []
    for row, (kind, number) in enumerate(zip(kinds, numbers, strict=True)):
        is_everywhere = kind == PermitKind.ALL_ZONES
        zone = 0 if is_everywhere else known.get(western(number).strip(), 0)
        found.append(zone)
        if not zone and not is_everywhere:
            missing.append(row)
    told = Findings()
    told.add("unknown_zone", missing)
    told.give(rows)
    return found


Span = tuple[dt.date, dt.date, int]


def _spans(rows: Rows, job: Job) -> list[Span]:
    """Return first day, day after the last, and months; the last day goes before the months."""
    first, last = days(rows, "starts_on"), days(rows, "last_day")
    counts = rows.values["months"].to_pylist()
    found, reversed_days, assumed = [], [], []
    for row in range(rows.count):
        start, end, count = first[row], last[row], counts[row]
        if start is None:
            found.append((job.on, job.on, 1))
            continue
        if end is None and not count:
            assumed.append(row)
        after = months_after(start, count or 1) if end is None else end + dt.timedelta(days=1)
        if after <= start:
            reversed_days.append(row)
        found.append((start, after, count or _months_between(start, after)))
    told = Findings()
    told.add("days_reversed", reversed_days)
    told.add("one_month_assumed", assumed)
    told.give(rows)
    return found


def _months_between(start: dt.date, after: dt.date) -> int:
    """Count the months begun between two days, at least one."""
    months = 1
    while months_after(start, months) < after and months < 120:
        months += 1
    return months


def _mark_known(rows: Rows, numbers: list[str], facts: list[tuple[str, int, Span]]) -> None:
    """Name the permits that are registered as they stand; refuse those registered otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [sorted(set(numbers))])
        held = {row[0]: (row[1], row[2] or 0, row[3], row[4]) for row in cursor.fetchall()}
    told = Findings()
    for row, (number, (kind, zone, span)) in enumerate(zip(numbers, facts, strict=True)):
        if number in held:
            same = held[number] == (kind, zone, span[0], span[1])
            told.add("parking_permit_known" if same else "parking_permit_differs", [row])
    told.give(rows)


def _mark_clashes(rows: Rows, plates: list[str], facts: list[tuple[str, int, Span]]) -> None:
    """Refuse a second permit of one kind and zone for a vehicle on the same days."""
    known = rows.verdicts.get("parking_permit_known", rows.none())
    good = rows.good & ~known
    with connection.cursor() as cursor:
        cursor.execute(CLASHES, [sorted(set(plates))])
        zone = PROFILE.time_zone
        taken = [
            (row[0], row[1], row[2] or 0, row[3].astimezone(zone).date(),
             row[4].astimezone(zone).date())
            for row in cursor.fetchall() if row[3] is not None
        ]  # fmt: skip
    by_key: dict[tuple[str, str, int], list[tuple[dt.date, dt.date]]] = {}
    for plate, kind, zone_id, first, after in taken:
        by_key.setdefault((plate, kind, zone_id), []).append((first, after))
    told = Findings()
    for row in np.flatnonzero(good).tolist():
        kind, zone_id, (first, after, _) = facts[row]
        spans = by_key.setdefault((plates[row], kind, zone_id), [])
        if any(first < other_after and other_first < after for other_first, other_after in spans):
            told.add("plate_has_permit", [row])
        else:
            spans.append((first, after))
    told.give(rows)


def prepare(rows: Rows, job: Job) -> None:
    """The checks of permits: plates, zones and days, what is registered, no two for a vehicle."""
    with rows.check("permits"):
        numbers, plates, phones = texts(rows, "permit_number"), _plates(rows), _phones(rows)
        zones, spans = _zones(rows), _spans(rows, job)
        kinds = texts(rows, "kind")
    facts = list(zip(kinds, zones, spans, strict=True))
    with rows.check("register"):
        _mark_known(rows, numbers, facts)
        _mark_clashes(rows, plates, facts)
    rows.values["plate_key"] = pa.array(plates, pa.large_string())
    rows.values["phone"] = pa.array(phones, pa.large_string())
    rows.values["zone_id"] = pa.array(zones, pa.int64())
    rows.values["starts_on"] = pa.array([span[0] for span in spans], pa.date32())
    rows.values["ends_on"] = pa.array([span[1] for span in spans], pa.date32())
    rows.values["months"] = pa.array([span[2] for span in spans], pa.int32())
    rows.values["is_known"] = pa.array(rows.verdicts.get("parking_permit_known", rows.none()))
    default_source(rows, job)


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Take the staged permits as one batch; returns the totals a clerk reconciles them by."""
    batch = open_batch(job)
    cursor.execute(TAKEN, {"batch": batch.pk, "zone": str(PROFILE.time_zone)})
    taken = cursor.rowcount
    cursor.execute(TOTALS, {"on": job.on})
    return close_batch(cursor, batch, permits=taken)


def take_back(cursor: Any, batch: int) -> dict[str, Any]:
    """Remove the permits of a batch; raises NoSwap where something stands on them."""
    check_nothing_stands_on(cursor, batch, standing=STANDING, why=STANDS_ON)
    cursor.execute(BACK, [batch, batch])
    return {"removed": cursor.rowcount}


PERMITS = Importer(
    kind="parking_permits",
    title=Text("تصاريح مواقف سابقة", "Earlier parking permits"),
    shape=NO_SHAPE,
    fields=FIELDS,
    staged=STAGED,
    prepare=prepare,
    swap=swap,
    undo=take_back,
    code_page="cp1256",
)
