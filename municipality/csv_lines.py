"""Tables as CSV (RFC 4180), line by line, safe in spreadsheet programs: Arabic, no formulas."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

MARK = "\ufeff"  # by which spreadsheet programs know UTF-8
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What may stand unseen before a sign: spaces, and marks of direction.
UNSEEN = " \u00a0\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
MEDIA_TYPE = "text/csv; charset=utf-8"


class _Echo:
    """What a CSV writer writes to, to have each line back."""

    def write(self, line: str) -> str:
        return line


def safe(value: Any) -> Any:
    """Return a value that no spreadsheet program takes for a formula: such a text gets a ``'``.

    Source: OWASP, CSV Injection.  Numbers stay numbers; None is empty.
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip(UNSEEN).startswith(FORMULA):
        return "'" + value
    return value


def csv_lines(fields: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Write rows as CSV with a heading, each line as it is asked for."""
    writer = csv.DictWriter(_Echo(), fields)
    yield MARK + writer.writeheader()
    for row in rows:
        yield writer.writerow({name: safe(row[name]) for name in fields})
