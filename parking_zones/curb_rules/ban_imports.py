"""Import of bans that come back by week: lines along one side of a street (street sweeping).

The lines of a block's two sides lie apart in the file, each on its side, so a line becomes a strip
of STRIP_M to either side of it, as the lines of time limits do (decision 0064).
"""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from municipality import crs
from municipality.importing.fields import Field
from municipality.importing.parts import default_source
from municipality.importing.rows import Rows
from municipality.importing.spec import LINE, Importer, Job, NoSwap
from municipality.words import Text
from parking_zones.curb_rules.bans import WEEKS, BanRule, WrittenBan, read_ban
from parking_zones.curb_rules.imports import STRIP_M
from parking_zones.curb_rules.models import CurbBan

LATER = Text(
    "قواعد منع تبدأ بعد {on}؛ اختر تاريخًا لاحقًا بالخيار --on.",
    "Bans begin after {on}; choose a later day with --on.",
)
_WEEKS = tuple(f"week_{n}" for n in WEEKS)
FIELDS = (
    Field("weekday", ("weekday",), longest=20),
    Field("from_hour", ("fromhour",), longest=10),
    Field("to_hour", ("tohour",), longest=10),
    *(Field(name, (name.replace("_", ""),), longest=5) for name in _WEEKS),
    Field("holidays", ("holidays",), longest=5),
    Field("street", ("corridor", "street"), longest=200),
    Field("side", ("blockside", "side"), longest=20),
    Field("source", ("source",), longest=200),
)
_WRITTEN = ("weekday", "from_hour", "to_hour", *_WEEKS, "holidays")
# A row that holds already stays as it is; one that the file does not name ends, if it is whole.
_WANTED = """
CREATE TEMP TABLE wanted ON COMMIT DROP AS
SELECT DISTINCT ON (key) * FROM (
  SELECT md5(n.rule || ST_AsText(n.shape, 2)) AS key, n.rule, COALESCE(n.street, '') AS street,
    COALESCE(n.side, '') AS side, n.source, ST_SetSRID(n.shape, %s) AS strip
  FROM incoming n) AS read
ORDER BY key
"""
_INSERT = """
INSERT INTO parking_zones_curbban
  (key, street, side, weekday, opens, closes, weeks, on_holidays, valid, strip, source)
SELECT w.key, w.street, w.side, split_part(w.rule, '|', 1)::int, split_part(w.rule, '|', 2)::time,
  split_part(w.rule, '|', 3)::time, string_to_array(split_part(w.rule, '|', 4), ',')::int[],
  split_part(w.rule, '|', 5) = '1', daterange(%s, NULL), w.strip, w.source
FROM wanted w
WHERE NOT EXISTS (SELECT FROM parking_zones_curbban b WHERE b.key = w.key AND b.valid @> %s::date)
"""
_END = """
UPDATE parking_zones_curbban b SET valid = daterange(lower(b.valid), %s)
WHERE b.valid @> %s::date AND b.key NOT IN (SELECT key FROM wanted)
"""


def _told(rule: BanRule | None) -> str | None:
    """Write a rule as one text, which ``_INSERT`` reads."""
    if rule is None:
        return None
    weeks = ",".join(map(str, rule.weeks))
    clocks = f"{rule.opens:%H:%M}|{rule.closes:%H:%M}"
    return f"{rule.weekday}|{clocks}|{weeks}|{int(rule.on_holidays)}"


def prepare(rows: Rows, job: Job) -> None:
    """Read the bans; what is not wholly understood is refused with every reason."""
    columns = [rows.values[name].to_pylist() for name in _WRITTEN]
    found: list[BanRule | None] = []
    faults: dict[str, list[int]] = {}
    with rows.check("rules"):
        for row, cells in enumerate(zip(*columns, strict=True)):
            day, opens, closes, *weeks, holidays = (cell or "" for cell in cells)
            rule, why = read_ban(WrittenBan(day, opens, closes, tuple(weeks), holidays))
            found.append(rule)
            for fault in why:
                faults.setdefault(fault.value, []).append(row)
        for code, where in faults.items():
            rows.mark(code, np.array(where, dtype=np.int64))
    rows.values["rule"] = pa.array([_told(rule) for rule in found], pa.large_string())
    default_source(rows, job)
    good = rows.good
    rows.shapes[good] = shapely.buffer(rows.shapes[good], STRIP_M, cap_style="flat")
    rows.untouched = False


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Let the bans hold from the day on; a full file ends those it does not name."""
    if CurbBan.objects.filter(valid__startswith__gt=job.on).exists():
        raise NoSwap("present_began_later", LATER.with_values(on=job.on))
    cursor.execute(_WANTED, [crs.METRIC])
    ended = 0
    if job.extent == "full":
        cursor.execute(_END, [job.on, job.on])
        ended = cursor.rowcount
    cursor.execute("SELECT count(*) FROM wanted")
    wanted = cursor.fetchone()[0]
    cursor.execute(_INSERT, [job.on, job.on])
    inserted = cursor.rowcount
    return {"inserted": inserted, "unchanged": wanted - inserted, "retired": ended}


CURB_BANS = Importer(
    kind="curb_bans",
    title=Text("منع وقوف دوري", "Bans by weekday"),
    shape=LINE,
    fields=FIELDS,
    staged={"rule": "text", "street": "text", "side": "text", "source": "text"},
    prepare=prepare,
    swap=swap,
    layer_hints=("curb_bans", "street_sweeping"),
    unique_shapes=False,
)

__all__ = ["CURB_BANS"]
