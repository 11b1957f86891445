"""What a text costs: parts of GSM-7 and UCS-2, and cutting that never breaks a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.notices.gsm import GSM, UCS2, decoded, encoded, is_gsm, parts

EXTENDED = "^{}\\[~]|€"
GSM_LETTERS = [chr(code) for code in range(0x20, 0x3A0) if is_gsm(chr(code))] + ["€", "\n"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("€" * 80, 1), ("€" * 81, 2), ("[" * 76 * 2, 2), ("[" * 76 * 2 + "ab", 3),
        ("ب" * 70, 1), ("ب" * 71, 2), ("ب" * 134, 2), ("ب" * 135, 3),
        ("a" * 70 + "ب", 2), ("😀" * 35, 1), ("😀" * 36, 2), ("😀" * 66, 2), ("😀" * 67, 3),
        ("`", 1), ("`" * 71, 2),
    ],
)  # fmt: skip
def test_parts_at_their_edges(text: str, count: int) -> None:
    assert parts(text) == count


@given(st.text(max_size=400))
def test_every_text_is_cut_and_read_back_whole(text: str) -> None:
    air = encoded(text)
    sizes = [len(body) for body in air.bodies]
    assert (
        max(sizes)
        <= ({GSM: 160, UCS2: 140} if len(sizes) == 1 else {GSM: 153, UCS2: 134})[air.coding]
    )
    assert decoded(b"".join(air.bodies), air.coding) == text
    assert len(sizes) == 1 or all(size >= {GSM: 152, UCS2: 132}[air.coding] for size in sizes[:-1])


@given(st.text(alphabet=[*EXTENDED, "😀", "ب", "a"], min_size=60, max_size=400))
def test_no_part_ends_within_a_letter(text: str) -> None:
    air = encoded(text)
    for body in air.bodies:
        if air.coding == UCS2:
            assert "\ufffd" not in decoded(body, UCS2)
        else:
            assert not body.endswith(b"\x1b")


@given(st.text(alphabet=GSM_LETTERS, max_size=300), st.text(alphabet=GSM_LETTERS, max_size=50))
def test_more_text_never_costs_less(text: str, more: str) -> None:
    assert parts(text) <= parts(text + more)


@given(st.binary(max_size=160), st.integers(0, 255))
def test_nothing_a_telephone_sends_fails_to_be_read(body: bytes, coding: int) -> None:
    assert isinstance(decoded(body, coding), str)


def test_a_lone_half_of_a_pair_does_not_stop_a_message() -> None:
    assert decoded(encoded("a\ud83d b").bodies[0], UCS2) == "a? b"
