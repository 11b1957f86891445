"""Import of title deeds: one row a share, judged deed by deed, in whole numbers.

A deed is taken whole or not at all: one refused row refuses the others of its deed.  A newer
deed of a plot ends the one before it on the day it begins.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pyarrow as pa
from django.db import connection

from municipality.digits import western
from municipality.importing.fields import Field, Kind
from municipality.importing.parts import default_source, fill_texts
from municipality.importing.rows import Rows
from municipality.importing.spec import NO_SHAPE, Importer, Job
from municipality.words import Text
from plots.register.record_plots import PLOT_FIELDS, Findings, days, find_plots, texts
from plots.register.title_swap import STAGED, swap, take_back
from plots.register.titles import NotAShare, Stated, are_whole, read_share

DEED = Field(
    "deed_number",
    ("deed_number", "deed_no", "title_number", "title_no", "رقم سند الملكية", "رقم السند",
     "رقم الملكية"),
    longest=60, missing="key_missing", is_key=True,
)  # fmt: skip
FIELDS = (
    DEED,
    *PLOT_FIELDS,
    Field("owner_name", ("owner_name", "owner", "name", "اسم المالك", "المالك"), longest=200,
          missing="name_missing", is_key=True),
    Field("civil_number", ("civil_number", "civil_no", "civil_id", "الرقم المدني"), longest=20),
    Field("share", ("share", "الحصة", "حصة"), longest=60),
    Field("numerator", ("numerator", "البسط"), longest=30),
    Field("denominator", ("denominator", "المقام"), longest=30),
    Field("valid_from", ("valid_from", "from", "issued_on", "تاريخ السند", "من تاريخ"), Kind.DAY,
          missing="date_missing"),
    Field("valid_to", ("valid_to", "to", "last_day", "إلى تاريخ"), Kind.DAY),
    Field("as_of", ("as_of", "تاريخ البيان"), Kind.DAY),
    Field("source", ("source", "المصدر"), longest=200),
)  # fmt: skip

HELD = """
SELECT t.deed_number, t.plot_id, lower(t.valid), upper(t.valid),
       array_agg(ARRAY[s.owner_name, s.civil_number, s.numerator::text, s.denominator::text])
FROM plots_title t JOIN plots_titleshare s ON s.title_id = t.id
WHERE t.deed_number = ANY(%s) OR t.plot_id = ANY(%s)
GROUP BY t.id ORDER BY t.id
"""


@dataclass(slots=True)
class Deed:
    """One deed of the file: its rows, plot and days.

    ``stated`` is the day after its last one as the file says, ``until`` as a newer deed has it.
    """

    number: str
    plot: int
    since: dt.date
    stated: dt.date | None
    until: dt.date | None = None
    rows: list[int] = field(default_factory=list)
    shares: list[tuple[str, str, int, int]] = field(default_factory=list)


def _shares(rows: Rows) -> list[Stated | None]:
    """Read the share of each row: one text, or numerator and denominator."""
    columns = [texts(rows, name) for name in ("share", "numerator", "denominator")]
    found: list[Stated | None] = []
    told = Findings()
    for row, (share, above, below) in enumerate(zip(*columns, strict=True)):
        text = share or (f"{above}/{below}" if above or below else "")
        try:
            found.append(read_share(text) if text else None)
        except NotAShare:
            told.add("bad_share", [row], text)
            found.append(None)
        if not text:
            told.add("value_missing", [row], "share")
    told.give(rows)
    for name in ("numerator", "denominator"):
        rows.values[name] = pa.array([one and getattr(one, name) for one in found], pa.int64())
    return found


def _deeds(rows: Rows, shares: Sequence[Stated | None]) -> list[Deed]:
    """Gather the rows of each deed that has none refused; rows that contradict it are named."""
    numbers = [western(text) for text in texts(rows, "deed_number")]
    rows.values["deed_number"] = pa.array(numbers, pa.large_string())
    since, until = days(rows, "valid_from"), days(rows, "valid_to")
    plots, civil = rows.values["plot_id"].to_pylist(), texts(rows, "civil_number")
    names, good, told = texts(rows, "owner_name"), rows.good.tolist(), Findings()
    made: dict[str, Deed] = {}
    for row, number in enumerate(numbers):
        first, share, last = since[row], shares[row], until[row]
        if not good[row] or first is None or share is None:
            continue
        after = None if last is None else last + dt.timedelta(days=1)
        if after is not None and after <= first:
            told.add("days_reversed", [row])
            continue
        deed = made.setdefault(number, Deed(number, plots[row], first, after))
        said = (names[row], western(civil[row]), share.numerator, share.denominator)
        if said in deed.shares or (plots[row], first, after) != (
            deed.plot,
            deed.since,
            deed.stated,
        ):
            told.add("duplicate_deed", [row])
            continue
        deed.rows.append(row)
        deed.shares.append(said)
    told.give(rows)
    _whole_deeds(rows, numbers)
    good = rows.good.tolist()
    return [deed for deed in made.values() if good[deed.rows[0]]]


def _whole_deeds(rows: Rows, numbers: Sequence[str]) -> None:
    """Refuse the other rows of a deed that has a refused one."""
    good, told = rows.good.tolist(), Findings()
    broken = {number for number, is_good in zip(numbers, good, strict=True) if not is_good}
    others = [row for row, number in enumerate(numbers) if good[row] and number in broken]
    told.add("deed_refused", others)
    told.give(rows)


def _sums(rows: Rows, deeds: Sequence[Deed]) -> list[Deed]:
    """Refuse deeds whose shares are not exactly the whole."""
    kept, told = [], Findings()
    for deed in deeds:
        parts = [Fraction(above, below) for *_, above, below in deed.shares]
        if are_whole(parts):
            kept.append(deed)
        else:
            told.add("shares_not_one", deed.rows, f"{sum(parts)}")
    told.give(rows)
    return kept


def _in_turn(rows: Rows, deeds: Sequence[Deed]) -> list[Deed]:
    """Let each deed of a plot end where the next begins; refuse those that overlap."""
    kept: list[Deed] = []
    told = Findings()
    for deed in sorted(deeds, key=lambda deed: (deed.plot, deed.since, deed.number)):
        deed.until = deed.stated
        before = kept[-1] if kept and kept[-1].plot == deed.plot else None
        if before is not None and before.until is None and before.since < deed.since:
            before.until = deed.since
        if before is None or (before.until is not None and before.until <= deed.since):
            kept.append(deed)
        else:
            told.add("title_overlaps", deed.rows, before.number)
    told.give(rows)
    return kept


def _meets(deed: Deed, since: dt.date, until: dt.date | None) -> bool:
    """Tell whether a deed and a registered title hold on one day and none ends for the other."""
    if until is None and since < deed.since:
        return False  # the newer deed ends it
    return (until is None or deed.since < until) and (deed.until is None or since < deed.until)


def _against_register(rows: Rows, deeds: Sequence[Deed]) -> tuple[list[Deed], list[Deed]]:
    """Return the deeds that may be taken and, of these, those that are registered as they stand;
    refuse what contradicts the register."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [[one.number for one in deeds], [one.plot for one in deeds]])
        held = cursor.fetchall()
    by_number = {row[0]: row for row in held}
    by_plot: dict[int, list[Any]] = defaultdict(list)
    for row in held:
        by_plot[row[1]].append(row)
    kept: list[Deed] = []
    known: list[Deed] = []
    told = Findings()
    for deed in deeds:
        same = by_number.get(deed.number)
        others = [row for row in by_plot[deed.plot] if _meets(deed, row[2], row[3])]
        if same and _is_as_held(deed, same):
            known.append(deed)
            kept.append(deed)
        elif same or others:
            code = "deed_differs" if same else "title_overlaps"
            told.add(code, deed.rows, "" if same else others[0][0])
        else:
            kept.append(deed)
    told.give(rows)
    return kept, known


