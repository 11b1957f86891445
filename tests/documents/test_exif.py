"""What a photo says of itself: read where it is soundly said, and nothing where it is not."""

import datetime as dt
import math
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.documents.photo_facts import NOTHING_SAID, NotSound, PhotoFacts
from municipality.documents.sandbox.exif import said_by
from tests.documents.exif_written import (
    LONG,
    SHORT,
    SIGNED,
    Field,
    block,
    fractions,
    position,
    text,
)

TAKEN, OFFSET = 0x9003, 0x9011
LAT, LON = 23 + 35 / 60 + 12.34 / 3600, 58 + 24 / 60 + 7 / 3600


def camera(taken: str, offset: str | None = None) -> dict[int, Field]:
    return {TAKEN: text(taken)} | ({OFFSET: text(offset)} if offset is not None else {})


@pytest.mark.parametrize("order", "<>")
def test_a_sound_photo_says_where_when_and_how_surely(order: str) -> None:
    gps = position(
        order=order, error=fractions((65, 10), order=order), day=text("2026:11:24"),
        clock=fractions((9, 1), (30, 1), (4307, 100), order=order),
        status=text("A"), datum=text("WGS-84"),
    )  # fmt: skip
    said = said_by(block(gps, camera("2026:11:24 13:30:40", "+04:00"), order=order))
    assert said.pop("lat") == pytest.approx(LAT) and said.pop("lon") == pytest.approx(LON)
    assert said == {
        "error_m": 6.5,
        "fixed_at": "2026-11-24T09:30:43+00:00",
        "taken_at": "2026-11-24T13:30:40+04:00",
    }


def test_nothing_else_is_read() -> None:
    """Makers, numbers, names and texts are in the block and in nothing that comes out of it."""
    top = {0x010F: text("SecretMaker"), 0x013B: text("SecretName"), 0x9C9B: text("<script>")}
    more = {
        0xA431: text("Secret-4711"),
        0x9286: text("ASCII\0\0\0SecretText"),
        0x927C: text("x" * 60),
    }
    said = said_by(block(position(), {**camera("2026:11:24 13:30:40"), **more}, top))
    assert set(said) == {"lon", "lat", "taken_at"}
    assert "ecret" not in repr(said) and "script" not in repr(said)


WRONG_POSITIONS = {
    "0/0 degrees": position(lat=((0, 0), (35, 1), (12, 1))),
    "0/0 minutes": position(lat=((23, 1), (0, 0), (12, 1))),
    "0/0 seconds after whole minutes": position(lat=((23, 1), (35, 1), (0, 0))),
    "x/0": position(lon=((58, 1), (24, 1), (700, 0))),
    "degrees/0": position(lon=((58, 0), (24, 1), (7, 1))),
    "lat over 90": position(lat=((91, 1), (0, 1), (0, 1))),
    "lat a little over 90": position(lat=((90, 1), (0, 1), (1, 100))),
    "lon over 180": position(lon=((181, 1), (0, 1), (0, 1))),
    "60 minutes": position(lat=((23, 1), (60, 1), (0, 1))),
    "61 seconds": position(lat=((23, 1), (35, 1), (61, 1))),
    "huge": position(lat=((2**32 - 1, 1), (35, 1), (12, 1))),
    "blank ref": position(refs=("", "E")),
    "space for a ref": position(refs=("N", " ")),
    "small letter": position(refs=("n", "E")),
    "ref of the other": position(refs=("E", "N")),
    "long ref": position(refs=("North", "E")),
    "no ref": {tag: field for tag, field in position().items() if tag != 1},
    "ref as a number": {**position(), 1: (SHORT, 1, b"N\0")},
    "no lon": {tag: field for tag, field in position().items() if tag != 4},
    "text for numbers": {**position(), 2: text("23, 35, 12.34")},
    "two numbers": {**position(), 2: fractions((23, 1), (35, 1))},
    "a million numbers": {**position(), 2: (5, 1_000_000, b"\1\0\0\0" * 6)},
    "negative": {**position(), 2: fractions((-23, 1), (35, 1), (12, 1), kind=SIGNED)},
    "null island": position(lat=((0, 1),) * 3, lon=((0, 1),) * 3),
    "close to null island": position(lat=((0, 1), (0, 1), (2, 1)), lon=((0, 1),) * 3),
    "void": position(status=text("V")),
    "another datum": position(datum=text("TOKYO")),
}  # fmt: skip


