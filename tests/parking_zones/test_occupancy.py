"""Paid occupancy and revenue: equal to counting each minute, and what is unknown is named."""

import datetime as dt

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality.billing.models import Tariff
from municipality.calendar.rest_days import CityCalendar, Span, WeekendRule
from municipality.city_time import city_day
from municipality.conf import PROFILE
from parking_zones.models import Bay, PaidHours
from parking_zones.occupancy.comparing import changes_of_price, compare
from parking_zones.occupancy.counting import (
    HOURS,
    Stays,
    capacity,
    minutes_taken,
    paid_cells,
)
from parking_zones.occupancy.queries import use_of
from parking_zones.pricing.charge import Rules
from parking_zones.pricing.paid_hours import HoursRule, paid_at
from parking_zones.zones.book import zone_book
from tests import builders as b
from tests.parking_permits.builders import a_permit
from tests.parking_zones.edit_town import a_bay, a_street, a_ticket

ALWAYS = Span(dt.date(2000, 1, 1), None)
FIRST = dt.date(2026, 3, 1)  # a Sunday
RULES = Rules(
    7,
    [
        HoursRule(None, ALWAYS, dt.time(8, 15), dt.time(13), None),
        HoursRule(None, ALWAYS, dt.time(16), dt.time(0), None),
    ],
    CityCalendar((WeekendRule(ALWAYS, frozenset({5, 6})),), (), (), ()),
    lambda day: None,
)
stays = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-600, 9 * 1440), st.integers(1, 700)), max_size=12
)


def at(minute: int) -> dt.datetime:
    """A minute after the first midnight of the city."""
    return dt.datetime.combine(FIRST, dt.time(), PROFILE.time_zone) + dt.timedelta(minutes=minute)


@settings(max_examples=25)
@given(stays)
def test_minutes_taken_equal_a_count_of_each_minute(rows) -> None:
    days = 7
    cells = paid_cells(first=FIRST, after=FIRST + dt.timedelta(days=days), rules=RULES)
    found = minutes_taken(
        Stays(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([at(row[1]).timestamp() for row in rows]),
            np.array([at(row[1] + row[2]).timestamp() for row in rows]),
        ),
        cells,
        3,
    )
    counted = np.zeros((3, HOURS))
    for zone, start, length in rows:
        for minute in range(max(start, 0), min(start + length, days * 1440)):
            now = paid_at(at=at(minute), zone_id=7, rules=RULES.hours, calendar=RULES.calendar)
            counted[zone, at(minute).hour] += bool(now.paid)
    assert np.allclose(found, counted)


def test_capacity_is_the_paid_minutes_of_each_hour() -> None:
    cells = paid_cells(first=FIRST, after=FIRST + dt.timedelta(days=7), rules=RULES)
    minutes = capacity(cells)
    assert minutes[8] == 5 * 45 and minutes[9] == 5 * 60  # five working days
    assert minutes[13] == 0 and minutes[16] == minutes[23] == 5 * 60
    assert minutes.sum() == 5 * (4.75 + 8) * 60


pytest_db = pytest.mark.django_db


@pytest_db
def test_occupancy_and_revenue_of_a_week() -> None:
    street = a_street()
    seven, eight = street.zones["7"], street.zones["8"]
    a_bay(seven, 20, 20, stalls=2)
    a_bay(seven, 40, 20, stalls=5, kind="disabled")  # not for tickets
    nine = at(9 * 60)
    a_ticket(seven, nine, minutes=60, amount=200)
    a_ticket(seven, at(12 * 60 + 30), minutes=300, amount=300)  # over the free hours of noon
    sms = a_ticket(eight, nine, minutes=30, amount=100)
    sms.channel = "sms"
    sms.save()
    a_ticket(None, nine, minutes=30, amount=100)
    a_ticket(seven, at(8 * 1440), minutes=60, amount=999)  # after the week
    lapsed = a_ticket(seven, nine, minutes=45, amount=777)
    lapsed.state = "lapsed"
    lapsed.save()
    week = {"starts_on": FIRST, "ends_on": FIRST + dt.timedelta(days=7)}
    a_permit("PP-1", plate="", kind="one_zone", zone=seven, **week)
    a_permit("PP-2", plate="", kind="all_zones", **week)
    use = use_of(book=zone_book(), first=FIRST, after=FIRST + dt.timedelta(days=7))
    by = {one.zone.number: one for one in use.zones}
    assert by["7"].stalls == 2 and by["8"].stalls is None
    assert use.without_bays == ("8", "9")
    assert by["7"].taken[9] == 60 and by["7"].taken[12] == 30 and by["7"].taken[13] == 0
    assert by["7"].taken[16] == 60 and by["7"].taken[17] == 30
    paid_minutes = 5 * 10 * 60
    assert by["7"].occupancy_pct() == pytest.approx(100 * 180 / (2 * paid_minutes))
    assert by["7"].occupancy_pct(9) == pytest.approx(100 * 60 / (2 * 300))
    assert by["7"].occupancy_pct(14) is None and by["8"].occupancy_pct() is None
    assert by["7"].baisa() == 500 and by["7"].baisa("app", 9) == 200 and by["7"].tickets == 2
    assert by["8"].baisa("sms") == 100 and by["8"].baisa("app") == 0
    assert by["7"].permits == 1 and by["7"].permits_pct == 50
    told = use.unplaced
    assert (told.tickets, told.revenue_baisa, told.permits) == (1, 100, 1)


