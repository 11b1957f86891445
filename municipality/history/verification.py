"""Proving the history: the chains against themselves, and against the signed heads and the file.

What each finding means and where it points: ``changed`` (an entry's facts are not those that
were hashed), ``gap`` (entries are missing before this one), ``cut_off`` (the last entries of a
stream are missing: from this one on), ``rewritten`` (a stream was hashed anew from some entry up
to here), ``span`` (a span of transactions holds other entries than its head says: something was
put in or taken out), ``head_lost``, ``head_forged``, ``file_lost`` (of the heads themselves).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from municipality.history.heads import TAIL_DIGITS, Line, computed, line_of, lines, path
from municipality.history.models import Head
from municipality.history.queries import broken
from municipality.reach import as_system
from municipality.words import Text

WORDS = {
    "changed": Text("خطوة غُيّرت بعد كتابتها", "an entry was changed after it was written"),
    "gap": Text("خطوات ناقصة قبل هذه", "entries are missing before this one"),
    "cut_off": Text("حُذفت آخر الخطوات من هذه فصاعدًا", "the last entries from this one on are gone"),
    "rewritten": Text("أُعيدت كتابة السلسلة حتى هنا", "the chain was rewritten up to here"),
    "span": Text("أُضيف أو حُذف شيء في هذه المدة", "something was put in or taken out in this span"),
    "head_lost": Text("رأس في الملف ليس في القاعدة", "a head of the file is not in the database"),
    "head_forged": Text("توقيع رأس غير صحيح", "the signature of a head is wrong"),
    "file_lost": Text("رأس في القاعدة ليس في الملف", "a head of the database is not in the file"),
}

NOW = """
SELECT told.stream, told.seq::int, told.digits, entry.seq,
  substr(encode(entry.hash, 'hex'), 1, %(digits)s)
FROM unnest(%(streams)s::text[], %(seqs)s::int[], %(hashes)s::text[]) AS told (stream, seq, digits)
LEFT JOIN history_entry entry ON entry.stream = told.stream AND entry.seq = told.seq
"""
ENDS = """
SELECT stream, max(seq) FROM history_entry WHERE stream = ANY(%s) GROUP BY stream
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where the history is not what it was."""

    why: str
    stream: str = ""
    seq: int = 0
    span: str = ""  # of a head: the moment it was made

    def words(self) -> Text:
        """Say it in both languages."""
        return WORDS[self.why]


def _tails_changed(told: dict[str, list[object]]) -> Iterator[Finding]:
    """Compare where streams ended with what stands there now."""
    streams = sorted(told)
    values: dict[str, Any] = {
        "digits": TAIL_DIGITS,
        "streams": streams,
        "seqs": [told[stream][0] for stream in streams],
        "hashes": [told[stream][1] for stream in streams],
    }
    missing = []
    with connection.cursor() as cursor:
        cursor.execute(NOW, values)
        for stream, seq, digits, found, now in cursor.fetchall():
            if found is None:
                missing.append(stream)
            elif now != digits:
                yield Finding("rewritten", stream, seq)
        cursor.execute(ENDS, [missing])
        ends = dict(cursor.fetchall())
    for stream in missing:
        end = ends.get(stream, 0)
        if end < int(str(told[stream][0])):
            yield Finding("cut_off", stream, end + 1)


def _signatures(heads: list[Line]) -> Iterator[Finding]:
    before = ""
    for line in heads:
        if line.signature != line.signed(before):
            yield Finding("head_forged", span=line.at)
        before = line.signature


def cut_off() -> list[Finding]:
    """Compare the entries with the signed heads, and the heads with the copied file.

    Raises ValueError for a file that cannot be read.
    """
    stored = [line_of(head) for head in Head.objects.order_by("before_tx")]
    copied = list(lines())
    held = {line.before_tx: line for line in stored}
    found = [Finding("head_lost", span=line.at) for line in copied if line.before_tx not in held]
    known = {line.before_tx for line in copied}
    found += [Finding("file_lost", span=line.at) for line in stored if line.before_tx not in known]
    forged = [line for line in copied if held.get(line.before_tx, line) != line]
    found += [Finding("head_forged", span=line.at) for line in forged]
    whole = sorted({**held, **{line.before_tx: line for line in copied}}.items())
    heads = [line for _, line in whole]
    found += _signatures(heads)
    tails: dict[str, list[object]] = {}
    for line in heads:
        tails |= line.tails
        if computed(line.first_tx, line.before_tx) != (line.entries, line.digest):
            found.append(Finding("span", span=line.at))
    return found + list(_tails_changed(tails))


def verify() -> list[Finding]:
    """Prove the whole history; returns what does not hold, nothing where all is well."""
    with as_system():
        chains = [Finding(row.why, row.stream, row.seq) for row in broken()]
        try:
            return chains + cut_off()
        except ValueError:
            return [*chains, Finding("head_forged", span=path().name)]