@pytest.mark.parametrize("how", WRONG_POSITIONS)
def test_a_position_that_is_not_soundly_said_is_none(how: str) -> None:
    also = {
        0x1F: fractions((5, 1)),
        0x1D: text("2026:11:24"),
        7: fractions((9, 1), (30, 1), (4, 1)),
    }
    assert said_by(block({**also, **WRONG_POSITIONS[how]})) == {}


def test_control_the_same_position_told_rightly_is_read() -> None:
    assert set(said_by(block(position()))) == {"lon", "lat"}
    assert set(said_by(block(position(lat=((90, 1), (0, 1), (0, 1)))))) == {"lon", "lat"}
    on_the_equator = position(lat=((0, 1),) * 3)
    assert said_by(block(on_the_equator))["lat"] == 0


def test_minutes_with_their_fraction_need_no_seconds() -> None:
    """Nikon D5000 and others: 48/1 5332358/100000 0/0."""
    said = said_by(block(position(lat=((48, 1), (5_332_358, 100_000), (0, 0)))))
    assert said["lat"] == pytest.approx(48.888726, abs=1e-6)


@pytest.mark.parametrize("wrong", [(0, 0), (5, 0), (0, 1), (2**32 - 1, 1), (100_001, 1)])
def test_an_error_that_is_none_is_left_out(wrong: tuple[int, int]) -> None:
    assert set(said_by(block(position(error=fractions(wrong))))) == {"lon", "lat"}


LYING = [
    "0000:00:00 00:00:00", "2026:02:30 10:00:00", "2026:13:01 10:00:00", "2026:11:24 25:00:00",
    "2026:11:24 10:61:00", "1970:01:01 00:00:00", "    :  :     :  :  ", "24.11.2026 10:00", "",
    "2026-11-24 10:00:00", "9999999999:99:99", "٢٠٢٦:١١:٢٤ ١٠:٠٠:٠٠", "2026:11:24 10:00:00x",
]  # fmt: skip


@pytest.mark.parametrize("taken", LYING)
def test_a_time_that_the_calendar_does_not_have_is_none(taken: str) -> None:
    assert said_by(block(camera=camera(taken))) == {}
    day, clock = taken.partition(" ")[0], fractions((9, 1), (30, 1), (4, 1))
    found = said_by(block(position(day=text(day), clock=clock)))
    assert ("fixed_at" in found) == (day == "2026:11:24")


def test_hours_without_their_day_and_impossible_hours_are_no_time_of_a_fix() -> None:
    clock = fractions((9, 1), (30, 1), (4, 1))
    assert "fixed_at" not in said_by(block(position(clock=clock)))
    for wrong in (
        ((24, 1), (0, 1), (0, 1)),
        ((2**32 - 1, 1), (0, 1), (0, 1)),
        ((9, 0), (0, 1), (0, 1)),
    ):
        gps = position(clock=fractions(*wrong), day=text("2026:11:24"))
        assert "fixed_at" not in said_by(block(gps))


@pytest.mark.parametrize(
    ("offset", "said"),
    [("+04:00", "+04:00"), ("-09:30", "-09:30"), ("Z", ""), ("+99:00", ""), ("", ""), ("+14:01", ""),
     ("   :  ", ""), ("+4:00", ""), ("+14:00", "+14:00"), (None, "")],
)  # fmt: skip
def test_without_a_sound_offset_the_time_stays_naive(offset: str | None, said: str) -> None:
    taken = said_by(block(camera=camera("2026:11:24 13:30:40", offset)))["taken_at"]
    assert taken == f"2026-11-24T13:30:40{said}"


def test_a_directory_that_points_into_itself_or_nowhere_is_nothing() -> None:
    whole = block(position(), camera("2026:11:24 13:30:40"))
    for to in (0, 8, 2**32 - 1, len(whole)):
        looped = whole.replace(
            *(struct.pack("<HHII", 0x8825, LONG, 1, at) for at in (at_of(whole), to))
        )
        assert set(said_by(looped)) <= {"taken_at"}


def at_of(whole: bytes) -> int:
    at = whole.index(struct.pack("<HHI", 0x8825, LONG, 1))
    return int(struct.unpack_from("<I", whole, at + 8)[0])


