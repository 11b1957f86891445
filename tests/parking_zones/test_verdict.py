"""May it stand?  The table of the inspector's answers, and its laws."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.located import Place
from parking_zones.inspection.verdict import (
    ROUGH_M,
    THEN,
    WORDS,
    InZone,
    Reason,
    Right,
    Verdict,
    in_zone,
    judge,
    of_reading,
)

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TICKET = Right("ticket", "PT-1", "7", NOON)
PERMIT = Right("permit", "PP-1", "7", NOON)
ASKED = Right("ticket", "PT-2", "7", NOON, paid=None)


def zone(paid_now: bool | None = True, *rights: Right, by_permit: bool = False) -> InZone:
    return InZone("7", by_permit, paid_now, NOON, rights)


@pytest.mark.parametrize(
    ("state", "may_stand", "reason"),
    [
        (zone(), False, Reason.NOTHING_BOUGHT),
        (zone(True, TICKET), True, Reason.TICKET),
        (zone(True, PERMIT), True, Reason.PERMIT),
        (zone(True, ASKED), None, Reason.PAYMENT_UNDER_WAY),
        (zone(True, ASKED, PERMIT), True, Reason.PERMIT),
        (zone(False), True, Reason.FREE_NOW),
        (zone(None), None, Reason.NO_RULE),
        (zone(None, TICKET), None, Reason.NO_RULE),
        (zone(False, by_permit=True), False, Reason.NO_PERMIT),
        (zone(False, PERMIT, by_permit=True), True, Reason.PERMIT),
    ],
)
def test_inside_a_zone(state: InZone, may_stand: bool | None, reason: Reason) -> None:
    found = in_zone(state)
    assert (found.may_stand, found.reason) == (may_stand, reason)
    assert judge(Place.INSIDE, [state]) == found


def test_near_the_edge_a_right_holds_and_a_violation_does_not() -> None:
    assert judge(Place.NEAR_EDGE, [zone(True, TICKET)]).may_stand
    found = judge(Place.NEAR_EDGE, [zone()])
    assert (found.may_stand, found.reason) == (None, Reason.NEAR_EDGE)


def test_in_two_zones_a_yes_must_hold_in_both() -> None:
    assert judge(Place.AMBIGUOUS, [zone(True, PERMIT), zone(False)]).may_stand
    found = judge(Place.AMBIGUOUS, [zone(True, TICKET), zone()])
    assert (found.may_stand, found.reason) == (None, Reason.AMBIGUOUS)
    assert judge(Place.AMBIGUOUS, [zone(), zone()]).may_stand is None


def test_outside_every_zone_no_ticket_is_accepted_and_nothing_is_forbidden() -> None:
    found = judge(Place.OUTSIDE, [])
    assert (found.may_stand, found.reason) == (None, Reason.OUTSIDE_ZONES)


RIGHTS = st.lists(
    st.builds(
        Right, st.sampled_from(["ticket", "permit"]), st.just("n"), st.just("7"),
        st.datetimes(timezones=st.just(dt.UTC)), st.sampled_from([True, None]),
    ),
    max_size=3,
)  # fmt: skip
ZONES = st.lists(
    st.builds(
        InZone, st.just("7"), st.booleans(), st.sampled_from([True, False, None]),
        st.one_of(st.none(), st.datetimes(timezones=st.just(dt.UTC))), RIGHTS,
    ),
    max_size=3,
)  # fmt: skip


@given(st.sampled_from(list(Place)), ZONES)
def test_a_no_is_only_ever_said_inside_one_zone(place: Place, zones: list[InZone]) -> None:
    found = judge(place, zones)
    if found.may_stand is False:
        assert place is Place.INSIDE and in_zone(zones[0]).may_stand is False


@given(ZONES)
def test_one_zone_more_never_turns_doubt_into_an_answer(zones: list[InZone]) -> None:
    if len(zones) < 2:
        return
    fewer, more = judge(Place.AMBIGUOUS, zones[:-1]), judge(Place.AMBIGUOUS, zones)
    assert not (fewer.may_stand is None and more.may_stand)


@given(ZONES, RIGHTS)
def test_one_right_more_never_takes_a_yes_away(zones: list[InZone], more: list[Right]) -> None:
    before = judge(Place.AMBIGUOUS, zones)
    wider = [
        InZone(one.number, one.by_permit, one.paid_now, one.changes_at, [*one.covering, *more])
        for one in zones
    ]
    if before.may_stand:
        assert judge(Place.AMBIGUOUS, wider).may_stand


@pytest.mark.parametrize("reason", [Reason.NEAR_EDGE, Reason.AMBIGUOUS])
def test_a_rough_reading_is_told_instead_of_an_edge(reason: Reason) -> None:
    near = Verdict(None, reason)
    assert of_reading(near, ROUGH_M) == near
    assert of_reading(near, 400.0) == Verdict(None, Reason.TOO_ROUGH)


def test_a_rough_reading_changes_no_answer() -> None:
    for sure in (
        Verdict(True, Reason.TICKET, NOON),
        Verdict(False, Reason.NOTHING_BOUGHT, NOON),
        Verdict(None, Reason.OUTSIDE_ZONES),
    ):
        assert of_reading(sure, 400.0) == sure


def test_every_reason_is_said_of_now_and_of_then() -> None:
    assert set(WORDS) == set(THEN) == set(Reason)
    for reason in Reason:
        said = THEN[reason]
        assert "الآن" not in said.ar and " now" not in said.en.replace("not known", "")
        assert ("{until}" in WORDS[reason].ar) == ("{until}" in said.ar)
