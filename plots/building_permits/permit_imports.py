"""Import of permits from before the platform: one row a plot, the rows of one number one permit.

Such a permit has no application, no drawings and no office on record: its ground is that of its
plots, and what changes it comes by the change of its supervising consultant.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.db import connection

from municipality.conf import PROFILE
from municipality.digits import western
from municipality.importing.fields import Field, Kind
from municipality.importing.parts import default_source
from municipality.importing.records import check_nothing_stands_on, close_batch, open_batch
from municipality.importing.rows import Rows
from municipality.importing.spec import NO_SHAPE, Importer, Job
from municipality.words import Text
from plots.building_permits.issuing import MAJOR, VALID_YEARS, years_on
from plots.building_permits.models import BuildingPermit, Work
from plots.building_permits.register import NUMBER
from plots.register.record_plots import PLOT_FIELDS, Findings, days, find_plots, texts

Rank, State = BuildingPermit.Rank, BuildingPermit.State
WORK_WORDS = {
    "new": Work.NEW, "new building": Work.NEW, "جديد": Work.NEW, "جديدة": Work.NEW,
    "بناء جديد": Work.NEW, "إباحة بناء جديدة": Work.NEW, "addition": Work.ADDITION,
    "إضافة": Work.ADDITION, "modification": Work.MODIFICATION, "alteration": Work.MODIFICATION,
    "تعديل": Work.MODIFICATION, "demolition": Work.DEMOLITION, "هدم": Work.DEMOLITION,
    "إباحة هدم": Work.DEMOLITION, "excavation": Work.EXCAVATION, "حفر": Work.EXCAVATION,
    "تصريح حفر": Work.EXCAVATION,
}  # fmt: skip
RANK_WORDS = {
    "major": Rank.MAJOR, "كبرى": Rank.MAJOR, "إباحة كبرى": Rank.MAJOR,
    "minor": Rank.MINOR, "صغرى": Rank.MINOR, "إباحة صغرى": Rank.MINOR,
}  # fmt: skip
STATE_WORDS = {
    "valid": State.VALID, "سارية": State.VALID, "expired": State.EXPIRED,
    "منتهية": State.EXPIRED, "انتهت": State.EXPIRED, "completed": State.COMPLETED,
    "مكتملة": State.COMPLETED, "اكتمل البناء": State.COMPLETED, "revoked": State.REVOKED,
    "ملغاة": State.REVOKED,
}  # fmt: skip
FIELDS = (
    Field("permit_number", ("permit_number", "permit_no", "permitno", "رقم الإباحة"), longest=40,
          missing="key_missing", is_key=True),
    Field("permit_year", ("permit_year", "permityear", "year", "سنة الإباحة"), longest=10),
    *PLOT_FIELDS,
    Field("work", ("work", "kind_of_work", "نوع العمل"), Kind.WORD, words=WORK_WORDS),
    Field("rank", ("rank", "permit_type", "permittype", "نوع الإباحة"), Kind.WORD,
          words=RANK_WORDS),
    Field("state", ("state", "status", "permit_state", "الحالة"), Kind.WORD, words=STATE_WORDS),
    Field("issued_on", ("issued_on", "issue_date", "permit_date", "تاريخ الإباحة"), Kind.DAY,
          missing="date_missing"),
    Field("valid_to", ("valid_to", "last_day", "expiry_date", "سارية حتى"), Kind.DAY),
    Field("source", ("source", "المصدر"), longest=200),
)  # fmt: skip
STAGED = {
    "permit_number": "text", "plot_id": "bigint", "work": "text", "rank": "text", "state": "text",
    "since": "date", "until": "date", "source": "text", "is_known": "boolean",
}  # fmt: skip
HELD = """
SELECT number, work, rank, lower(valid), upper(valid), plot_numbers
FROM plots_buildingpermit WHERE number = ANY(%s)
"""
PERMITS = """
INSERT INTO plots_buildingpermit
  (number, work, rank, state, valid, issued_at, plot_numbers, wilayat_id, area_id, place,
   batch_id, source)
