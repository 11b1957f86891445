"""Counts from the margins of a prepared window are those of looking at every report."""

import datetime as dt

import numpy as np
import pytest

from maps.heat.packing import day_number
from maps.heat.prepared import Prepared
from maps.heat.queries import Filter, Selection, _spot_counts

SINCE, UNTIL = dt.date(2020, 1, 1), dt.date(2020, 3, 1)
SELECTIONS = [
    Selection(),
    Selection(status=frozenset({4})),
    Selection(status=frozenset({4, 5, 200})),
    Selection(status=frozenset()),
    Selection(category=frozenset({0, 3, 19, 60_000})),
    Selection(category=frozenset({900})),
    Selection(channel=frozenset({2}), status=frozenset({1})),
    Selection(wilayat=frozenset({1, 2})),
    Selection(area=frozenset({7})),
    Selection(status=frozenset({4}), since=SINCE),
    Selection(status=frozenset({4}), until=UNTIL),
]


def window(reports: int, cells: int, *, codes: int) -> Prepared:
    rng = np.random.default_rng(reports)
    first = day_number(SINCE) - 30
    return Prepared(
        1, cells, rng.integers(0, cells, reports).astype(np.int32),
        np.sort(rng.integers(first, first + 120, reports)).astype(np.uint16),
        rng.integers(0, codes, reports).astype(np.uint16),
        rng.integers(0, 3, reports).astype(np.uint16),
        rng.integers(0, 9, reports).astype(np.uint32),
        rng.choice([1, 2, 4, 5], reports).astype(np.uint8),
        rng.integers(0, 9, reports).astype(np.uint8),
    )  # fmt: skip


def counted(rows: Prepared, chosen: Selection) -> list[int]:
    """Look at every report, one at a time."""
    cells = [0] * rows.cells
    for n in range(len(rows)):
        day, found = rows.day[n], True
        for name in ("category", "status", "channel", "wilayat", "area"):
            codes = getattr(chosen, name)
            found &= codes is None or int(getattr(rows, name)[n]) in codes
        found &= chosen.since is None or day >= day_number(chosen.since)
        found &= chosen.until is None or day < day_number(chosen.until)
        cells[rows.spot[n]] += bool(found)
    return cells


@pytest.mark.parametrize("chosen", SELECTIONS)
@pytest.mark.parametrize(("reports", "cells"), [(4_000, 40), (300, 40), (1, 5), (0, 5)])
def test_margins_and_reports_say_the_same(chosen: Selection, reports: int, cells: int) -> None:
    rows = window(reports, cells, codes=20)
    whole = chosen.everything()
    found = _spot_counts(rows, Filter.of(chosen), whole=whole)
    assert found.tolist() == counted(rows, chosen)
    again = _spot_counts(rows, Filter.of(chosen), whole=whole)  # now from what is kept
    assert again.tolist() == found.tolist()


def test_margins_are_kept_only_where_they_are_shorter_than_the_reports() -> None:
    dense, thin = window(4_000, 40, codes=20), window(4_000, 40, codes=1_000)
    assert dense.margin("category") is not None and dense.margin("status") is not None
    assert thin.margin("category") is None and thin.margin("status") is not None
