"""The administrator's calendar: confirm, move, add, remove, Ramadan, hours; each change told."""

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from municipality.calendar.models import Holiday, Ramadan
from municipality.calendar.office_time import deadline, is_open
from municipality.calendar.queries import city_calendar
from municipality.history.queries import broken, entries
from municipality.places.models import Directorate
from tests.builders import a_person, the_office_hours, the_weekends
from tests.calendar.builders import at, day

pytestmark = pytest.mark.django_db
ANNOUNCED = "إعلان 16/11/2026"


@pytest.fixture
def admin(client) -> Client:
    """An administrator who is signed in."""
    client.force_login(a_person("admin"))
    return client


def national_day(**values) -> Holiday:
    given = {"code": "national_day", "name_ar": "اليوم الوطني", "name_en": "National Day",
             "valid": DateRange(day("2026-11-20"), day("2026-11-22")), "provisional": True,
             "source": "rule", **values}  # fmt: skip
    return Holiday.objects.create(**given)


def sent(first: str, last: str, **more: str) -> dict[str, str]:
    return {"first": first, "last": last, "source": ANNOUNCED, **more}


def acts(year: int) -> list[str]:
    return [entry.act for entry in entries(f"calendar/{year}")]


def test_the_year_shows_what_is_estimated_and_what_is_missing(admin) -> None:
    national_day(valid=DateRange(day("2025-11-26"), day("2025-11-28")))
    national_day()
    page = admin.get("/en/staff/calendar/2026/").content.decode()
    assert "National Day" in page and "Estimated" in page and "Ramadan" in page
    lacks = admin.get("/en/staff/calendar/2027/").content.decode()
    assert "This year is not filled yet" in lacks and "National Day" in lacks
    assert admin.get("/staff/calendar/").status_code == 302
    assert admin.get("/staff/calendar/1999/").status_code == 404


def test_the_zone_manager_reads_the_calendar_and_writes_nothing_in_it(admin) -> None:
    """Control: the administrator has the acts on the same page; other staff have no page."""
    holiday = national_day()
    path = f"/staff/calendar/holidays/{holiday.pk}/"
    assert admin.post(path, sent("2026-11-25", "2026-11-26")).status_code == 302
    shown = admin.get("/en/staff/calendar/2026/").content.decode()
    assert path in shown and "send the administrator" not in shown
    reader = Client()
    reader.force_login(a_person("zone_manager"))
    page = reader.get("/en/staff/calendar/2026/").content.decode()
    assert "National Day" in page and ANNOUNCED in page and "send the administrator" in page
    assert "/staff/calendar/holidays/" not in page and "2026/ramadan" not in page
    assert reader.get("/staff/calendar/").status_code == 302
    for method in (reader.get, reader.post):
        assert method(path, sent("2026-11-01", "2026-11-02")).status_code == 404
    for other in ("add", "ramadan", "hours"):
        assert reader.get(f"/staff/calendar/2026/{other}").status_code == 404
        assert admin.get(f"/staff/calendar/2026/{other}").status_code == 200
    holiday.refresh_from_db()
    assert holiday.valid.lower == day("2026-11-25")
    supervisor = Client()
    supervisor.force_login(a_person("supervisor"))
    assert supervisor.get("/staff/calendar/2026/").status_code == 404


def test_the_same_days_confirm_a_holiday_and_other_days_move_it(admin) -> None:
    the_weekends()
    holiday = national_day()
    path = f"/staff/calendar/holidays/{holiday.pk}/"
    assert admin.get(path).status_code == 200
    assert admin.post(path, sent("2026-11-20", "2026-11-21")).status_code == 302
    holiday.refresh_from_db()
    assert not holiday.provisional and holiday.source == ANNOUNCED
    assert admin.post(path, sent("٢٠٢٦-١١-٢٥", "2026-11-26")).status_code == 302
    assert city_calendar().is_rest(day("2026-11-25")) and not city_calendar().is_rest(
        day("2026-11-22")
    )
    assert acts(2026) == ["confirm", "move"] and broken(stream="calendar/2026") == []
    moved = entries("calendar/2026").last()
    assert moved is not None and moved.person_name == "admin" and moved.facts["source"] == ANNOUNCED
    assert moved.facts["before"] == {"from": "2026-11-20", "to": "2026-11-21"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": " "}, "Fill in"),
        ({"first": "soon"}, "Write the day"),
        ({"first": "2026-11-30"}, "before the first"),
        ({"last": "2026-12-30"}, "More than 14 days"),
        ({"first": "0001-01-01"}, "Write the day"),
    ],
)
def test_a_change_without_source_or_with_wrong_days_is_refused_in_words(
    admin, change, words
) -> None:
    holiday = national_day()
    response = admin.post(
        f"/en/staff/calendar/holidays/{holiday.pk}/", {**sent("2026-11-25", "2026-11-26"), **change}
    )
    assert response.status_code == 422 and words in response.content.decode()
    holiday.refresh_from_db()
    assert holiday.valid.lower == day("2026-11-20") and acts(2026) == []


def test_a_holiday_is_not_written_down_twice_on_a_day(admin) -> None:
    national_day()
    add = {"code": "national_day"}
    response = admin.post("/en/staff/calendar/2026/add", sent("2026-11-21", "2026-11-22", **add))
    assert response.status_code == 422 and "already written" in response.content.decode()
    nothing = admin.post(f"/en/staff/calendar/holidays/{Holiday.objects.get().pk}/",
                         sent("2026-11-20", "2026-11-21"))  # fmt: skip
    assert nothing.status_code == 302  # it was estimated: confirmed
    again = admin.post(f"/en/staff/calendar/holidays/{Holiday.objects.get().pk}/",
                       sent("2026-11-20", "2026-11-21"))  # fmt: skip
    assert again.status_code == 422 and "Nothing changes" in again.content.decode()