SELECT n.permit_number, min(n.work), min(n.rank), min(n.state),
       daterange(min(n.since), min(n.until)), min(n.since)::timestamp AT TIME ZONE %(zone)s,
       left(string_agg(p.number, ' + ' ORDER BY p.id), 300),
       (array_agg(p.wilayat_id ORDER BY p.id))[1], (array_agg(p.area_id ORDER BY p.id))[1],
       ST_Union(p.boundary), %(batch)s, min(n.source)
FROM incoming n JOIN plots_plot p ON p.id = n.plot_id
WHERE NOT n.is_known GROUP BY n.permit_number
"""
TOTALS = """
SELECT (SELECT count(DISTINCT permit_number) FROM incoming WHERE is_known) AS known_permits,
       (SELECT count(*) FROM plots_buildingpermit) AS permits_on_record,
       (SELECT count(*) FROM plots_buildingpermit WHERE state = 'valid') AS permits_in_force
"""
STANDS_ON = Text(
    "بُني على إباحات هذه الدفعة طلبات؛ لا تُلغى.",
    "Applications stand on permits of this batch; it is not taken back.",
)
STANDING = """
SELECT EXISTS (SELECT FROM plots_permitapplication a JOIN plots_buildingpermit p
               ON p.id = a.permit_id WHERE p.batch_id = %(batch)s)
    OR EXISTS (SELECT FROM plots_construction c JOIN plots_buildingpermit p
               ON p.id = c.permit_id WHERE p.batch_id = %(batch)s)
