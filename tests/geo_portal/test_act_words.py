"""Every act that the code leaves in the history has its words, in both languages."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from geo_portal.staff.act_words import in_words, name_of, words_of
from geo_portal.staff.fact_words import facts_in_words
from municipality.billing.payments import graph
from municipality.history.models import Entry
from municipality.words import Text

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = re.compile(r'stream=(?:f"(\w+)/|(?:\w+\.)*(\w+)\.stream)[^)]*?act="([a-z_.]+)"', re.S)
BY_HELPER = re.compile(r'_(?:tell|record)\((\w+), "([a-z_]+)"')
HELPED = {  # what a helper writes for the thing it is given
    "shift": "shift/shift.", "refund": "bill/refund.", "charge": "bill/charge.",
    "second": "bill/charge.", "office": "office/office.", "made": "office/office.",
    "change": "calendar/",
}  # fmt: skip
OF = {
    "case": "case", "found.case": "case", "bill": "bill", "old": "bill", "part": "bill",
    "joint": "bill",
}  # fmt: skip


def acts() -> set[tuple[str, str]]:
    """The kind of stream and the act of every record in the source."""
    found = set()
    for package in ("municipality", "plots", "geo_portal"):
        for path in (ROOT / package).rglob("*.py"):
            for kind, owner, act in WRITTEN.findall(path.read_text(encoding="utf-8")):
                found.add((kind or OF.get(owner, owner), act))
            for thing, act in BY_HELPER.findall(path.read_text(encoding="utf-8")):
                if thing in HELPED:
                    kind, _, prefix = HELPED[thing].partition("/")
                    found.add((kind, prefix + act))
    moves = {edge.act for edge in (*graph.EDGES, *graph.CORRECTIONS)} | {"ask_to_wipe"}
    return found | {("bill", f"charge.{act}") for act in moves}


def test_every_act_is_told_in_words() -> None:
    known = acts()
    assert len(known) > 50
    silent = [
        (kind, act)
        for kind, act in known
        if (kind, act) != ("case", "move")
        and not isinstance(words_of(act, stream=f"{kind}/1"), Text)
    ]
    assert not silent


def test_a_step_of_a_case_is_told_by_its_edge() -> None:
    assert str(words_of("move", stream="case/1", edge="submit")) == "سُجّل الطلب"
    assert words_of("move", stream="case/1", edge="gone") == "gone"


def test_the_list_of_acts_names_each_of_them() -> None:
    assert [act for _, act in acts() if name_of(act) == act] == []
    assert " / " in name_of("issue")  # of a bill, of a paper
    assert name_of("gone.act") == "gone.act"


@pytest.mark.parametrize(
    ("language", "role", "told"),
    [
        ("ar", "system", "النظام"),
        ("en", "system", "The system"),
        ("ar", "billing", "التحصيل"),
        ("en", "billing", "Billing"),
    ],
)
def test_the_platform_is_named_in_both_languages(language, role, told) -> None:
    entry = Entry(stream="case/1", act="escalate", role=role, person_name=role, facts={})
    with override(language):
        (row,) = in_words([entry])
        assert str(row["who"]) == str(row["role"]) == told


def test_the_details_of_an_act_are_names_and_values() -> None:
    facts = {
        "channel": "cash", "amount": "6.195", "from": ["registrar"], "known_device": False,
        "after": {"opens": "07:30"}, "text": "", "new_key": 7,
    }  # fmt: skip
    with override("en"):
        assert facts_in_words(facts) == [
            ("Way of payment", "Cash"), ("Amount in rials", "6.195"), ("From", "Registrar"),
            ("From a known device", "No"), ("After", "Opens: 07:30"), ("Text", "None"),
            ("new_key", "7"),
        ]  # fmt: skip
    with override("ar"):
        assert facts_in_words({"edge": "submit"}) == [("الخطوة", "سُجّل الطلب")]
        assert facts_in_words({"channel": "cheque"}) == [("طريقة الدفع", "شيك")]
