"""Changes of hours, prices and terms: dated, proved before they are set, by two persons."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from municipality.actor import Actor
from municipality.billing.models import Tariff
from municipality.calendar.rest_days import Span
from municipality.history.queries import entries
from municipality.people.models import Delegation
from municipality.problems import Problem
from parking_zones.models import PaidHours, RuleChange, TicketTerms
from parking_zones.rule_changes import actions
from parking_zones.rule_changes.drafts import (
    Change,
    HoursDraft,
    PriceDraft,
    TermsDraft,
    as_json,
    from_json,
    left_of,
    overlap,
    with_change,
)
from parking_zones.rule_changes.proof import gap_of, regimes_of
from parking_zones.zones.book import read_book, zone_book
from tests import builders as b
from tests.parking_zones.edit_town import Street, a_street, today, tomorrow

EIGHT, ONE, FOUR, NINE = dt.time(8), dt.time(13), dt.time(16), dt.time(21)
PRICE = PriceDraft(200, 30)
days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 2, 10))
ends = st.none() | days


def person(name: str = "hilal", role: str = "zone_manager") -> Actor:
    """Somebody who may propose or set."""
    user = b.a_person(name, role)
    return Actor(user.pk, name, role)


def change(draft=PRICE, zone=None, first: dt.date | None = None, after=None) -> Change:
    """A change from the day after next on."""
    first = first or tomorrow() + dt.timedelta(days=1)
    number = "" if zone is None else zone.number
    return Change(zone and zone.pk, number, Span(first, after), draft, "قرار 9/2026")


def set_by_two(wanted: Change) -> RuleChange:
    """Propose and set it."""
    row = actions.propose(change=wanted, by=person("first"), at=timezone.now())
    return actions.confirm(public_id=row.public_id, by=person("second"), at=timezone.now())


@given(ends, ends, days, ends)
def test_what_is_left_of_a_row_is_its_days_without_those_of_the_change(a, z, first, after) -> None:
    if (a and z and a >= z) or (after and first >= after):
        return
    held, new = Span(a, z), Span(first, after)
    left = left_of(held, new)
    for n in range(-10, 60):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=n)
        wanted = held.holds_on(day) and not new.holds_on(day)
        assert sum(piece.holds_on(day) for piece in left) == wanted


@pytest.mark.parametrize(
    ("clocks", "bad"),
    [
        ([(EIGHT, ONE), (FOUR, NINE)], False),
        ([(EIGHT, FOUR), (FOUR, dt.time(0))], False),
        ([(EIGHT, FOUR), (ONE, NINE)], True),
        ([(NINE, EIGHT)], True),
        ([(EIGHT, EIGHT)], True),
        ([(dt.time(0), dt.time(0))], False),
    ],
)
def test_daily_spans_that_overlap_or_run_backwards_are_told(clocks, bad) -> None:
    assert overlap(clocks) is bad


@pytest.mark.parametrize(
    ("sort", "draft"),
    [
        ("hours", HoursDraft(((EIGHT, ONE),), frozenset({5}), True, False)),
        ("hours", HoursDraft(((EIGHT, dt.time(0)),), None, False, True)),
        ("price", PRICE),
        ("terms", TermsDraft(15, 30, 600)),
    ],
)
def test_a_draft_is_read_as_it_was_written(sort, draft) -> None:
    assert from_json(sort, as_json(draft)) == draft


pytest_db = pytest.mark.django_db


@pytest_db
@pytest.mark.parametrize("after_days", [None, 20])
@pytest.mark.parametrize("own", [False, True])
def test_a_price_is_set_from_its_day_and_what_held_before_is_not_touched(own, after_days) -> None:
    street = a_street()
    zone = street.zones["8"] if own else None
    first = tomorrow() + dt.timedelta(days=1)
    after = None if after_days is None else first + dt.timedelta(days=after_days)
    wanted = change(zone=zone, after=after)
    expected = with_change(read_book(), wanted)
    set_by_two(wanted)
    book = zone_book()
    for number in ("7", "8"):
        for n in range(-400, 60):
            day = first + dt.timedelta(days=n)
            price, proved = (
                book.price(number=number, day=day),
                expected.price(number=number, day=day),
            )
            assert (price.amount_baisa, price.zone_code) == (proved.amount_baisa, proved.zone_code)
    assert book.price(number="8", day=first).amount_baisa == 200
    assert book.price(number="7", day=first).amount_baisa == (100 if own else 200)
    assert book.price(number="8", day=first - dt.timedelta(days=1)).amount_baisa == 100
    if after:
        assert book.price(number="8", day=after).amount_baisa == 100
    assert not Tariff.objects.filter(valid__isempty=True).exists()


@pytest_db
def test_hours_and_terms_are_set_like_what_was_proved() -> None:
    street = a_street()
    hours = HoursDraft(((EIGHT, ONE),), frozenset({5, 6}), False, True)
    first = tomorrow() + dt.timedelta(days=1)
    for draft, zone in ((hours, street.zones["7"]), (TermsDraft(15, 15, 120), None)):
        wanted = change(draft, zone=zone)
        expected = with_change(read_book(), wanted)
        set_by_two(wanted) if zone else _again(wanted)
        book = zone_book()
        for number in ("7", "9"):
            zones = [one.numbered(number, day=first) for one in (book, expected)]
            ours, proved = (
                regimes_of(one, zone_, first)
                for one, zone_ in zip((book, expected), zones, strict=True)
            )
            told = [(r.first, r.last, r.clocks, r.paid, r.terms) for r in ours]
            assert told == [(r.first, r.last, r.clocks, r.paid, r.terms) for r in proved]
    own = PaidHours.objects.filter(zone=street.zones["7"]).get()
    assert (own.opens, own.closes, own.on_holidays) == (EIGHT, ONE, True)
    assert TicketTerms.objects.count() == 2


def _again(wanted: Change) -> None:
    row = actions.propose(change=wanted, by=person("third"), at=timezone.now())
    actions.confirm(public_id=row.public_id, by=person("fourth"), at=timezone.now())


@pytest_db
def test_a_later_change_replaces_one_that_never_held() -> None:
    a_street()
    first = tomorrow() + dt.timedelta(days=10)
    set_by_two(change(PriceDraft(200, 30), first=first))
    _again(change(PriceDraft(300, 30), first=first - dt.timedelta(days=3)))
    book = zone_book()
    told = [
        book.price(number="7", day=first + dt.timedelta(days=n)).amount_baisa for n in (-4, -3, 0)
    ]
    assert told == [100, 300, 300]
    assert Tariff.objects.filter(kind="parking").count() == 2


@pytest_db
@pytest.mark.parametrize("days_ahead", [-1, 0])
def test_what_has_begun_is_not_changed(days_ahead) -> None:
    a_street()
    wanted = change(first=today() + dt.timedelta(days=days_ahead))
    with pytest.raises(Problem) as refused:
        actions.propose(change=wanted, by=person(), at=timezone.now())
    assert (refused.value.status, refused.value.code) == (409, "rules_applied")
    assert not RuleChange.objects.exists()


@pytest_db
def test_a_proposal_whose_day_has_come_is_not_set_any_more() -> None:
    a_street()
    row = actions.propose(change=change(first=tomorrow()), by=person(), at=timezone.now())
    later = timezone.now() + dt.timedelta(days=1)
    with pytest.raises(Problem) as refused:
        actions.confirm(public_id=row.public_id, by=person("other"), at=later)
    assert refused.value.code == "rules_applied"


PAID = HoursDraft(((EIGHT, ONE),), frozenset({5}), False, False)


def a_free_street() -> Street:
    """The street with nothing paid on any day, and no terms of tickets, which nobody needs."""
    street = a_street()
    PaidHours.objects.update(free_weekdays=[1, 2, 3, 4, 5, 6, 7])
    TicketTerms.objects.all().delete()
    return street


@pytest_db
def test_a_change_that_leaves_a_minute_without_a_rule_is_refused() -> None:
    street = a_free_street()
    with pytest.raises(Problem) as refused:
        actions.propose(change=change(PAID, zone=street.zones["8"]), by=person(), at=timezone.now())
    assert (refused.value.status, refused.value.code) == (422, "rules_gap")
    assert "8" in refused.value.detail.en
    b.the_ticket_terms()
    actions.propose(
        change=change(PAID, zone=street.zones["8"]), by=person("other"), at=timezone.now()
    )


@pytest_db
def test_control_without_the_proof_the_gap_would_be_set(monkeypatch) -> None:
    street = a_free_street()
    monkeypatch.setattr(actions, "prove", lambda *args: [])
    set_by_two(change(PAID, zone=street.zones["8"]))
    zone = zone_book().numbered("8", day=tomorrow())
    assert gap_of(regimes_of(zone_book(), zone, tomorrow())) > 0


@pytest_db
def test_an_empty_city_gets_its_rules_one_after_another() -> None:
    b.the_weekends()
    b.a_zone("7")
    hours = HoursDraft(((EIGHT, ONE), (FOUR, NINE)), None, False, False)
    people = iter("abcdefgh")
    for draft in (hours, PRICE, TermsDraft(30, 30, 300)):
        row = actions.propose(change=change(draft), by=person(next(people)), at=timezone.now())
        actions.confirm(public_id=row.public_id, by=person(next(people)), at=timezone.now())
    book = zone_book()
    zone = book.numbered("7", day=tomorrow())
    first = tomorrow() + dt.timedelta(days=1)
    assert all(not r.gap for r in regimes_of(book, zone, first) if r.first >= first)


@pytest_db
def test_nobody_sets_what_they_proposed_nor_their_delegate() -> None:
    a_street()
    first, second = person("first"), person("second")
    row = actions.propose(change=change(), by=first, at=timezone.now())
    span = (today() - dt.timedelta(days=1), today() + dt.timedelta(days=30))
    Delegation.objects.create(
        giver_id=first.person_id, taker_id=second.person_id, valid=span, kinds=["plot_extract"],
        made_at=timezone.now(),
    )  # fmt: skip
    behalf = Actor(person("third").person_id, "third", "zone_manager", first.person_id)
    for by in (first, second, behalf, Actor(None, "system", "system")):
        with pytest.raises(Problem) as refused:
            actions.confirm(public_id=row.public_id, by=by, at=timezone.now())
        assert (refused.value.status, refused.value.code) == (403, "four_eyes")
    assert Tariff.objects.filter(kind="parking").count() == 1
    actions.confirm(public_id=row.public_id, by=person("fourth"), at=timezone.now())
    told = [(entry.act, entry.person_name) for entry in entries(row.stream)]
    assert told == [("proposed", "first"), ("set", "fourth")]


@pytest_db
def test_control_without_four_eyes_one_person_sets_a_price(monkeypatch) -> None:
    a_street()
    alone = person("alone")
    row = actions.propose(change=change(), by=alone, at=timezone.now())
    monkeypatch.setattr(actions, "four_eyes", lambda *args, **named: None)
    actions.confirm(public_id=row.public_id, by=alone, at=timezone.now())
    assert Tariff.objects.filter(amount_baisa=200).exists()


@pytest_db
def test_a_change_is_decided_once() -> None:
    a_street()
    row = actions.propose(change=change(), by=person("first"), at=timezone.now())
    second = person("second")
    actions.drop(public_id=row.public_id, by=second, at=timezone.now(), why="خطأ")
    for act in (
        lambda: actions.confirm(public_id=row.public_id, by=second, at=timezone.now()),
        lambda: actions.drop(public_id=row.public_id, by=second, at=timezone.now(), why="x"),
    ):
        with pytest.raises(Problem) as refused:
            act()
        assert (refused.value.status, refused.value.code) == (409, "not_now")
    row.refresh_from_db()
    assert (row.state, row.why) == ("dropped", "خطأ")
