"""CSV by RFC 4180 that no spreadsheet program takes for formulas."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.csv_lines import csv_lines, safe


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u200f=1",
     "\u202a=HYPERLINK(1)", "＝1"],
)  # fmt: skip
def test_what_a_program_would_reckon_is_made_a_text(text: str) -> None:
    assert safe(text) == "'" + text


@pytest.mark.parametrize("value", ["سالم", "1/2026", "PP-2026-1", "", "a=b", 12, -3, 0, True])
def test_what_is_no_formula_stays_as_it_is(value: object) -> None:
    assert safe(value) == value


def test_none_is_empty_and_the_mark_stands_once_in_front() -> None:
    lines = list(csv_lines(("a", "b"), [{"a": None, "b": 'x "y", z'}, {"a": "1\n2", "b": "س"}]))
    assert lines == ["\ufeffa,b\r\n", ',"x ""y"", z"\r\n', '"1\n2",س\r\n']


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.text()}), max_size=5))
def test_what_is_written_is_read_back_but_for_the_sign_in_front(rows) -> None:
    text = "".join(csv_lines(("a", "b"), rows)).removeprefix("\ufeff")
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert found == [{name: safe(value) for name, value in row.items()} for row in rows]


def test_lines_are_written_as_they_are_asked_for() -> None:
    asked = []

    def rows():
        for n in range(3):
            asked.append(n)
            yield {"a": n}

    lines = csv_lines(("a",), rows())
    next(lines)
    assert asked == []
    next(lines)
    assert asked == [0]
