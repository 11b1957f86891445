"""CSV and other tables of text, read strictly and row by row."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from municipality.documents.sandbox.kinds import NotAccepted
from municipality.documents.sandbox.reading import MAX_ROWS, Reading, add_mark
from municipality.documents.sandbox.tables import table_reading

MAX_COLUMNS = 1_000
MAX_CELL = 50_000_000  # characters; one WKT polygon of a million points has about 40 million
_DELIMITERS = ",;\t|"


def decode(data: bytes) -> tuple[str, str]:
    """Decode a text by its byte order mark, as UTF-16 without one, else as UTF-8.

    Bytes that are not UTF-8 become lone surrogates, so that only their rows are refused.
    """
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, "surrogateescape" if name == "utf-8-sig" else "replace"), name
    head = data[:2_000]
    if len(head) > 3 and head[1::2].count(0) > 0.4 * len(head[1::2]):
        return data.decode("utf-16-le", "replace"), "utf-16-le"
    if len(head) > 3 and head[0::2].count(0) > 0.4 * len(head[0::2]):
        return data.decode("utf-16-be", "replace"), "utf-16-be"
    return data.decode("utf-8", "surrogateescape"), "utf-8"


def decode_table(data: bytes, code_page: str) -> tuple[str, str]:
    """Decode as ``decode`` does, or whole by the code page offices save tables in.

    Only where no line beyond ASCII is UTF-8: a line in another code page is not UTF-8 by chance,
    and a table in UTF-8 with some damaged lines keeps the others.
    """
    text, encoding = decode(data)
    if not code_page or encoding != "utf-8" or not is_damaged(text):
        return text, encoding
    beyond = [line for line in text.split("\n") if not line.isascii()]
    if not all(is_damaged(line) for line in beyond):
        return text, encoding
    try:
        return data.decode(code_page), f"{code_page} (not declared)"
    except UnicodeDecodeError:
        return text, encoding


def is_damaged(text: str) -> bool:
    """Tell whether a text holds bytes that could not be decoded, or the sign of such."""
    return any("\udc80" <= char <= "\udcff" or char == "\ufffd" for char in text)


def clean_text(text: str) -> str:
    """Replace what could not be decoded by the sign for it, so that it can be shown."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def _delimiter(head: str) -> str:
    line = head.split("\n", 1)[0]
    counts = {mark: line.count(mark) for mark in _DELIMITERS}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _names(header: list[str]) -> list[str]:
    """Name every column; empty and doubled names get a number, so that no cell is lost."""
    names: list[str] = []
    for position, raw in enumerate(header, start=1):
        name = clean_text(raw).strip() or f"column_{position}"
        taken = {other.lower() for other in names}
        final, count = name, 2
        while final.lower() in taken:
            final, count = f"{name}_{count}", count + 1
        names.append(final)
    return names


def _lines(text: str) -> list[list[str] | None]:
    """Split into rows; None is a row the format forbids.  Blank lines are not rows."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text[:20_000]))
    found: list[list[str] | None] = []
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return found
        except csv.Error:
            found.append(None)
            continue
        if row and any(cell.strip() for cell in row):
            found.append(row)
        if len(found) > MAX_ROWS:
            raise NotAccepted("too_many_rows", most=MAX_ROWS)


def read_csv(path: Path, *, hints: Sequence[str], code_page: str = "") -> Reading:
    """Read a table of text; raises NotAccepted where it has no header."""
    text, encoding = decode_table(path.read_bytes(), code_page)
    lines = _lines(text.replace("\0", "\ufffd"))
    if not lines or lines[0] is None or len(lines[0]) > MAX_COLUMNS:
        raise NotAccepted("no_header")
    names = _names(lines[0])
    marks: list[str | None] = [None] * (len(lines) - 1)
    columns: dict[str, list[str | None]] = {name: [] for name in names}
    for row, line in enumerate(lines[1:]):
        cells = line or []
        if line is None or (len(cells) > len(names) and any(cells[len(names) :])):
            add_mark(marks, row, "broken_row")
        if any(is_damaged(cell) for cell in cells if not cell.isascii()):
            add_mark(marks, row, "wrong_encoding")
        for position, name in enumerate(names):
            cell = cells[position] if position < len(cells) else ""
            columns[name].append(cell if cell.isascii() else clean_text(cell))
    reading = table_reading(kind="csv", columns=columns, rows=len(marks), marks=marks, hints=hints)
    reading.encoding = encoding
    return reading