@pytest_db
def test_control_where_every_hour_is_paid_the_free_hours_of_noon_count() -> None:
    street = a_street()
    a_bay(street.zones["7"], 20, 20)
    a_ticket(street.zones["7"], at(12 * 60 + 30), minutes=300, amount=300)
    PaidHours.objects.filter(part=2).delete()
    PaidHours.objects.update(opens=dt.time(0), closes=dt.time(0))
    use = use_of(book=zone_book(), first=FIRST, after=FIRST + dt.timedelta(days=1))
    (seven,) = [one for one in use.zones if one.zone.number == "7"]
    assert seven.taken.sum() == 300  # where every hour is paid, so is noon


@pytest_db
def test_a_change_of_price_is_compared_over_days_of_one_length() -> None:
    street = a_street()
    Tariff.objects.all().delete()
    day = FIRST + dt.timedelta(days=7)
    b.a_tariff(100, (None, day))
    b.a_tariff(150, (day, None))
    for minute, amount in ((9 * 60, 200), (10 * 60, 200), (7 * 1440 + 9 * 60, 300)):
        a_ticket(street.zones["7"], at(minute), minutes=60, amount=amount)
    book = zone_book()
    assert changes_of_price(book, until=day + dt.timedelta(days=9)) == [day]
    assert changes_of_price(book, until=day) == []
    before = use_of(book=book, first=FIRST, after=day)
    after = use_of(book=book, first=day, after=day + dt.timedelta(days=7))
    rows = {one.after.zone.number: one for one in compare(before=before, after=after, book=book)}
    seven = rows["7"]
    assert (seven.hour_before, seven.hour_after, seven.tone) == (200, 300, "less")
    assert seven.revenue_pct == pytest.approx(-25) and seven.minutes_pct == pytest.approx(-50)
    assert seven.price_pct == pytest.approx(50) and seven.elasticity == pytest.approx(-1)
    assert rows["8"].tone == "unknown" and rows["8"].elasticity is None


@pytest_db
def test_the_page_tells_planners_and_no_one_else(client) -> None:
    street = a_street()
    a_bay(street.zones["7"], 20, 20)
    for role in ("citizen", "inspector", "supervisor"):
        client.force_login(b.a_person(role))
        assert client.get("/parking/occupancy/").status_code == 404
    client.force_login(b.a_person("planner"))
    page = client.get("/en/parking/occupancy/?from=2026-03-01&to=2026-03-07&zone=٧")
    assert page.status_code == 200 and "Zones whose bays are not known" in page.content.decode()
    for query, status in (
        ("from=2026-03-07&to=2026-03-01", 422), ("from=x", 422), ("from=2020-01-01", 422),
        ("change=2026-13-01", 422), ("zone=nowhere", 422), ("change=2000-01-02", 422),
        ("change=2000-01-01", 200), ("change=", 200), ("zone=", 200), ("zone=8", 200),
    ):  # fmt: skip
        assert client.get(f"/parking/occupancy/?{query}").status_code == status, query
    Bay.objects.all().delete()
    assert client.get("/parking/occupancy/").status_code == 200


@pytest_db
def test_weeks_without_a_ticket_are_told_and_the_last_weeks_with_one_are_shown(client) -> None:
    """Control: with a ticket in the last four weeks these are shown, and nothing is said of it."""
    street = a_street()
    client.force_login(b.a_person("planner"))
    assert "No ticket was sold yet" in client.get("/en/parking/occupancy/").content.decode()
    sold = timezone.now() - dt.timedelta(days=100)
    a_ticket(street.zones["7"], sold)
    day = city_day(sold)
    page = client.get("/en/parking/occupancy/").content.decode()
    assert f'value="{day}"' in page and 'id="earlier"' in page and 'id="empty"' not in page
    yesterday = city_day(timezone.now()) - dt.timedelta(days=1)
    asked = client.get(f"/en/parking/occupancy/?to={yesterday}").content.decode()
    assert 'id="empty"' in asked and f"{day:%d/%m/%Y}" in asked
    a_ticket(street.zones["7"], timezone.now() - dt.timedelta(days=5))
    page = client.get("/en/parking/occupancy/").content.decode()
    assert f'value="{yesterday}"' in page
    assert 'id="earlier"' not in page and 'id="empty"' not in page