@given(st.binary(max_size=300), st.sampled_from([b"", b"Exif\0\0II*\0", b"MM\0*\0\0\0\x08"]))
def test_any_bytes_are_read_without_a_fault(data: bytes, start: bytes) -> None:
    PhotoFacts.of_json(said_by(start + data) or None)


@given(st.randoms(use_true_random=False))
def test_a_damaged_block_says_something_sound_or_nothing(rng: random.Random) -> None:
    whole = bytearray(
        block(position(error=fractions((5, 1))), camera("2026:11:24 13:30:40", "+04:00"))
    )
    for _ in range(rng.randint(1, 30)):
        whole[rng.randrange(len(whole))] = rng.choice([0, 255, rng.randrange(256)])
    facts = PhotoFacts.of_json(said_by(bytes(whole[: rng.randrange(len(whole) + 1)])) or None)
    assert (facts.lon is None) == (facts.lat is None)


DENOMINATORS = st.sampled_from([1, 10, 100, 1_000, 10_000, 1_000_000, 7])


@given(
    st.integers(0, 89), st.integers(0, 59), st.integers(0, 59_999), st.integers(0, 179),
    DENOMINATORS, st.sampled_from("NS"), st.sampled_from("EW"), st.sampled_from("<>"),
)  # fmt: skip
def test_law_degrees_are_what_their_fractions_say(
    lat: int, minutes: int, thousandths: int, lon: int, by: int, ns: str, ew: str, order: str
) -> None:
    gps = position(
        lat=((lat * by, by), (minutes * by, by), (thousandths, 1_000)),
        lon=((lon, 1), (minutes, 1), (thousandths, 1_000)),
        refs=(ns, ew), order=order,
    )  # fmt: skip
    said = said_by(block(gps, order=order))
    part = minutes / 60 + thousandths / 3_600_000
    if lat + part < 0.001 and lon + part < 0.001:
        assert said == {}
        return
    assert said["lat"] == pytest.approx((lat + part) * (1 if ns == "N" else -1), abs=1e-9)
    assert said["lon"] == pytest.approx((lon + part) * (1 if ew == "E" else -1), abs=1e-9)


WHOLE = st.integers(0, 2**32 - 1)
PAIRS = st.lists(st.tuples(WHOLE, WHOLE | st.just(0) | st.just(1)), min_size=3, max_size=3)


@given(PAIRS, PAIRS)
def test_law_whatever_the_fractions_no_position_is_off_the_earth(
    lat: list[tuple[int, int]], lon: list[tuple[int, int]]
) -> None:
    said = said_by(block(position(lat=lat, lon=lon)))
    assert set(said) in (set(), {"lon", "lat"})
    for name, most in (("lon", 180), ("lat", 90)):
        if said:
            assert math.isfinite(float(said[name])) and abs(float(said[name])) <= most


AT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


def test_times_after_the_photo_came_in_are_left_out() -> None:
    said = {"lon": 58.4, "lat": 23.6, "fixed_at": "2099-01-01T00:00:00+00:00"}
    facts = PhotoFacts.of_json({**said, "taken_at": "2099-01-01T00:00:00"}).as_received(AT)
    assert facts.as_json() == {"lon": 58.4, "lat": 23.6}
    day_before = PhotoFacts.of_json({"taken_at": "2026-11-25T09:29:00"})
    assert day_before.as_received(AT) == day_before  # clocks and zones differ by some hours


@pytest.mark.parametrize(
    "said",
    [{"lon": 1.0}, {"lon": 181.0, "lat": 0.0}, {"lon": 0.0, "lat": math.nan}, {"make": "x"}, [], "x",
     {"lon": "58", "lat": "23"}, {"error_m": 5.0}, {"taken_at": 5}, {"taken_at": "x" * 90},
     {"lon": 1.0, "lat": 1.0, "fixed_at": "2026-11-24T09:30:00"}, {"lon": 1.0, "lat": 1.0, "error_m": -1.0}],
)  # fmt: skip
def test_a_child_that_lies_is_not_believed(said: object) -> None:
    with pytest.raises(NotSound):
        PhotoFacts.of_json(said)


def test_facts_are_written_and_read_back() -> None:
    facts = PhotoFacts(58.4, 23.6, 6.5, AT, AT.replace(tzinfo=None))
    assert PhotoFacts.of_json(facts.as_json()) == facts
    assert NOTHING_SAID.as_json() is None and PhotoFacts.of_json(None) == NOTHING_SAID
