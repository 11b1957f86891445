"""What a ticket by SMS says, what it does not, and that no text stops the router."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parking_zones.plates import ARABIC, Plate, read_plate
from parking_zones.tickets import sms_text
from parking_zones.tickets.sms_text import TicketMistake, TicketText, read_ticket
from tests.codebase.test_habits import check_pure
from tests.parking_zones.test_plates import DIGIT_SETS, GAPS, UNSEEN, homes, spellings


def read(text: str) -> TicketText | TicketMistake | None:
    return read_ticket(text, step=30, most=300)


@pytest.mark.parametrize(
    ("text", "key", "minutes", "zone"),
    [
        ("1111 ب 60", "OM-1111-B", 60, None),
        ("١١١١ ب ٦٠", "OM-1111-B", 60, None),
        ("۱۱۱۱ب۶۰", "OM-1111-B", 60, None),
        ("1111B60", "OM-1111-B", 60, None),
        ("1111-b-60", "OM-1111-B", 60, None),
        ("1111 B - 60", "OM-1111-B", 60, None),
        ("0000AB 30", "OM-0-AB", 30, None),
        ("0000 AB 30", "OM-0-AB", 30, None),
        ("ب 1111 60", "OM-1111-B", 60, None),
        ("AB1111 300", "OM-1111-AB", 300, None),
        ("1111 أ ب 090", "OM-1111-AB", 90, None),
        ("60 ب 120", "OM-60-B", 120, None),
        ("1111 ب 60 ز7", "OM-1111-B", 60, "7"),
        ("1111 ب 60 ز ٠٧", "OM-1111-B", 60, "7"),
        ("1111B60Z7", "OM-1111-B", 60, "7"),
        ("1111 b 60 zone 12", "OM-1111-B", 60, "12"),
        ("1111 ب 60 دقيقة منطقة 7", "OM-1111-B", 60, "7"),
        ("1111 B 60 min", "OM-1111-B", 60, None),
        ("  1111\n\u202eب\u200b\u202c  60!! 🙏", "OM-1111-B", 60, None),
    ],
)
def test_a_ticket_is_read(text: str, key: str, minutes: int, zone: str | None) -> None:
    found = read(text)
    assert isinstance(found, TicketText), found
    assert (found.plate.key, found.minutes, found.zone_number) == (key, minutes, zone)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1111 ب 45", "not_a_multiple"),
        ("1111 ب 330", "too_long"),
        ("60 ب 1111", "too_long"),
        ("60 ب 12345", "too_long"),
        ("1111 ب 0", "not_positive"),
        ("1111 ب -30", "not_positive"),
        ("1111 ب \u200f\u2212٣٠", "not_positive"),
        ("1111 ب –30", "not_positive"),
        ("1111 60", "no_letters"),
        ("1111 \U0001f171 60", "no_letters"),
        ("1111 ب", "no_minutes"),
        ("B 1111", "no_minutes"),
        ("1111 ب ز7", "no_minutes"),
        ("1111 ب 60 7", "another_number"),
        ("ب 1111 60 7", "another_number"),
        ("1111 ب 60.5", "another_number"),
        ("4444 S NaN", "minutes_unread"),
        ("4444 س ستين", "minutes_unread"),
        ("٤٤٤٤ أ ب ساعة", "minutes_unread"),
        ("S 4444 sixty", "minutes_unread"),
        ("4444SS one hour", "minutes_unread"),
        ("4444 S sixty minutes Z7", "minutes_unread"),
        ("1111 60 ب", "order"),
        ("11 11 ب 60", "order"),
        ("1111 ب 60 ز", "zone"),
        ("1111 ب 60 ز0", "zone"),
        ("1111 ب 60 Z1234567", "zone"),
        ("123456 ب 60", "too_many_digits"),
        ("1111 ABD 60", "too_many_letters"),
        ("1111 ع 60", "unknown_letter"),
        ("1111 G 60", "unknown_letter"),
        ("1111 \ufffd 60", "unknown_letter"),
        ("1111 \ud800 60", "unknown_letter"),
        ("1111 \x00 60", "unknown_letter"),
        ("1111 ب B 60", "two_scripts"),
    ],
)
def test_a_ticket_with_a_mistake_is_told_what_to_write(text: str, fault: str) -> None:
    found = read(text)
    assert isinstance(found, TicketMistake) and found.fault == fault, found
    said = found.sentence
    assert re.search("[ء-ي]", said.ar) and re.search("[a-z]", said.en) and "{" not in said.ar
    assert len(said.ar) <= 134 and said.en.encode()  # two parts on the air


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1111", "9" * 900, "123456", "hello", "مساعدة", "PX-2026-000123", "PX 1234",
        "BP 2026 123", "معاملة 1234", "حال 123", "status 123", "AB-2026-000123", "2026 123",
        "91234567 60", "99123456789 30", "call me at 10 30 please", "1111 شكرا 60", "12/11/2026",
        "1 2 3 4 5 6 7 8", "60", "ب", "🙂", "\ud800", "\x00", "1111 B 60 شكرا", "9" * 1_000_000,
        "4444 what is it", "4444 S is not my plate", "4444 thanks", "case S 4444",
        "1111 B 60" + " " * 1_000,
    ],
)  # fmt: skip
def test_what_asks_for_no_ticket_is_left_to_the_next_command(text: str) -> None:
    assert read(text) is None


def test_step_and_most_are_those_of_the_tariff() -> None:
    assert isinstance(read_ticket("1111 B 45", step=15, most=60), TicketText)
    too_long = read_ticket("1111 B 90", step=15, most=60)
    assert isinstance(too_long, TicketMistake) and "60" in too_long.sentence.en
    assert "1111 ب 15" in too_long.sentence.ar


@given(st.data())
def test_any_spelling_of_one_ticket_asks_for_the_same(data: st.DataObject) -> None:
    plate = data.draw(homes)
    minutes = data.draw(st.integers(1, 10)) * 30
    zone = data.draw(st.none() | st.integers(1, 999).map(str))
    digits = data.draw(st.sampled_from(DIGIT_SETS))
    shown = data.draw(st.sampled_from([plate.shown_ar, plate.shown_en, plate.shown_en.lower()]))
    gap = data.draw(st.sampled_from([gap for gap in GAPS if gap]))
    text = f"{shown} {minutes}".replace(" ", gap)
    if zone:
        text += data.draw(st.sampled_from([" Z", "z", " ز", " ز ", " zone ", " منطقة "])) + zone
    text = text.translate(str.maketrans("0123456789", digits))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(UNSEEN)) + text[at:]
    assert read(text) == TicketText(plate, minutes, zone)


@given(st.data())
def test_a_ticket_is_for_the_plate_that_the_same_letters_spell_alone(data: st.DataObject) -> None:
    plate = data.draw(homes)
    text = data.draw(spellings(plate))
    assert read_plate(text) == plate
    assert read(f"{text} 60") == TicketText(plate, 60)


@given(st.text(max_size=1_000))
@settings(max_examples=300)
def test_no_text_raises(text: str) -> None:
    assert isinstance(read(text), TicketText | TicketMistake | None)


NEARLY = [
    *"0169٣۶",
    *"BKZzبزعx",
    *ARABIC.values(),
    *GAPS,
    *UNSEEN,
    " -",
    "\ud800",
    "\x00",
    "🙂",
    "zone",
    "دقيقة",
]


@given(st.lists(st.sampled_from(NEARLY), max_size=12).map("".join))
@settings(max_examples=500)
def test_no_text_that_is_nearly_a_ticket_raises_or_sells_what_may_not_be_sold(text: str) -> None:
    found = read(text)
    if isinstance(found, TicketText):
        assert found.minutes in range(30, 301, 30) and isinstance(found.plate, Plate)
        assert found.zone_number is None or int(found.zone_number) > 0
    elif found is not None:
        assert found.fault and found.sentence.ar and found.sentence.en.encode()


@pytest.mark.parametrize(
    "piece", ["ﷺ", "1 ", "ب", "1ب", "e\u0301\u0323", "\u0301\u0323", "\u202e", " -", "زZ", "🙂"]
)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    def seconds(text: str) -> float:
        tries = []
        for _ in range(5):
            begun = time.thread_time()
            read(text)
            tries.append(time.thread_time() - begun)
        return min(tries)

    whole = (piece * 1_000)[:1_000]
    quarter = whole[:250]
    assert seconds(whole) < max(10 * seconds(quarter), 0.02)  # a square would be sixteen times


def test_the_reading_of_a_text_knows_no_database_and_no_clock() -> None:
    check_pure(Path(sms_text.__file__))