def test_a_new_holiday_is_added_by_name_and_removed_with_its_reason(admin) -> None:
    names = {"name_ar": "إجازة طارئة", "name_en": "Storm", "code": ""}
    assert admin.get("/staff/calendar/2026/add").status_code == 200
    response = admin.post("/staff/calendar/2026/add", sent("2026-12-01", "2026-12-01", **names))
    assert response.status_code == 302
    made = Holiday.objects.get()
    assert (made.name_ar, made.provisional, made.source) == ("إجازة طارئة", False, ANNOUNCED)
    remove = f"/en/staff/calendar/holidays/{made.pk}/remove"
    assert admin.post(remove, {"source": ""}).status_code == 422
    assert admin.post(remove, {"source": "أُلغيت"}).status_code == 302
    assert not Holiday.objects.exists() and acts(2026) == ["add", "remove"]
    assert "removed it" in admin.get("/en/staff/calendar/2026/").content.decode()


def test_a_new_holiday_needs_its_names(admin) -> None:
    response = admin.post("/en/staff/calendar/2026/add", sent("2026-12-01", "2026-12-01", code=""))
    assert response.status_code == 422 and not Holiday.objects.exists()


def test_announced_days_of_ramadan_take_the_place_of_the_computed(admin) -> None:
    Ramadan.objects.create(
        valid=DateRange(day("2027-02-08"), day("2027-03-10")), provisional=True, source="computed"
    )
    assert admin.get("/staff/calendar/2027/ramadan").status_code == 200
    assert (
        admin.post("/staff/calendar/2027/ramadan", sent("2027-02-09", "2027-03-09")).status_code
        == 302
    )
    row = Ramadan.objects.get()
    assert row.valid == DateRange(day("2027-02-09"), day("2027-03-10")) and not row.provisional
    assert acts(2027) == ["announce"]


def test_hours_for_a_week_leave_the_old_ones_before_and_after(admin) -> None:
    the_weekends()
    the_office_hours()
    week = sent("2026-11-29", "2026-12-03", opens="10:00", closes="12:00")
    assert admin.get("/staff/calendar/2026/hours").status_code == 200
    assert admin.post("/staff/calendar/2026/hours", week).status_code == 302
    open_at = [is_open(at(f"{date} 08:00"), city_calendar())
               for date in ("2026-11-26", "2026-11-29", "2026-12-03", "2026-12-06")]  # fmt: skip
    assert open_at == [True, False, False, True]
    seeb = Directorate.objects.create(code="seeb", name_ar="السيب", name_en="Seeb")
    own = sent("2026-11-29", "", opens="08:00", closes="20:00", directorate="seeb")
    assert admin.post("/staff/calendar/2026/hours", own).status_code == 302
    assert is_open(at("2026-11-30 19:00"), city_calendar(), seeb.pk)
    wrong = sent("2026-11-29", "", opens="20:00", closes="08:00", directorate="nowhere")
    page = admin.post("/en/staff/calendar/2026/hours", wrong)
    assert page.status_code == 422 and "closes before it opens" in page.content.decode()
    assert acts(2026) == ["hours", "hours"]


def test_a_move_leaves_due_times_that_were_told_and_changes_what_is_told_after(admin) -> None:
    the_weekends()
    the_office_hours()
    holiday = national_day(valid=DateRange(day("2026-12-01"), day("2026-12-02")))
    told = deadline(at("2026-11-30 14:00"), 60, city_calendar())
    admin.post(f"/staff/calendar/holidays/{holiday.pk}/", sent("2026-12-02", "2026-12-02"))
    assert told == at("2026-12-02 08:00")
    assert deadline(at("2026-11-30 14:00"), 60, city_calendar()) == at("2026-12-01 08:00")


def test_others_find_nothing_there(client) -> None:
    holiday = national_day()
    client.force_login(a_person("supervisor"))
    for path in ("/staff/calendar/2026/", f"/staff/calendar/holidays/{holiday.pk}/"):
        assert client.get(path).status_code == 404
    assert (
        client.post(f"/staff/calendar/holidays/{holiday.pk}/remove", {"source": "x"}).status_code
        == 404
    )
    assert Holiday.objects.exists()


def test_the_alarm_stands_in_readyz_and_in_the_checks(client, monkeypatch) -> None:
    from geo_portal.home import checks, health

    national_day(provisional=False)
    for module in (checks, health):
        monkeypatch.setattr(module, "today", lambda: day("2026-11-24"))
    said = client.get("/readyz").json()["calendar"]
    assert said == "ok, but 2027 lacks national_day, ramadan"
    assert [found.id for found in checks.the_calendar_is_filled(databases=["default"])] == [
        "geo.W002"
    ]
    national_day(valid=DateRange(day("2027-11-20"), day("2027-11-22")))
    Ramadan.objects.create(valid=DateRange(day("2027-02-08"), day("2027-03-10")), source="x")
    assert client.get("/readyz").json()["calendar"] == "ok"
    assert checks.the_calendar_is_filled(databases=["default"]) == []
    assert checks.the_calendar_is_filled() == []
