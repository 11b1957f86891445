"""Demo title deeds: made-up owners of some thousand plots, some shared; none is a real person."""

import datetime as dt
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from geo_portal.demo import SOURCE
from geo_portal.demo.chance import stream
from geo_portal.demo.copying import copy
from geo_portal.demo.people import NAMES
from geo_portal.demo.register import Register
from geo_portal.demo.settlement import Settled
from municipality.people.models import User

WHOLE_AREA = "al_hail_north"  # where the demo permits are asked for
OTHERS = 3_000  # titles elsewhere
SINCE, SPAN_DAYS = dt.date(2012, 1, 1), 4_500
AS_OF = dt.date(2026, 11, 1)
SPLITS = (((1, 1),), ((1, 2), (1, 2)), ((1, 3), (2, 3)), ((1, 8), (7, 16), (7, 16)))
SPLIT_CHANCE = (0.72, 0.14, 0.08, 0.06)
OF_CITIZEN = 3  # the demo citizen owns two plots of this many, alone or first of several
MANDATE_EVERY = 9
TABLES = {
    "plots_title": "deed_number, plot_id, valid, source, as_of",
    "plots_titleshare": "title_id, position, owner_name, civil_number, numerator, denominator",
    "plots_titlemandate": "title_id, name, civil_number, valid, source",
}


def _insert(table: str, columns: dict[str, Any]) -> int:
    """Copy rows beside a table and insert them from there: COPY goes through no wall."""
    names = TABLES[table]  # of our own
    beside = f"CREATE TEMP TABLE demo_rows AS SELECT {names} FROM {table} LIMIT 0"  # noqa: S608
    into = f"INSERT INTO {table} ({names}) SELECT {names} FROM demo_rows ORDER BY ctid"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(beside)
        count = copy("demo_rows", columns)
        cursor.execute(into)
        cursor.execute("DROP TABLE demo_rows")
    return count


def _chosen(
    settled: list[Settled], register: Register, rng: np.random.Generator
) -> tuple[list[int], int]:
    """Choose plots: all of one area, then some of elsewhere; and how many the first are."""
    whole: list[NDArray[np.int64]] = []
    rest: list[NDArray[np.int64]] = []
    for part, ids in zip(settled, register.ids, strict=True):
        (whole if part.area.code == WHOLE_AREA else rest).append(ids)
    others = np.concatenate(rest) if rest else np.array([], dtype=np.int64)
    some = rng.choice(others, size=min(OTHERS, len(others)), replace=False)
    chosen = [int(one) for one in np.concatenate([*whole, np.sort(some)])]
    return chosen, len(chosen) - len(some)


def _owner(rng: np.random.Generator) -> tuple[str, str]:
    """Make up a name of three parts and a civil number."""
    names = list(NAMES.values())
    first, father, family = rng.integers(0, len(names), 3)
    name = f"{names[first][0]} بن {names[father][0]} {names[family][1]}"
    return name, f"{8_000_0000 + int(rng.integers(0, 9_999_999))}"


def _write_deeds(plots: list[int], rng: np.random.Generator) -> list[int]:
    """Write the deeds of plots; returns their ids in the order of the plots."""
    begun = rng.integers(0, SPAN_DAYS, len(plots))
    deeds = [f"{2012 + number % 14}/{100_000 + number}" for number in range(len(plots))]
    _insert(
        "plots_title",
        {
            "deed_number": deeds,
            "plot_id": plots,
            "valid": [f"[{SINCE + dt.timedelta(days=int(days))},)" for days in begun],
            "source": [SOURCE] * len(plots),
            "as_of": [AS_OF.isoformat()] * len(plots),
        },
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT deed_number, id FROM plots_title")
        ids = dict(cursor.fetchall())
    return [ids[deed] for deed in deeds]


def _write_rows(table: str, rows: list[tuple[Any, ...]]) -> None:
    names = TABLES[table].split(", ")
    _insert(table, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def write_titles(settled: list[Settled], register: Register, seed: int) -> int:
    """Write a title for each chosen plot; returns how many."""
    rng = stream(seed, "titles")
    plots, whole = _chosen(settled, register, rng)
    if not plots:
        return 0
    citizen = User.objects.get(username="citizen")
    titles = _write_deeds(plots, rng)
    splits = rng.choice(len(SPLITS), size=len(plots), p=SPLIT_CHANCE)
    shares, mandates = [], []
    for number, title in enumerate(titles):
        for position, (above, below) in enumerate(SPLITS[splits[number]], start=1):
            owner = _owner(rng)
            if position == 1 and number < whole and number % OF_CITIZEN:
                owner = citizen.full_name, citizen.civil_number or ""
            shares.append((title, position, *owner, above, below))
        if number % MANDATE_EVERY == 0:
            paper = f"وكالة {number + 1}/2026، الكاتب بالعدل"
            mandates.append((title, *_owner(rng), f"[{AS_OF - dt.timedelta(days=200)},)", paper))
    _write_rows("plots_titleshare", shares)
    _write_rows("plots_titlemandate", mandates)
    return len(plots)
