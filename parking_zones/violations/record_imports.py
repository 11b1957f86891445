"""Import of violations from before the platform: one row a violation, due, paid or cancelled.

One that is due gets its bill, so that it is found, paid and disputed as any other; it has no check
and no photos, and its page says so.  The fine is the row's own, else that of its day.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db import connection

from municipality.actor import SYSTEM
from municipality.baisa import Baisa
from municipality.billing.bills.actions import cancel, issue
from municipality.billing.bills.facts import Claim, Line, Payer
from municipality.billing.bills.models import Bill
from municipality.city_time import city_day
from municipality.digits import western
from municipality.importing.fields import Field, Kind
from municipality.importing.parts import default_source
from municipality.importing.records import check_nothing_stands_on, close_batch, open_batch
from municipality.importing.rows import Rows
from municipality.importing.spec import NO_SHAPE, Importer, Job
from municipality.words import Text
from parking_zones.plates import NotAPlate, read_plate, vehicle_of_key
from parking_zones.violations.actions import LINE, PAYER, PURPOSE
from parking_zones.violations.models import Violation
from plots.register.record_plots import Findings, texts

STATE_WORDS = {
    "due": "due", "unpaid": "due", "open": "due", "مستحقة": "due", "غير مدفوعة": "due",
    "paid": "paid", "مدفوعة": "paid", "cancelled": "cancelled", "canceled": "cancelled",
    "ملغاة": "cancelled",
}  # fmt: skip
FIELDS = (
    Field("violation_number", ("violation_number", "violation_no", "number", "رقم المخالفة"),
          longest=20, missing="key_missing", is_key=True),
    Field("plate", ("plate", "plate_number", "vehicle", "رقم المركبة", "اللوحة"), longest=40,
          missing="value_missing"),
    Field("offence", ("offence", "offence_code", "code", "نوع المخالفة"), longest=30,
          missing="value_missing"),
    Field("zone", ("zone", "zone_number", "zone_no", "المنطقة"), longest=12),
    Field("issued_at", ("issued_at", "date", "time", "violation_date", "التاريخ"), Kind.TIME,
          missing="date_missing"),
    Field("fine", ("fine", "amount", "fine_rial", "الغرامة"), Kind.NUMBER, least=0.001, most=1e5),
    Field("state", ("state", "status", "الحالة"), Kind.WORD, words=STATE_WORDS, default="due"),
    Field("source", ("source", "المصدر"), longest=200),
)  # fmt: skip
STAGED = {
    "violation_number": "text", "plate_key": "text", "offence_id": "bigint", "zone_id": "bigint",
    "issued_at": "timestamptz", "fine_baisa": "bigint", "state": "text", "source": "text",
    "is_known": "boolean",
}  # fmt: skip
OFFENCES = "SELECT code, id, fine_baisa, lower(valid), upper(valid) FROM parking_zones_offence"
HELD = """
SELECT number, plate_key, offence_id, issued_at FROM parking_zones_violation
WHERE number = ANY(%s)
"""
TAKEN = """
INSERT INTO parking_zones_violation
  (public_id, number, plate_key, offence_id, offence_code, fine_baisa, zone_id, spell_from, state,
   evidence, note, issued_at, received_at, decided_at, decided_why, batch_id)
SELECT substr(translate(encode(sha256(convert_to(gen_random_uuid()::text, 'utf8')), 'base64'),
                        '+/=' || chr(10), '-_'), 1, 22),
       n.violation_number, n.plate_key, n.offence_id, o.code, n.fine_baisa, nullif(n.zone_id, 0),
       n.issued_at, CASE n.state WHEN 'cancelled' THEN 'cancelled' ELSE 'issued' END, '{}', '',
       n.issued_at, greatest(n.issued_at, %(at)s),
       CASE n.state WHEN 'due' THEN NULL ELSE n.issued_at END,
       CASE n.state WHEN 'due' THEN '' ELSE n.source END, %(batch)s
FROM incoming n JOIN parking_zones_offence o ON o.id = n.offence_id WHERE NOT n.is_known
RETURNING id, state, decided_at
"""
TOTALS = """
SELECT (SELECT count(*) FROM incoming WHERE is_known) AS known_violations,
       (SELECT count(*) FROM parking_zones_violation) AS violations_on_record,
       (SELECT coalesce(sum(fine_baisa), 0)::bigint FROM incoming
        WHERE NOT is_known AND state = 'due') AS due_baisa
"""
STANDS_ON = Text(
    "دُفعت مخالفات من هذه الدفعة أو اعتُرض عليها؛ لا تُلغى.",
    "Violations of this batch were paid or disputed; it is not taken back.",
)
STANDING = """
SELECT EXISTS (SELECT FROM parking_zones_dispute d JOIN parking_zones_violation v
               ON v.id = d.violation_id WHERE v.batch_id = %(batch)s)
    OR EXISTS (SELECT FROM billing_bill b JOIN parking_zones_violation v
               ON b.subject = 'violation/' || v.id
               WHERE v.batch_id = %(batch)s AND b.state IN ('paid', 'refunded'))
