"""The permits of a search as one file: the same ones, by the same roles, on the record."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from geo_portal.parking_permits.desk_views import DESK, MOST
from geo_portal.parking_permits.export_views import EXPORTS, FIELDS
from municipality.city_time import city_day
from municipality.history.models import Entry
from parking_zones.models import ParkingPermit
from parking_zones.parking_permits.life import put_vehicle
from tests import builders as b
from tests.parking_permits import town as t
from tests.parking_permits.builders import a_bay, a_permit

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ON = city_day(NOW)
DAY = dt.timedelta(days=1)
PAGE, FILE = "/parking/permits/search/", "/parking/permits/search.csv"


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(client: Client, **looked: str) -> str:
    answer = client.post(FILE, looked)
    assert answer.status_code == 200 and answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="parking-permits-{ON:%Y%m%d}.csv"'
    )
    assert "no-store" in answer["Cache-Control"]
    return b"".join(answer.streaming_content).decode()


def rows_of(client: Client, **looked: str) -> list[dict[str, str]]:
    text = text_of(client, **looked)
    assert text.startswith("\ufeff") and text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def a_register(town: t.PermitTown) -> dict[str, ParkingPermit]:
    """Permits of every kind and state."""
    span = {"starts_on": ON - 10 * DAY, "ends_on": ON + 50 * DAY}
    made = {
        "valid": a_permit("PP-2026-000001", "OM-1-B", kind="one_zone", zone=town.zone,
                          plot_number="2417", **span),
        "all": a_permit("PP-2026-000002", "OM-2-B", holder_name='=HYPERLINK("http://x")', **span),
        "bay": a_permit("PP-2026-000003", "", kind="reserved_bay", zone=town.zone,
                        bay=a_bay("b1", town.zone), holder_name='شركة "الواحة", مسقط', **span),
        "to_come": a_permit("PP-2026-000004", "OM-4-B", starts_on=ON + DAY, ends_on=ON + 9 * DAY),
        "over": a_permit("PP-2026-000005", "OM-5-B", starts_on=ON - 9 * DAY, ends_on=ON),
        "ended": a_permit("PP-2026-000006", "OM-6-B", starts_on=ON - 9 * DAY, ends_on=ON,
                          ended_at=NOW, ended_why="x"),
    }  # fmt: skip
    put_vehicle(made["valid"], "OM-11-D", at=NOW - DAY)
    return made


def test_the_file_holds_what_the_page_finds_and_names_of_it_what_the_page_shows() -> None:
    town = t.a_permit_town()
    made = a_register(town)
    client = signed_in(town.officers["registrar"])
    (row,) = rows_of(client, kind="one_zone", zone="7")
    assert row == {
        "number": "PP-2026-000001", "kind": "one_zone", "zone": "7", "bay": "",
        "plate_ar": row["plate_ar"], "plate_en": row["plate_en"], "plot_number": "2417",
        "holder_name": "سالم الحارثي", "months": "3",
        "starts_on": made["valid"].starts_on.isoformat(),
        "last_day": (made["valid"].ends_on - DAY).isoformat(), "state": "valid",
    }  # fmt: skip
    assert "11" in row["plate_en"] and "D" in row["plate_en"]  # the vehicle of now
    text = text_of(client, standing="valid")
    assert "92123456" not in text and made["valid"].public_id not in text
    assert text.splitlines()[0].removeprefix("\ufeff") == ",".join(FIELDS)
    for looked in (
        {"standing": "valid"}, {"standing": "to_come"}, {"standing": "over"},
        {"standing": "ended"}, {"kind": "all_zones"}, {"zone": "٧"}, {"q": "١ ب"}, {"q": "11 d"},
        {"q": "92123456"}, {"q": "2417"}, {"q": "2417", "kind": "all_zones"}, {"zone": "8"},
        {"kind": "x"}, {"standing": "x"}, {"zone": "9" * 70}, {"q": "no such"},
    ):  # fmt: skip
        page = client.post(PAGE, looked).content.decode()
        shown = {one.number for one in made.values() if f">{one.number}<" in page}
        assert {one["number"] for one in rows_of(client, **looked)} == shown, looked
    told = {one["state"] for one in rows_of(client, q="92123456")}
    assert told == {"valid", "to_come", "over", "ended"}


def test_names_cannot_become_formulas_and_are_quoted_where_they_must_be() -> None:
    town = t.a_permit_town()
    a_register(town)
    client = signed_in(town.officers["zone_manager"])
    (row,) = rows_of(client, q="PP-2026-000002")
    assert row["holder_name"] == '\'=HYPERLINK("http://x")' and row["zone"] == ""
    (row,) = rows_of(client, kind="reserved_bay")
    assert row["holder_name"] == 'شركة "الواحة", مسقط'
    assert (row["bay"], row["plate_ar"]) == ("b1", "")


def test_the_file_has_all_of_them_where_the_page_shows_the_latest_and_costs_few_questions() -> None:
    town = t.a_permit_town()
    for n in range(MOST + 5):
        a_permit(f"PP-2026-{n:06d}", f"OM-{n + 1}-B", starts_on=ON, ends_on=ON + 9 * DAY)
    client = signed_in(town.officers["registrar"])
    page = client.post(PAGE, {"standing": "valid"}).content.decode()
    assert page.count("PP-2026-") == MOST and "في الملف كلها" in page
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(rows_of(client, standing="valid")) == MOST + 5
    assert len(asked) < 25


def test_a_plate_that_a_permit_had_twice_is_one_row() -> None:
    town = t.a_permit_town()
    permit = a_register(town)["valid"]
    put_vehicle(permit, "OM-1-B", at=NOW)
    client = signed_in(town.officers["registrar"])
    assert [one["number"] for one in rows_of(client, q="1 b")] == [permit.number]
    assert client.post(PAGE, {"q": "1 b"}).content.decode().count(f">{permit.number}<") == 1


def test_each_file_is_on_the_record_without_the_telephone() -> None:
    town = t.a_permit_town()
    a_register(town)
    client = signed_in(town.officers["registrar"])
    text_of(client, q="92123456", standing="valid", zone="7")
    row = Entry.objects.filter(stream="permits/desk").latest("pk")
    assert (row.act, row.facts["by"], row.facts["found"]) == ("permit.exported", "phone", 2)
    assert (row.facts["zone"], row.facts["standing"]) == ("7", "valid")
    assert "92123456" not in str(row.facts)
    text_of(client, kind="all_zones")
    row = Entry.objects.filter(stream="permits/desk").latest("pk")
    assert (row.facts["by"], row.facts["kind"]) == ("filter", "all_zones")


def test_nothing_looked_for_is_no_file_of_everybody() -> None:
    town = t.a_permit_town()
    a_register(town)
    client = signed_in(town.officers["registrar"])
    for looked in ({}, {"q": "  "}, {"q": "\x00"}, {"all": "1"}):
        answer = client.post(FILE, looked)
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert not Entry.objects.filter(act="permit.exported").exists()
    assert client.get(f"{FILE}?standing=valid").status_code == 405


@pytest.mark.parametrize("role", [*DESK, "citizen", "inspector", "planner"])
def test_only_who_keeps_or_audits_permits_has_the_file_and_its_button(role: str) -> None:
    town = t.a_permit_town()
    a_register(town)
    client = signed_in(b.a_person(f"some_{role}", role))
    may = role in EXPORTS
    assert client.post(FILE, {"standing": "valid"}).status_code == (200 if may else 404)
    page = client.post(PAGE, {"standing": "valid"})
    assert page.status_code == (200 if role in DESK else 404)
    assert ("search.csv" in page.content.decode()) == may


def test_the_wall_holds_for_the_file_too(monkeypatch) -> None:
    """The rows are read by the session of who asks, not by one that sees everything."""
    from geo_portal.parking_permits import export_views

    town = t.a_permit_town()
    a_register(town)
    seen = []
    real = export_views._rows

    def rows(found: Any, on: dt.date) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('geo.reach', true)")
            seen.append(cursor.fetchone()[0])
        yield from real(found, on)

    monkeypatch.setattr(export_views, "_rows", rows)
    rows_of(signed_in(town.officers["registrar"]), standing="valid")
    assert seen == ["staff"]
