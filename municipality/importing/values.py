"""From the text of a column to values, a whole column at a time.

Words and dates are read once for each different text, so that three hundred thousand rows
cost as much as their few hundred different words.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from municipality.conf import PROFILE
from municipality.digits import NotANumber, number, western
from municipality.importing.fields import Field, Kind
from municipality.importing.mapping import FieldMap
from municipality.importing.rows import Mask, Rows, as_array, mask_of
from municipality.names import fold

_CONTROL = (
    "[\\x{0}-\\x{1f}\\x{7f}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}\\x{feff}]"
)
_MADE = {
    Kind.TEXT: pa.large_string(),
    Kind.WORD: pa.large_string(),
    Kind.NUMBER: pa.float64(),
    Kind.WHOLE: pa.int64(),
    Kind.TIME: pa.timestamp("us", "UTC"),
    Kind.DAY: pa.timestamp("us", "UTC"),
}
_BLANK = re.compile("[\t\r\n]+")
_STRIP = re.compile("[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MOJIBAKE = "[ÃÂØÙÐ][\\x{80}-\\x{bf}\\x{152}-\\x{2122}]"
_DAMAGED = "\\x{fffd}|" + _MOJIBAKE
_PLAIN_NUMBER = r"^[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})([eE][+-]?[0-9]{1,2})?$"
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_UNIT = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*(m|م|metres?|meters?|m2|m²|%)?", re.I)
NOTHING = frozenset({"", "null", "none", "nan", "n/a", "na", "-", "--", "unspecified", "<null>"})

DATE_FORMS = (
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y",
    "%Y%m%d",
)


def clean(text: str) -> str:
    """Drop control characters and marks of direction; line ends become blanks."""
    return _STRIP.sub("", _BLANK.sub(" ", text)).strip()


def _text(rows: Rows, one: Field, column: pa.Array) -> pa.Array:
    odd = mask_of(pc.match_substring_regex(column, _CONTROL))
    if odd.any():
        texts = column.to_pylist()
        bad = rows.none()
        for row in np.flatnonzero(odd):
            bad[row] = bool(_STRIP.search(_BLANK.sub("", texts[row])))
            texts[row] = clean(texts[row])
        column = pa.array(texts, pa.large_string())
        rows.mark("text_cleaned", bad, one.name)
    plain = pc.all(pc.string_is_ascii(column)).as_py() is not False
    damaged = rows.none() if plain else mask_of(pc.match_substring_regex(column, _DAMAGED))
    if damaged.any():
        rows.mark("wrong_encoding", damaged & _is_mojibake(column, damaged), one.name)
    long = mask_of(pc.greater(pc.utf8_length(column), one.longest))
    if long.any():
        rows.mark("text_too_long" if one.is_key else "text_shortened", long, one.name)
        column = pc.utf8_slice_codeunits(column, 0, one.longest)
    return as_array(pc.if_else(pc.equal(column, ""), None, column))


def _is_mojibake(column: pa.Array, suspects: Mask) -> Mask:
    """Keep the texts that read well as UTF-8 after undoing one wrong decoding, and U+FFFD."""
    found = np.zeros(len(column), dtype=bool)
    for row in np.flatnonzero(suspects):
        text = column[int(row)].as_py()
        if "\ufffd" in text:
            found[row] = True
            continue
        for wrong in ("cp1252", "latin-1"):
            try:
                found[row] = found[row] or text.encode(wrong).decode("utf-8") != text
            except UnicodeError:
                continue
    return found


def _odd_number(text: str) -> float | None:
    """Read a number written with Arabic digits, thousands commas or a unit behind it."""
    plain = western(text).strip()
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    unit = _UNIT.fullmatch(plain)
    try:
        return number(unit.group(1).replace(",", ".") if unit else plain)
    except NotANumber:
        return None


def numbers(column: pa.Array) -> tuple[pa.Array, Mask]:
    """Read a column of text as numbers; NULL where there is none, and a mask of nonsense."""
    plain = mask_of(pc.match_substring_regex(column, _PLAIN_NUMBER))
    odd = mask_of(column.is_valid()) & ~plain
    safe = as_array(pc.if_else(pa.array(plain), column, None))
    found = safe.cast(pa.float64())
    bad = np.zeros(len(column), dtype=bool)
    if odd.any():
        values = found.to_numpy(zero_copy_only=False).copy()
        for row in np.flatnonzero(odd):
            text = column[int(row)].as_py()
            value = None if text.lower() in NOTHING else _odd_number(text)
            bad[row] = value is None and text.lower() not in NOTHING
            values[row] = np.nan if value is None else value
        found = pa.array(values, pa.float64(), from_pandas=True)
    return found, bad


def _number(rows: Rows, one: Field, column: pa.Array) -> pa.Array:
    found, bad = numbers(column)
    rows.mark("bad_number", bad, one.name)
    wild = mask_of(pc.or_(pc.less(found, one.least), pc.greater(found, one.most)))
    if wild.any():
        rows.mark("number_out_of_range", wild, one.name)
        found = as_array(pc.if_else(pa.array(wild), None, found))
    if one.kind is Kind.WHOLE:
        found = as_array(pc.round(found)).cast(pa.int64())
    return found


def by_unique(column: pa.Array, read: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """Apply a function once for each different text of a column."""
    coded = as_array(pc.dictionary_encode(column))
    values = pa.array([read(text) for text in coded.dictionary.to_pylist()], kind)
    return as_array(values.take(coded.indices))


def _word(rows: Rows, one: Field, column: pa.Array, own: Mapping[str, str]) -> pa.Array:
    words = {fold(word): code for word, code in {**one.words, **own}.items()}
    codes = {code: code for code in words.values()}

    def read(text: str) -> str | None:
        key = fold(text.strip())
        return words.get(key) or codes.get(key.replace(" ", "_"))

    found = by_unique(column, read, pa.large_string())
    lost = mask_of(column.is_valid()) & ~mask_of(found.is_valid())
    rows.mark(one.unknown, lost, one.name)
    return as_array(found.fill_null(one.default)) if one.default else found


def _moment(text: str, forms: tuple[str, ...], zone: ZoneInfo) -> dt.datetime | None:
    plain = western(text.strip())
    try:
        found = dt.datetime.fromisoformat(plain)
    except ValueError:
        for form in forms:
            try:
                found = dt.datetime.strptime(plain, form)  # noqa: DTZ007 (the zone is set below)
                break
            except ValueError:
                continue
        else:
            return None
    if not 1900 <= found.year <= 2200:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=zone)
    return aware.astimezone(dt.UTC)


def _day_first(column: pa.Array) -> bool:
    """Tell whether slashed dates of a column are day first: some first part is over 12."""
    for text in pc.unique(column).to_pylist()[:5_000]:
        part = re.match(r"(\d{1,2})/(\d{1,2})/\d{4}", text or "")
        if part and int(part.group(1)) > 12:
            return True
        if part and int(part.group(2)) > 12:
            return False
    return True


def _time(rows: Rows, one: Field, column: pa.Array, chosen: FieldMap) -> pa.Array:
    try:
        zone = ZoneInfo(chosen.time["zone"]) if "zone" in chosen.time else PROFILE.time_zone
    except (ZoneInfoNotFoundError, ValueError):
        zone = PROFILE.time_zone
    forms: tuple[str, ...] = (chosen.time["format"],) if "format" in chosen.time else DATE_FORMS
    if "format" not in chosen.time and not _day_first(column):
        forms = tuple(f for f in forms if f.startswith("%m/")) + forms
    found = by_unique(column, lambda text: _moment(text, forms, zone), _MADE[one.kind])
    rows.mark("bad_date", mask_of(column.is_valid()) & ~mask_of(found.is_valid()), one.name)
    return found


def read_field(rows: Rows, one: Field, chosen: FieldMap) -> pa.Array:
    """Read one field of every row; rows that lack a needed value are marked."""
    at = rows.columns.fields
    position = next((at[name] for name in (one.name, *one.else_from) if name in at), None)
    if one.name in chosen.constants:
        column = pa.array([chosen.constants[one.name]] * rows.count, pa.large_string())
    elif position is not None:
        column = as_array(pc.utf8_trim_whitespace(rows.column(position)))
        column = as_array(pc.if_else(pc.equal(column, ""), None, column))
    else:
        return _absent(rows, one)
    if one.kind in (Kind.NUMBER, Kind.WHOLE):
        found = _number(rows, one, column)
    elif one.kind is Kind.WORD:
        found = _word(rows, one, column, chosen.words.get(one.name, {}))
    elif one.kind in (Kind.TIME, Kind.DAY):
        found = _time(rows, one, column, chosen)
    else:
        found = _text(rows, one, column)
        own = chosen.words.get(one.name)
        if own:
            folded = {fold(word): code for word, code in own.items()}
            found = by_unique(found, lambda t: folded.get(fold(t), t) if t else t, found.type)
    if one.missing:
        rows.mark(one.missing, ~mask_of(found.is_valid()) & ~_marked(rows, "bad_date"), one.name)
    return found


def _absent(rows: Rows, one: Field) -> pa.Array:
    """Make the column of a field the file does not have."""
    if one.default:
        return pa.repeat(pa.scalar(one.default, _MADE[one.kind]), rows.count)
    if one.missing:
        rows.mark(one.missing, ~rows.none(), one.name)
    return pa.nulls(rows.count, _MADE[one.kind])


def _marked(rows: Rows, code: str) -> Mask:
    return rows.verdicts.get(code, rows.none())