def _is_as_held(deed: Deed, held: Any) -> bool:
    """Tell whether a registered deed has the plot, the first day and the shares of this one."""
    shares = sorted((name, civil, int(above), int(below)) for name, civil, above, below in held[4])
    return (held[1], held[2], shares) == (deed.plot, deed.since, sorted(deed.shares))


def _sound(rows: Rows, deeds: list[Deed]) -> list[Deed]:
    """Judge deeds beside each other and beside the register: a refused one ends no other."""
    while True:
        turned = _in_turn(rows, deeds)
        kept, known = _against_register(rows, turned)
        if len(kept) == len(turned):
            break
        deeds = kept
    told = Findings()
    for deed in known:
        told.add("deed_known", deed.rows)
    for deed in kept:
        if deed.until != deed.stated:
            told.add("ended_by_next", deed.rows)
    told.give(rows)
    return kept


def _stage(rows: Rows, deeds: Sequence[Deed], job: Job) -> None:
    """Fill the columns that the swap reads."""
    since, until = rows.count * [job.on], days(rows, "valid_to")
    for deed in deeds:
        for row in deed.rows:
            since[row], until[row] = deed.since, deed.until
    rows.values["since"] = pa.array(since, pa.date32())
    rows.values["until"] = pa.array(until, pa.date32())
    rows.values["as_of"] = pa.array([day or job.on for day in days(rows, "as_of")], pa.date32())
    rows.values["is_known"] = pa.array(rows.verdicts.get("deed_known", rows.none()))
    fill_texts(rows, "owner_name")
    civil = [western(text) for text in texts(rows, "civil_number")]
    rows.values["civil_number"] = pa.array(civil, pa.large_string())


def prepare(rows: Rows, job: Job) -> None:
    """The checks of titles: plots, shares, deeds, days, the register."""
    with rows.check("plots"):
        find_plots(rows)
    with rows.check("shares"):
        shares = _shares(rows)
    with rows.check("deeds"):
        deeds = _sums(rows, _deeds(rows, shares))
    with rows.check("register"):
        deeds = _sound(rows, deeds)
    _stage(rows, deeds, job)
    default_source(rows, job)


TITLES = Importer(
    kind="titles",
    title=Text("سندات الملكية", "Title deeds"),
    shape=NO_SHAPE,
    fields=FIELDS,
    staged=STAGED,
    prepare=prepare,
    swap=swap,
    undo=take_back,
    code_page="cp1256",
)
