"""Every act that the code leaves in the history has its words, in both languages."""

import re
from pathlib import Path

from geo_portal.staff.act_words import words_of
from municipality.words import Text

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = re.compile(r'stream=(?:f"(\w+)/|(?:\w+\.)*(\w+)\.stream)[^)]*?act="([a-z_.]+)"', re.S)
OF = {"case": "case", "found.case": "case", "bill": "bill", "old": "bill"}


def acts() -> set[tuple[str, str]]:
    """The kind of stream and the act of every record in the source."""
    found = set()
    for package in ("municipality", "plots", "geo_portal"):
        for path in (ROOT / package).rglob("*.py"):
            for kind, owner, act in WRITTEN.findall(path.read_text(encoding="utf-8")):
                found.add((kind or OF.get(owner, owner), act))
    return found


def test_every_act_is_told_in_words() -> None:
    known = acts()
    assert len(known) > 25
    silent = [
        (kind, act)
        for kind, act in known
        if act != "move" and not isinstance(words_of(act, stream=f"{kind}/1"), Text)
    ]
    assert not silent


def test_a_step_of_a_case_is_told_by_its_edge() -> None:
    assert str(words_of("move", stream="case/1", edge="submit")) == "سُجّل الطلب"
    assert words_of("move", stream="case/1", edge="gone") == "gone"
