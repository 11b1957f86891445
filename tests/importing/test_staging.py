"""What is copied arrives as it was: every column type, NULL, and every row."""

import datetime as dt
import json
import string
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from municipality.importing import staging
from municipality.importing.staging import RowsLost, copy_into, in_pieces

pytestmark = pytest.mark.django_db

MADE = {
    "text": pa.large_string(), "bigint": pa.int64(), "integer": pa.int64(),
    "smallint": pa.int64(), "float8": pa.float64(), "boolean": pa.bool_(),
    "numeric(14,2)": pa.float64(), "timestamptz": pa.timestamp("us", "UTC"), "jsonb": pa.large_string(),
}  # fmt: skip
WORDS = st.text(string.ascii_letters + " ,;\"\\\n\t'%قطعةأرض٠١😀", max_size=40)
MOMENTS = st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2199, 1, 1), timezones=st.just(dt.UTC))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": WORDS,
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "smallint": st.integers(-(2**15), 2**15 - 1),
    "float8": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "numeric(14,2)": st.integers(0, 10**11).map(lambda cents: cents / 100),
    "timestamptz": MOMENTS,
    "jsonb": st.dictionaries(WORDS, WORDS | st.none(), max_size=3).map(json.dumps),
}
ROWS = st.lists(st.tuples(*(values | st.none() for values in VALUES.values())), max_size=9)


def _held(columns: dict[str, pa.Array], types: dict[str, str], count: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        staging.clear_temporary(cursor)
        made = ", ".join(f"{name} {kind}" for name, kind in types.items())
        cursor.execute(f"CREATE TEMP TABLE held ({made})")
        copy_into(cursor, name="held", pieces=in_pieces(columns), types=types, count=count)
        cursor.execute("SELECT * FROM held")
        return cursor.fetchall()


@given(ROWS, st.integers(1, 4))
def test_every_value_arrives_as_it_was(rows: list[tuple[Any, ...]], piece: int) -> None:
    names = [f"c{position}" for position in range(len(MADE))]
    columns = {
        name: pa.array([row[at] for row in rows], kind)
        for at, (name, kind) in enumerate(zip(names, MADE.values(), strict=True))
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "_PIECE", piece)
        held = _held(columns, dict(zip(names, MADE, strict=True)), len(rows))
    for sent, back in zip(rows, held, strict=True):
        *plain, cents, moment, document = back
        assert list(sent[:-3]) == plain
        assert sent[-3] is cents is None or Decimal(str(sent[-3])) == cents
        assert sent[-2] == moment
        assert sent[-1] is document is None or json.loads(sent[-1]) == json.loads(document)


@pytest.mark.parametrize(
    ("said", "kept"),
    [(0.005, "0.01"), (1.005, "1.01"), (2.675, "2.68"), (7.5, "7.50"), (1e9, "1000000000.00")],
)
def test_an_area_is_rounded_as_it_is_written_and_not_as_it_is_stored(
    said: float, kept: str
) -> None:
    (row,) = _held({"a": pa.array([said])}, {"a": "numeric(14,2)"}, 1)
    assert str(row[0]) == kept


def test_a_row_that_does_not_arrive_takes_the_swap_back() -> None:
    with pytest.raises(RowsLost, match="2 of 3"):
        _held({"a": pa.array([1, 2])}, {"a": "integer"}, 3)
