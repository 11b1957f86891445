"""Paid hours of Ramadan: entered for a year, moved with the moon, without a minute unruled."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from geo_portal.staff.calendar_changes import Change as CalendarChange
from geo_portal.staff.calendar_changes import announce_ramadan
from municipality.actor import Actor
from municipality.calendar.models import Ramadan
from municipality.calendar.rest_days import (
    CityCalendar,
    HolidayDays,
    RamadanDays,
    Span,
    WeekendRule,
)
from municipality.conf import PROFILE
from parking_zones.models import PaidHours, RuleChange
from parking_zones.pricing.charge import Price, Rules, charge
from parking_zones.pricing.paid_hours import HoursRule, paid_day
from parking_zones.pricing.year import year_of
from parking_zones.rule_changes import ramadan
from parking_zones.rule_changes.drafts import Change, HoursDraft
from parking_zones.zones.book import zone_book
from tests import builders as b
from tests.parking_zones.edit_town import a_street, today, tomorrow

ALWAYS = Span(None, None)
T, DAY = dt.time, dt.timedelta(days=1)
FIRST, AFTER = dt.date(2027, 2, 8), dt.date(2027, 3, 10)  # the last day is a Tuesday
USUAL = [HoursRule(None, ALWAYS, T(8), T(13), None), HoursRule(None, ALWAYS, T(16), T(21), None)]
PRICE = Price("", ALWAYS, 100, 30, "test")
FORM = "/en/zones/rules/changes/new/hours/"


def fasting(span: Span, zone: int | None = None) -> list[HoursRule]:
    """The hours of Ramadan over a span: 09:00-14:00 and 20:00-24:00."""
    clocks = ((T(9), T(14)), (T(20), T(0)))
    return [HoursRule(zone, span, a, z, None, in_ramadan=True) for a, z in clocks]


def calendar(moved: int = 0, *holidays: dt.date) -> CityCalendar:
    """A calendar whose Ramadan of 2027 begins some days later (negative: earlier)."""
    days = dt.timedelta(days=moved)
    return CityCalendar(
        [WeekendRule(ALWAYS, frozenset({5, 6}))],
        [HolidayDays(Span(day, day + DAY), "eid", "عيد", "Eid", False) for day in holidays],
        (RamadanDays(Span(FIRST + days, AFTER + days), provisional=not moved),),
    )


def rules(kept: CityCalendar, hours: list[HoursRule], zone: int = 1) -> Rules:
    return Rules(zone, hours, kept, lambda day: PRICE)


@pytest.mark.parametrize(
    ("kept", "paid", "baisa"),
    [
        (calendar(), 30 + 240 + 60, 1100),  # the tenth of March is a day like others: from 08:00
        (calendar(0, AFTER), 30 + 240, 900),  # it is the feast: free
        (calendar(1), 30 + 240, 900),  # the moon came a day later: it is Ramadan, from 09:00
        (calendar(-1), 300 + 60, 1200),  # a day earlier: both days are like others
    ],
)
def test_a_stay_over_the_end_of_ramadan(kept, paid, baisa) -> None:
    """From 13:30 on the last day to 09:00 on the next, by the clock of each day."""
    start = dt.datetime(2027, 3, 9, 13, 30, tzinfo=PROFILE.time_zone)
    end = dt.datetime(2027, 3, 10, 9, 0, tzinfo=PROFILE.time_zone)
    hours = [*USUAL, *fasting(ramadan.around(kept.ramadans[0], today=dt.date(2027, 1, 1)))]
    found = charge(start=start, end=end, rules=rules(kept, hours))
    assert (found.paid_minutes, found.amount) == (paid, baisa)


@given(st.integers(-3, 3), st.sampled_from([None, 1]))
def test_hours_chosen_for_a_ramadan_move_with_it_and_no_minute_is_without_a_rule(moved, own):
    """Entered while the days were computed, announced some days off; also for one zone alone."""
    entered = ramadan.around(calendar().ramadans[0], today=dt.date(2026, 12, 1))
    kept, hours = calendar(moved), [*USUAL, *fasting(entered, own)]
    for n in range(365):
        day = dt.date(2027, 1, 1) + n * DAY
        found = paid_day(day=day, zone_id=1, rules=hours, calendar=kept)
        assert found is not None
        wanted = ((T(9), T(14)), (T(20), T(0))) if kept.is_ramadan(day) else None
        assert found.clocks == (wanted or ((T(8), T(13)), (T(16), T(21))))
    year = year_of(2027, rules=rules(kept, hours), terms_on=lambda day: "terms")
    assert sum(one.minutes for one in year) == 365 * 24 * 60
    assert all(one.gap == 0 for one in year)
    days = dt.timedelta(days=moved)
    assert [one.first for one in year] == [dt.date(2027, 1, 1), FIRST + days, AFTER + days]


def test_control_hours_written_for_the_computed_days_lose_the_day_the_moon_gives() -> None:
    hours, kept = [*USUAL, *fasting(Span(FIRST, AFTER))], calendar(-1)
    found = paid_day(day=FIRST - DAY, zone_id=1, rules=hours, calendar=kept)
    assert found is not None and found.clocks == ((T(8), T(13)), (T(16), T(21)))


def change(span: Span, *, in_ramadan: bool = True) -> Change:
    return Change(None, "", span, HoursDraft(((T(9), T(14)),), None, in_ramadan, False), "قرار")


def test_what_a_person_must_know_is_told() -> None:
    now, kept = dt.date(2027, 1, 1), calendar()

    def words(span: Span, on: dt.date = now) -> list[str]:
        return [one.en[:24] for one in ramadan.told(change(span), kept, today=on)]

    assert words(ramadan.around(kept.ramadans[0], today=now)) == []
    assert words(Span(FIRST, AFTER))[0].startswith("Ramadan is 08/02/2027")
    assert len(words(Span(FIRST - 5 * DAY, AFTER + DAY))) == 1  # it may end later
    assert words(Span(FIRST + DAY, None), FIRST)[0].startswith("The calendar does not kn")  # 2028
    assert words(Span(dt.date(2027, 6, 1), dt.date(2027, 7, 1))) == [ramadan.NONE.en[:24]]
    assert ramadan.told(change(Span(FIRST, AFTER), in_ramadan=False), kept, today=now) == []
    assert ramadan.unknown(kept, 2027) == [2028]
    assert ramadan.ahead(kept, today=AFTER) == []


# Over the pages.


def a_ramadan(first: dt.date, days: int = 30) -> None:
    Ramadan.objects.create(valid=(first, first + days * DAY), provisional=True, source="حساب")


def signed(name: str) -> Client:
    client = Client()
    client.force_login(b.a_person(name, "zone_manager"))
    return client


def sent(**more: str) -> dict[str, str]:
    return {
        "zone": "", "first": "", "last": "", "opens_1": "٠٩:٠٠", "closes_1": "١٤:٠٠",
        "opens_2": "20:00", "closes_2": "24:00", "source": "إعلان 3", **more,
    }  # fmt: skip


@pytest.mark.django_db
def test_a_person_enters_the_hours_of_a_ramadan_another_sets_them_and_the_moon_moves_them() -> None:
    street = a_street()
    first = today() + 40 * DAY
    a_ramadan(first)
    manager = signed("hilal")
    page = manager.get(FORM).content.decode()
    assert f'value="{first}"' in page and "computed, not announced" in page
    assert "does not know yet" in page  # of the year after
    looked = manager.post(FORM, sent(ramadan=str(first), act="look"))
    told = looked.content.decode()
    assert looked.status_code == 200 and "takes the rule from no minute" in told
    assert "09:00–14:00" in told and "may keep the other" not in told
    asked = manager.post(FORM, sent(ramadan=str(first), act="propose"))
    assert asked.status_code == 302
    row = RuleChange.objects.get()
    assert (row.first, row.after) == (first - 15 * DAY, first + 45 * DAY)
    other = signed("salma")
    assert other.post(asked["Location"], {"to": "set"}).status_code == 302
    assert PaidHours.objects.filter(in_ramadan=True).count() == 2

    def clocks(day: dt.date) -> int:
        book = zone_book()
        found = paid_day(
            day=day, zone_id=street.zones["7"].pk, rules=book.hours, calendar=book.calendar
        )
        assert found is not None
        return found.clocks[0][0].hour

    assert (clocks(first - DAY), clocks(first), clocks(first + 29 * DAY)) == (8, 9, 9)
    assert clocks(first + 30 * DAY) == 8
    who = Actor(None, "test", "system")
    announced = CalendarChange(by=who, at=timezone.now(), source="إعلان")
    announce_ramadan(first=first - DAY, last=first + 28 * DAY, change=announced)
    assert (clocks(first - 2 * DAY), clocks(first - DAY), clocks(first + 29 * DAY)) == (8, 9, 8)
    year = (first - DAY).year
    rules_page = manager.get(f"/en/zones/rules/?zone=7&year={year}").content.decode()
    assert "Every minute has a rule" in rules_page and f"{first - DAY:%d/%m/%Y}" in rules_page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "day", ["soon", "\x00x", "2026-02-30", "2000-01-01", "2099-12-31", "x" * 99]
)
def test_a_ramadan_that_is_none_is_refused_beside_its_field(day) -> None:
    a_street()
    a_ramadan(today() + 40 * DAY)
    answer = signed("hilal").post(FORM, sent(ramadan=day, act="propose"))
    assert answer.status_code == 422 and not RuleChange.objects.exists()
    assert 'href="#ramadan"' in answer.content.decode()


@pytest.mark.django_db
def test_a_ramadan_moved_while_the_form_was_open_is_found() -> None:
    a_street()
    first = today() + 40 * DAY
    a_ramadan(first + DAY)
    assert signed("hilal").post(FORM, sent(ramadan=str(first), act="propose")).status_code == 302
    assert RuleChange.objects.get().first == first + DAY - 15 * DAY


@pytest.mark.django_db
def test_where_the_calendar_knows_no_ramadan_the_pages_say_so() -> None:
    a_street()
    manager = signed("hilal")
    assert "does not know yet" in manager.get(FORM).content.decode()
    dated = sent(first=str(tomorrow()), in_ramadan="1", act="look")
    assert "does not know Ramadan of" in manager.post(FORM, dated).content.decode()
    PaidHours.objects.create(
        valid=(today(), None), opens=T(9), closes=T(14), in_ramadan=True, source="t"
    )
    page = manager.get(f"/en/zones/rules/?zone=7&year={today().year}").content.decode()
    assert "does not know yet" in page and "Every minute has a rule" in page