"""
Offences = dict[str, list[tuple[int, int, dt.date | None, dt.date | None]]]


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


def _offences() -> Offences:
    with connection.cursor() as cursor:
        cursor.execute(OFFENCES)
        found: Offences = {}
        for code, key, fine, first, after in cursor.fetchall():
            found.setdefault(code, []).append((key, fine, first, after))
    return found


def _offence_of(rows: Rows, moments: Sequence[dt.datetime | None]) -> list[tuple[int, int]]:
    """Find the offence of each row as it held on its day: its id and its fine."""
    known, found, missing = _offences(), [], []
    for row, (code, at) in enumerate(zip(texts(rows, "offence"), moments, strict=True)):
        day = None if at is None else city_day(at)
        held = [
            (key, fine)
            for key, fine, first, after in known.get(code.strip().lower(), [])
            if day is not None and (first is None or first <= day) and (not after or day < after)
        ]
        found.append(held[0] if held else (0, 1))
        if not held and day is not None and code:
            missing.append(row)
    told = Findings()
    told.add("unknown_offence", missing)
    told.give(rows)
    return found


def _zones(rows: Rows) -> list[int]:
    """Find the zone of each row by the number on its sign; a row may name none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, id FROM parking_zones_zone")
        known = dict(cursor.fetchall())
    numbers = [western(text).strip() for text in texts(rows, "zone")]
    told = Findings()
    told.add("unknown_zone", [row for row, one in enumerate(numbers) if one and one not in known])
    told.give(rows)
    return [known.get(one, 0) for one in numbers]


def _mark_known(rows: Rows, numbers: list[str], facts: list[tuple[Any, ...]]) -> None:
    """Name those that are registered as they stand; refuse those registered otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [sorted(set(numbers))])
        held = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    told = Findings()
    for row, (number, fact) in enumerate(zip(numbers, facts, strict=True)):
        if number in held:
            same = held[number] == fact
            told.add("violation_known" if same else "violation_differs", [row])
    told.give(rows)


def prepare(rows: Rows, job: Job) -> None:
    """The checks of violations: plates, offences of their day, zones, what is registered."""
    with rows.check("violations"):
        numbers, plates = texts(rows, "violation_number"), _plates(rows)
        moments = rows.values["issued_at"].to_pylist()
        offences, zones = _offence_of(rows, moments), _zones(rows)
        said = rows.values["fine"].to_pylist()
        fines = [
            fine if given is None or given != given else round(given * 1_000)
            for given, (_, fine) in zip(said, offences, strict=True)
        ]
    with rows.check("register"):
        facts = [
            (plate, key, at) for plate, (key, _), at in zip(plates, offences, moments, strict=True)
        ]
        _mark_known(rows, numbers, facts)
    rows.values["plate_key"] = pa.array(plates, pa.large_string())
    rows.values["offence_id"] = pa.array([key for key, _ in offences], pa.int64())
    rows.values["zone_id"] = pa.array(zones, pa.int64())
    rows.values["fine_baisa"] = pa.array(fines, pa.int64())
    rows.values["is_known"] = pa.array(rows.verdicts.get("violation_known", rows.none()))
    default_source(rows, job)


def _bill(violation: Violation, job: Job) -> None:
    plate = vehicle_of_key(violation.plate_key)
    offence = violation.offence
    line = Line(
        text=Text(
            LINE.ar.format(number=violation.number, offence=offence.name_ar, plate=plate.shown_ar),
            LINE.en.format(number=violation.number, offence=offence.name_en, plate=plate.shown_en),
        ),
        quantity=Decimal(1), rate_baisa=violation.fine_baisa,
        amount_baisa=Baisa(violation.fine_baisa), source=offence.source, rule=offence.code,
    )  # fmt: skip
    claim = Claim(purpose=PURPOSE, subject=violation.stream, plate=violation.plate_key)
    payer = Payer(name=PAYER.ar.format(plate=plate.shown_ar))
    issue(claim=claim, payer=payer, lines=[line], by=SYSTEM, at=job.at)


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Take the staged violations as one batch, with a bill for each that is due."""
    batch = open_batch(job)
    cursor.execute(TAKEN, {"at": job.at, "batch": batch.pk})
    made = cursor.fetchall()
    due = [key for key, state, decided in made if state == "issued" and decided is None]
    for violation in Violation.objects.filter(pk__in=due).select_related("offence").order_by("pk"):
        _bill(violation, job)
    cursor.execute(TOTALS)
    return close_batch(cursor, batch, violations=len(made), bills=len(due))


def take_back(cursor: Any, batch: int) -> dict[str, Any]:
    """Remove the violations of a batch and cancel their bills; raises NoSwap where one stands."""
    check_nothing_stands_on(cursor, batch, standing=STANDING, why=STANDS_ON)
    rows = Violation.objects.filter(batch_id=batch)
    subjects = [violation.stream for violation in rows]
    for bill in Bill.objects.filter(subject__in=subjects, state=Bill.State.DUE).order_by("pk"):
        cancel(bill_id=bill.pk, by=SYSTEM, at=bill.issued_at, why=f"batch {batch} was taken back")
    removed, _ = rows.delete()
    return {"removed": removed}


VIOLATIONS = Importer(
    kind="violations",
    title=Text("مخالفات مواقف سابقة", "Earlier parking violations"),
    shape=NO_SHAPE,
    fields=FIELDS,
    staged=STAGED,
    prepare=prepare,
    swap=swap,
    undo=take_back,
    code_page="cp1256",
)
