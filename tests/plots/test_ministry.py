"""The ministry's register, asked over HTTP of a process of its own; and names that are compared."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.far_register import Outcome
from plots.register import ministry
from plots.register.ministry import HttpRegister, Sameness, compare, configured
from plots.register.title_models import TitleMandate
from plots.register.titles import Owner
from tests.codebase.test_habits import ROOT

DEED = {
    "plot_number": "2417", "deed_number": "D-1", "as_of": "2026-11-01",
    "owners": [
        {"name": "سالم بن سعيد الحارثي", "civil_number": "12345678", "share": "2/3"},
        {"name": "مريم بنت علي البلوشية", "civil_number": None, "share": "1/3"},
    ],
}  # fmt: skip
DEEDS = {
    "2417/D-1": DEED,
    "2417/other": DEED,
    "2417/half": {**DEED, "deed_number": "half", "owners": DEED["owners"][:1]},
    "2417/zero": {**DEED, "deed_number": "zero", "owners": [{"name": "x", "share": "1/0"}]},
    "2417/float": {**DEED, "deed_number": "float", "owners": [{"name": "x", "share": 1.0}]},
    "2417/list": {"raw": "[1]"},
    "2417/torn": {"raw": '{"plot_number": '},
    "2417/deep": {"raw": "[" * 100_000},
    "2417/long": {"raw": "x" * 600_000},
    "2417/down": {"status": 503},
    "2417/away": {"status": 302, "location": "http://127.0.0.1:1/"},
    "2417/drip": {"drip": True},
    "2417/silent": {"silent": True},
}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A running register."""
    path = tmp_path_factory.mktemp("register") / "deeds.json"
    path.write_text(json.dumps(DEEDS), encoding="utf-8")
    command = [sys.executable, "-m", "tests.peers.title_register", str(path)]
    peer = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "REGISTER_KEY": "k"},
    )  # fmt: skip
    assert peer.stdout is not None
    yield f"http://127.0.0.1:{int(peer.stdout.readline())}"
    peer.kill()
    peer.wait()


def test_a_deed_is_found_with_exact_shares_and_another_is_not_found(address: str) -> None:
    register = HttpRegister(url=address, key="k")
    found = register.title_of("2417", "D-1")
    assert found.outcome is Outcome.FOUND and found.as_of == "2026-11-01"
    assert [one.share for one in found.owners] == [Fraction(2, 3), Fraction(1, 3)]
    assert register.title_of("2417", "D-9").outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize("deed", [key.split("/")[1] for key in DEEDS if key != "2417/D-1"])
def test_what_is_no_sound_answer_is_unknown_and_never_found(
    address: str, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ministry, "SILENT_S", 0.6)
    monkeypatch.setattr(ministry, "WHOLE_S", 1.0)
    begun = time.monotonic()
    answer = HttpRegister(url=address, key="k").title_of("2417", deed)
    assert answer.outcome is Outcome.UNKNOWN and answer.why is not None and not answer.owners
    assert time.monotonic() - begun < 10


def test_control_without_the_clock_a_dripping_answer_holds_the_clerk(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No piece is ever late, so no other limit ends it: it lasts as long as the clock allows."""
    monkeypatch.setattr(ministry, "WHOLE_S", 2.5)
    begun = time.monotonic()
    assert HttpRegister(url=address, key="k").title_of("2417", "drip").outcome is Outcome.UNKNOWN
    assert 2.5 <= time.monotonic() - begun < 15


def test_a_wrong_key_a_closed_door_and_no_address_are_unknown(address: str, settings) -> None:
    assert HttpRegister(url=address, key="no").title_of("2417", "D-1").outcome is Outcome.UNKNOWN
    gone = HttpRegister(url="http://127.0.0.1:9", key="k")
    assert gone.title_of("2417", "D-1").outcome is Outcome.UNKNOWN
    settings.GEO_TITLE_REGISTER_URL = ""
    answer = configured().title_of("2417", "D-1")
    assert answer.outcome is Outcome.UNKNOWN and answer.why is ministry.NOT_CONNECTED


def test_names_never_cross_the_network_in_the_clear() -> None:
    with pytest.raises(ValueError, match="https only"):
        HttpRegister(url="http://register.example", key="k")


def named(name: str, civil: str = "") -> Owner:
    """Somebody as an office or a deed writes them."""
    return Owner(name, civil, Fraction(1))


@pytest.mark.parametrize(
    ("office", "deed", "answer"),
    [
        (("سالم", "12345678"), ("محمد", "١٢٣٤٥٦٧٨"), Sameness.SAME),
        (("سالم بن سعيد الحارثي", "1"), ("سالم بن سعيد الحارثي", "2"), Sameness.DIFFERENT),
        (("سَالِم بن سَعيد الحارثى", ""), ("سالم سعيد الحارثي", ""), Sameness.SAME),
        (("أحمد بن على", ""), ("احمد بن علي", "5"), Sameness.SAME),
        (("سالم الحارثي", ""), ("سالم بن سعيد الحارثي", ""), Sameness.UNKNOWN),
        (("سالم", ""), ("سالم بن سعيد الحارثي", ""), Sameness.DIFFERENT),
        (("سالم بن علي الحارثي", ""), ("سالم بن سعيد الحارثي", ""), Sameness.DIFFERENT),
        (("", ""), ("سالم", ""), Sameness.DIFFERENT),
        (("Salim Al-Harthi", ""), ("salim al harthi", ""), Sameness.SAME),
    ],
)  # fmt: skip
def test_people_are_compared_by_civil_numbers_first_and_by_folded_names(
    office, deed, answer: Sameness
) -> None:
    assert compare(named(*office), [named(*deed)])[0] is answer


def test_one_owner_of_several_is_found_with_their_share_and_no_title_is_unknown() -> None:
    owners = [Owner("مريم", "1", Fraction(1, 4)), Owner("سالم", "2", Fraction(3, 4))]
    assert compare(named("سالم", "2"), owners) == (Sameness.SAME, Fraction(3, 4))
    assert compare(named("راشد", "3"), owners) == (Sameness.DIFFERENT, None)
    assert compare(named("سالم", "2"), []) == (Sameness.UNKNOWN, None)


def test_who_is_no_owner_but_holds_a_mandate_acts_by_it() -> None:
    owners, held = (
        [named("مريم بنت علي", "1")],
        [TitleMandate(name="راشد الجابري", civil_number="3")],
    )
    assert compare(named("راشد", "3"), owners, held) == (Sameness.BY_MANDATE, None)
    assert compare(named("مريم", "1"), owners, held)[0] is Sameness.SAME
    assert compare(named("راشد الجابري", "4"), owners, held)[0] is Sameness.DIFFERENT
    assert compare(named("راشد بن سعيد الجابري"), owners, held)[0] is Sameness.UNKNOWN


@given(st.text(max_size=30), st.text(max_size=30))
def test_comparing_is_symmetric_and_no_name_makes_it_fail(one: str, other: str) -> None:
    assert compare(named(one), [named(other)]) == compare(named(other), [named(one)])
