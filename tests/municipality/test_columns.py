"""Columns as one value: what the database packed is what is unpacked."""

from typing import Any

import numpy as np
import pytest
import shapely
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality import columns

pytestmark = pytest.mark.django_db
SHAPES = ("POINT(1 2)", "MULTIPOLYGON(((0 0,4 0,4 4,0 0)))", "LINESTRING(0 0,1e-9 1e9)",
          "POLYGON((0 0,1 0,1 1,0 0))", "GEOMETRYCOLLECTION(POINT(7 7))", "POLYGON EMPTY")  # fmt: skip


def value(aggregate: str, rows: str, *given: Any) -> columns.Value:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {aggregate} FROM {rows}", given)
        found: columns.Value = cursor.fetchone()[0]
    return found


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
@settings(max_examples=30)
def test_whole_numbers_come_as_they_are(numbers: list[int]) -> None:
    packed = value(columns.ints_sql("n"), "unnest(%s::bigint[]) AS n", numbers)
    assert columns.ints(packed).tolist() == numbers


@given(st.lists(st.none() | st.floats(allow_nan=False), max_size=20))
@settings(max_examples=30)
def test_numbers_come_to_the_bit_and_null_as_nan(numbers: list[float | None]) -> None:
    packed = value(columns.floats_sql("n"), "unnest(%s::float[]) AS n", numbers)
    wanted = np.array([np.nan if one is None else one for one in numbers], dtype=float)
    np.testing.assert_array_equal(columns.floats(packed), wanted)


def test_shapes_of_every_kind_come_in_their_order() -> None:
    rows = "unnest(%s::text[]) WITH ORDINALITY AS s(wkt, n)"
    packed = value(columns.shapes_sql("wkt::geometry", order="n DESC"), rows, list(SHAPES))
    found = shapely.to_wkb(columns.shapes(packed))
    assert found.tolist() == [shapely.to_wkb(shapely.from_wkt(one)) for one in reversed(SHAPES)]


def test_no_rows_are_empty_arrays() -> None:
    none = "(SELECT 1 AS n, NULL::geometry AS g WHERE false) AS r"
    assert columns.ints(value(columns.ints_sql("n"), none)).shape == (0,)
    assert columns.floats(value(columns.floats_sql("n"), none)).shape == (0,)
    assert columns.shapes(value(columns.shapes_sql("g"), none)).shape == (0,)