"""
PLOTS = "SELECT id, number FROM plots_plot WHERE id = ANY(%s)"


@dataclass(slots=True)
class Permit:
    """One permit of the file: its facts, its rows and the plots they name."""

    facts: tuple[str, str, str, dt.date, dt.date]  # work, rank, state, first day, day after last
    rows: list[int] = field(default_factory=list)
    plots: list[int] = field(default_factory=list)


def _numbers(rows: Rows) -> list[str]:
    """Read ``1008/1993``, or a number and its year, in any digits; refuses anything else."""
    found, bad = [], []
    told = zip(texts(rows, "permit_number"), texts(rows, "permit_year"), strict=True)
    for row, (number, year) in enumerate(told):
        text = western(f"{number}/{year}" if year and "/" not in number else number)
        read = NUMBER.match(text)
        found.append(f"{int(read[1])}/{read[2]}" if read else "")
        if number and read is None:
            bad.append(row)
    findings = Findings()
    findings.add("bad_permit_number", bad)
    findings.give(rows)
    return found


def _state(said: str, until: dt.date, on: dt.date) -> str:
    if said in (State.COMPLETED, State.REVOKED):
        return said
    return State.VALID if on < until else State.EXPIRED  # whatever is said: what ran out is over


def _facts(rows: Rows, job: Job) -> list[tuple[str, str, str, dt.date, dt.date] | None]:
    """Return the facts of each row; what is not said follows from the law or from the work."""
    works, ranks, states = (texts(rows, name) for name in ("work", "rank", "state"))
    since, last = days(rows, "issued_on"), days(rows, "valid_to")
    good, told = rows.good.tolist(), Findings()
    found: list[tuple[str, str, str, dt.date, dt.date] | None] = []
    for row in range(rows.count):
        first, end = since[row], last[row]
        if not good[row] or first is None:
            found.append(None)
            continue
        until = years_on(first, VALID_YEARS) if end is None else end + dt.timedelta(days=1)
        if until <= first:
            told.add("days_reversed", [row])
            found.append(None)
            continue
        work = works[row] or Work.NEW
        rank = ranks[row] or (Rank.MAJOR if Work(work) in MAJOR else Rank.MINOR)
        if not works[row]:
            told.add("work_assumed", [row])
        if end is None:
            told.add("two_years_assumed", [row])
        found.append((work, rank, _state(states[row], until, job.on), first, until))
    told.give(rows)
    return found


def _gathered(
    rows: Rows, numbers: Sequence[str],
    facts: Sequence[tuple[str, str, str, dt.date, dt.date] | None],
) -> dict[str, Permit]:  # fmt: skip
    """Gather the rows of each permit: those that contradict its first are refused."""
    plots, good, told = rows.values["plot_id"].to_pylist(), rows.good.tolist(), Findings()
    made: dict[str, Permit] = {}
    for row, (number, said) in enumerate(zip(numbers, facts, strict=True)):
        if not good[row] or said is None or not number:
            continue
        permit = made.setdefault(number, Permit(said))
        if said != permit.facts or plots[row] in permit.plots:
            told.add("duplicate_permit", [row])
            continue
        permit.rows.append(row)
        permit.plots.append(plots[row])
    told.give(rows)
    return made


def _against_register(rows: Rows, made: dict[str, Permit]) -> None:
    """Name the permits that are registered as they stand; refuse those registered otherwise."""
    ids = sorted({plot for permit in made.values() for plot in permit.plots})
    with connection.cursor() as cursor:
        cursor.execute(HELD, [list(made)])
        held = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(PLOTS, [ids])
        names = dict(cursor.fetchall())
    told = Findings()
    for number, permit in made.items():
        if number not in held:
            continue
        work, rank, _, since, until = permit.facts
        stated = " + ".join(names[plot] for plot in sorted(permit.plots))[:300]
        same = held[number] == (work, rank, since, until, stated)
        told.add("permit_known" if same else "permit_differs", permit.rows)
    told.give(rows)


def _stage(rows: Rows, numbers: Sequence[str], made: dict[str, Permit], job: Job) -> None:
    """Fill the columns that the swap reads."""
    blank = ("", "", "", job.on, job.on)
    facts = [blank] * rows.count
    for permit in made.values():
        for row in permit.rows:
            facts[row] = permit.facts
    rows.values["permit_number"] = pa.array(list(numbers), pa.large_string())
    for position, name in enumerate(("work", "rank", "state")):
        column = [str(one[position]) for one in facts]
        rows.values[name] = pa.array(column, pa.large_string())
    rows.values["since"] = pa.array([one[3] for one in facts], pa.date32())
    rows.values["until"] = pa.array([one[4] for one in facts], pa.date32())
    rows.values["is_known"] = pa.array(rows.verdicts.get("permit_known", rows.none()))


def prepare(rows: Rows, job: Job) -> None:
    """The checks of permits: plots, numbers and days, one permit a number, the register."""
    with rows.check("plots"):
        find_plots(rows)
    with rows.check("permits"):
        numbers = _numbers(rows)
        made = _gathered(rows, numbers, _facts(rows, job))
    with rows.check("register"):
        _against_register(rows, made)
    _stage(rows, numbers, made, job)
    default_source(rows, job)


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Take the staged permits as one batch; returns the totals a clerk reconciles them by."""
    batch = open_batch(job)
    cursor.execute(PERMITS, {"batch": batch.pk, "zone": str(PROFILE.time_zone)})
    taken = cursor.rowcount
    cursor.execute(TOTALS)
    return close_batch(cursor, batch, permits=taken)


def take_back(cursor: Any, batch: int) -> dict[str, Any]:
    """Remove the permits of a batch; raises NoSwap where something stands on them."""
    check_nothing_stands_on(cursor, batch, standing=STANDING, why=STANDS_ON)
    cursor.execute("DELETE FROM plots_buildingpermit WHERE batch_id = %s", [batch])
    return {"removed": cursor.rowcount}


PERMIT_RECORDS = Importer(
    kind="building_permits",
    title=Text("إباحات بناء سابقة", "Earlier building permits"),
    shape=NO_SHAPE,
    fields=FIELDS,
    staged=STAGED,
    prepare=prepare,
    swap=swap,
    undo=take_back,
    code_page="cp1256",
)
