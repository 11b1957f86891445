"""Import of dated prices: one row a price, of a kind, for the city or one zone, from a day on.

A price is never edited: a row that meets another's days is refused, and a batch is taken back only
while none of its prices holds yet.
"""

import datetime as dt
from typing import Any

import pyarrow as pa
from django.db.backends.postgresql.psycopg_any import DateRange

from municipality.billing.tariffs.models import Tariff, TariffKind
from municipality.city_time import city_day
from municipality.digits import western
from municipality.importing.fields import Field, Kind
from municipality.importing.models import RecordBatch
from municipality.importing.parts import default_source
from municipality.importing.records import check_nothing_stands_on, close_batch, open_batch
from municipality.importing.rows import Rows
from municipality.importing.spec import NO_SHAPE, Importer, Job
from municipality.words import Text

ONE_DAY = dt.timedelta(days=1)
FIELDS = (
    Field("tariff_key", ("tariff_key", "key", "id", "رقم"), longest=40, missing="key_missing",
          is_key=True),
    Field("tariff_kind", ("tariff_kind", "kind", "tariff", "نوع التعرفة"), Kind.WORD,
          words={str(label): code for code, label in TariffKind.choices}
          | {code: code for code in TariffKind.values}, missing="value_missing"),
    Field("zone", ("zone", "zone_number", "zone_code", "المنطقة"), longest=12),
    Field("first_day", ("first_day", "from", "valid_from", "من"), Kind.DAY,
          missing="date_missing"),
    Field("last_day", ("last_day", "to", "valid_to", "حتى"), Kind.DAY),
    Field("amount", ("amount", "price", "amount_rial", "المبلغ"), Kind.NUMBER, most=1e6,
          missing="value_missing"),
    Field("per_minutes", ("per_minutes", "minutes", "لكل دقيقة"), Kind.WHOLE, least=1, most=1_440),
    Field("source", ("source", "decision", "المصدر", "القرار"), longest=200),
)  # fmt: skip
STAGED = {
    "tariff_kind": "text", "zone": "text", "first_on": "date", "after_on": "date",
    "amount_baisa": "bigint", "per_minutes": "integer", "source": "text", "is_known": "boolean",
}  # fmt: skip
TAKEN = """
INSERT INTO billing_tariff (kind, zone_code, valid, amount_baisa, per_minutes, source)
SELECT tariff_kind, coalesce(zone, ''), daterange(first_on, after_on), amount_baisa, per_minutes,
       source
FROM incoming WHERE NOT is_known RETURNING id
"""
TOTALS = """
SELECT (SELECT count(*) FROM incoming WHERE is_known) AS known_tariffs,
       (SELECT count(*) FROM billing_tariff) AS tariffs_on_record
"""
STANDS_ON = Text(
    "سرت أسعار من هذه الدفعة؛ لا تُلغى، بل يُكتب سعر جديد من يوم جديد.",
    "Prices of this batch hold already; it is not taken back: write a new price from a new day.",
)
STANDING = """
SELECT EXISTS (SELECT FROM billing_tariff t JOIN importing_recordbatch b ON b.id = %(batch)s
  WHERE b.totals -> 'ids' @> to_jsonb(t.id) AND lower(t.valid) <= current_date)
"""
Span = tuple[dt.date, dt.date | None]


def _day(at: dt.datetime | None) -> dt.date | None:
    return None if at is None else city_day(at)


def _spans(rows: Rows, job: Job) -> list[Span]:
    """Return the half-open days of each row; one that ends before it begins is refused."""
    found: list[Span] = []
    firsts, lasts = (rows.values[name].to_pylist() for name in ("first_day", "last_day"))
    for row, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        begin, end = _day(first) or job.on, _day(last)
        if end is not None and end < begin:
            rows.mark_one("days_reversed", row)
            end = begin
        found.append((begin, None if end is None else end + ONE_DAY))
    return found


def _meet(one: Span, other: Span) -> bool:
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])


def _mark_held(rows: Rows, facts: list[tuple[str, str, Span, int, int | None]]) -> None:
    """Name what holds as it stands; refuse what meets another price of the same thing."""
    held: dict[tuple[str, str], list[tuple[Span, int, int | None]]] = {}
    for tariff in Tariff.objects.all():
        valid: DateRange = tariff.valid
        span = (valid.lower or dt.date.min, valid.upper)
        fact = (span, tariff.amount_baisa, tariff.per_minutes)
        held.setdefault((tariff.kind, tariff.zone_code), []).append(fact)
    for row, (kind, zone, span, amount, minutes) in enumerate(facts):
        others = held.setdefault((kind, zone), [])
        if (span, amount, minutes) in others:
            rows.mark_one("tariff_known", row)
        elif any(_meet(span, other) for other, _, _ in others):
            rows.mark_one("tariff_meets_another", row)
        else:
            others.append((span, amount, minutes))


def prepare(rows: Rows, job: Job) -> None:
    """The checks of prices: days, and no two of one thing on a day."""
    with rows.check("tariffs"):
        kinds = [text or "" for text in rows.values["tariff_kind"].to_pylist()]
        zones = [western(text or "").strip() for text in rows.values["zone"].to_pylist()]
        spans = _spans(rows, job)
        said = rows.values["amount"].to_pylist()
        amounts = [0 if one is None or one != one else round(one * 1_000) for one in said]
        minutes = rows.values["per_minutes"].to_pylist()
    with rows.check("register"):
        _mark_held(rows, list(zip(kinds, zones, spans, amounts, minutes, strict=True)))
    rows.values["zone"] = pa.array(zones, pa.large_string())
    rows.values["first_on"] = pa.array([span[0] for span in spans], pa.date32())
    rows.values["after_on"] = pa.array([span[1] for span in spans], pa.date32())
    rows.values["amount_baisa"] = pa.array(amounts, pa.int64())
    rows.values["is_known"] = pa.array(rows.verdicts.get("tariff_known", rows.none()))
    default_source(rows, job)


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Take the staged prices as one batch, which remembers them by their ids."""
    batch = open_batch(job)
    cursor.execute(TAKEN)
    ids = [key for (key,) in cursor.fetchall()]
    cursor.execute(TOTALS)
    totals = close_batch(cursor, batch, tariffs=len(ids))
    batch.totals = {**totals, "ids": ids}
    batch.save(update_fields=["totals"])
    return totals


def take_back(cursor: Any, batch: int) -> dict[str, Any]:
    """Remove the prices of a batch; raises NoSwap where one of them holds already."""
    check_nothing_stands_on(cursor, batch, standing=STANDING, why=STANDS_ON)
    ids = RecordBatch.objects.values_list("totals", flat=True).get(pk=batch).get("ids", [])
    removed, _ = Tariff.objects.filter(pk__in=ids).delete()
    return {"removed": removed}


TARIFFS = Importer(
    kind="tariffs",
    title=Text("تعرفات مؤرخة", "Dated prices"),
    shape=NO_SHAPE,
    fields=FIELDS,
    staged=STAGED,
    prepare=prepare,
    swap=swap,
    undo=take_back,
    code_page="cp1256",
)
