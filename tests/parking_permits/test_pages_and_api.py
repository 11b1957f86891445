"""Permits for people and machines: mine alone, looked for on the record, found by both numbers."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from municipality import crs
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.history.models import Entry
from municipality.notices.models import Message
from municipality.people.delegations import Wish, delegate
from municipality.stored import geos_of
from parking_zones.models import Bay, ParkingPermit, PermitRequest
from tests import builders as b
from tests.parking_permits import town as t
from tests.parking_permits.builders import a_permit

pytestmark = pytest.mark.django_db
API = "/api/parking/permits"
NOW = timezone.now()  # pages and API look at the clock


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent(client: Client, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post(path, json.dumps(body), "application/json")
    return answer.status_code, answer.json()


def test_a_quote_finds_the_zone_and_explains_the_price_and_guesses_nothing() -> None:
    town = t.a_permit_town()
    client = Client()
    told = client.get(f"{API}/quote?permit_kind=one_zone&number=2417&months=3").json()
    assert (told["result"], told["zone"], told["amount_baisa"]) == ("inside", "7", 45_000)
    assert "wholly" in told["sentence"]["en"] and told["lines"][0]["source"]
    assert told["zones"][0]["geometry"]["type"] == "MultiPolygon"
    b.a_plot("k2", b.square(140, 10), number="9", wilayat=town.plot.wilayat)
    across = client.get(f"{API}/quote?permit_kind=one_zone&number=9&months=3").json()
    assert (across["result"], across["zone"], across["amount_baisa"]) == ("ambiguous", None, None)
    chosen = client.get(f"{API}/quote?permit_kind=one_zone&number=9&months=3&zone=8").json()
    assert (chosen["zone"], chosen["amount_baisa"]) == ("8", 45_000)
    b.a_plot("k3", b.square(900, 900), number="10", wilayat=town.plot.wilayat)
    outside = client.get(f"{API}/quote?permit_kind=one_zone&number=10").json()
    assert (outside["result"], outside["amount_baisa"]) == ("outside", None)


def test_a_bay_is_priced_by_its_zone_before_one_is_chosen_and_not_without_one() -> None:
    t.a_permit_town()
    client = Client()

    def priced(**more: Any) -> tuple[str | None, int | None]:
        query = {"permit_kind": "reserved_bay", "months": "1", **more}
        told = client.get(f"{API}/quote", query).json()
        return told["zone"], told["amount_baisa"]

    bay = Bay.objects.create(register_key="B-1", shape=geos_of(b.square(10, 10, 5, 2)))
    of_bay = priced(zone="7", bay=str(bay.pk))
    assert of_bay[0] == "7" and priced(zone="7") == of_bay
    assert priced() == (None, None)  # of no place a price would be a guess
    lon, lat = crs.lonlat(b.EAST + 900, b.NORTH + 900)
    free = priced(zone="7", bay_lon=str(lon), bay_lat=str(lat))
    assert free[0] is None and 0 < (free[1] or 0) < (of_bay[1] or 0)  # a pin outside every zone


def test_plots_that_share_a_number_are_offered_by_their_area() -> None:
    town = t.a_permit_town()
    other = b.an_area(town.plot.wilayat, code="other", name_ar="العذيبة", name_en="Al Azaiba")
    twin = b.a_plot(
        "k9", b.square(300, 300), number=town.plot.number, area=other, wilayat=town.plot.wilayat
    )
    form = {"kind": "one_zone", "plot": town.plot.number, "plate": "1111 B", "months": "1"}
    citizen = signed_in(town.citizen)
    answer = citizen.post("/parking/permits/new/", form)
    page = answer.content.decode()
    assert answer.status_code == 422 and "العذيبة" in page and "معرّف" not in page
    assert f'name="plot_id" value="{twin.pk}"' in page
    told = Client().get(f"{API}/quote?permit_kind=one_zone&number={town.plot.number}").json()
    assert {one["id"] for one in told["plots"]} == {town.plot.pk, twin.pk}
    answer = citizen.post("/parking/permits/new/", form | {"plot_id": str(town.plot.pk)})
    assert answer.status_code == 302 and PermitRequest.objects.get().plot_id == town.plot.pk


def test_a_price_from_a_day_on_which_no_permit_may_begin_is_refused_in_words() -> None:
    t.a_permit_town()
    for day in ("9999-12-31", "2099-01-01"):
        told = Client().get(f"{API}/quote?permit_kind=all_zones&months=3&starts_on={day}")
        assert told.status_code == 422 and "من اليوم وحتى" in told.json()["detail"]
    past = Client().get(f"{API}/quote?permit_kind=all_zones&months=3&starts_on=0001-01-01")
    assert past.status_code == 200  # it is priced from today, as before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "one_zone", "plot": "2417"}, 422), ({"kind": "nothing"}, 422),
        ({"kind": "one_zone", "plate": "1 B"}, 422), ({"kind": "all_zones", "plate": "1 B"}, 422),
        ({"kind": "one_zone", "plot": "77777", "plate": "1 B"}, 422),
        ({"kind": "one_zone", "plot": "2417", "plate": "1 B", "months": 13}, 422),
        ({"kind": "one_zone", "plot": "2417", "plate": "1 B", "months": -1}, 422),
        ({"kind": "one_zone", "plot": "2417", "plate": "1 B", "starts_on": "2099-01-01"}, 422),
        ({"kind": "one_zone", "plot": "2417", "plate": "1 B", "starts_on": "x"}, 422),
        ({"kind": "one_zone", "plot": "2417", "plate": "1 B", "zone": "8"}, 422),
        ({"kind": "reserved_bay", "company": "x", "company_number": "1"}, 422),
        ({"kind": "reserved_bay", "bay_lon": 58.4, "bay_lat": 23.6}, 422),
        ({"kind": "special", "zone": "7", "plate": "1 B"}, 422),
        ({"kind": "one_zone", "state": "issued"}, 400), ({"kind": 1}, 400),
        ({"kind": "one_zone", "months": "3"}, 400), ({"kind": "one_zone", "months": True}, 400),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused_and_opens_nothing(body, status) -> None:
    town = t.a_permit_town()
    found, told = sent(signed_in(town.citizen), API, **body)
    assert found == status, told
    assert told["detail"] and not PermitRequest.objects.exists()


def test_a_machine_asks_hands_in_and_is_told_what_lacks() -> None:
    town = t.a_permit_town()
    client = signed_in(town.citizen)
    asked = {"kind": "one_zone", "plot": "٢٤١٧", "plate": "١١١١ ب", "months": 3, "key": "k"}
    status, told = sent(client, API, **asked)
    assert (status, told["state"], len(told["missing"])) == (201, "draft", 2)
    assert sent(client, API, **asked)[1]["case"] == told["case"]  # a retry opens no second one
    status, refused = sent(client, f"{API}/cases/{told['case']}/submit")
    assert status == 409 and "Vehicle ownership" in refused["detail"] + str(told["missing"])
    assert client.get(API).json() == {"permits": []}


def test_permits_are_their_holder_s_and_nobody_else_s() -> None:
    town = t.a_permit_town()
    permit = t.granted(town, months=1, at=NOW)
    mine, other = signed_in(town.citizen), signed_in(b.a_person("stranger", "citizen"))
    (row,) = mine.get(API).json()["permits"]
    assert (row["number"], row["plate"], row["state"]) == (permit.number, t.PLATE, "valid")
    assert (row["valid_from"], row["zone"]) == (city_day(NOW).isoformat(), "7")
    assert other.get(API).json() == {"permits": []}
    for path in ("", "/renew", "/vehicle", "/lost", "/end"):
        call = other.get if path == "" else other.post
        answer = call(f"{API}/{permit.public_id}{path}", content_type="application/json")
        nothing = call(f"{API}/AAAAAAAAAAAAAAAAAAAAAA{path}", content_type="application/json")
        assert answer.status_code == nothing.status_code == 404
    for path in (f"/parking/permits/{permit.public_id}/",):
        assert other.get(path).status_code == 404 and mine.get(path).status_code == 200
    posted = other.post(f"/parking/permits/{permit.public_id}/ask", {"act": "end"})
    assert posted.status_code == 404
    permit.refresh_from_db()
    assert permit.ended_at is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("١١١١ ب", "plate"), ("b 1111", "plate"), ("92123456", "phone"), ("+968 9212 3456", "phone"),
        ("{number}", "permit"), ("2417", "plot"),
    ],
)  # fmt: skip
def test_the_desk_finds_a_permit_and_each_look_is_on_the_record(text: str, what: str) -> None:
    town = t.a_permit_town()
    permit = t.granted(town, at=NOW)
    a_permit("PP-2026-777777", "OM-5-S", phone="+96899887766")
    client = signed_in(town.officers["registrar"])
    page = client.post("/parking/permits/search/", {"q": text.format(number=permit.number)})
    assert permit.number in page.content.decode()
    assert "PP-2026-777777" not in page.content.decode()
    row = Entry.objects.filter(stream="permits/desk").latest("pk")
    assert (row.act, row.facts["by"], row.facts["found"]) == ("permit.looked_for", what, 1)
    assert "92123456" not in json.dumps(row.facts)  # the record names no telephone
    assert client.get(f"/parking/permits/{permit.public_id}/").status_code == 200
    assert "92123456" not in client.get(f"/parking/permits/{permit.public_id}/").content.decode()


def test_a_citizen_and_an_inspector_open_no_desk() -> None:
    t.a_permit_town()
    for role in ("citizen2", "inspector"):
        person = b.a_person(role, role.rstrip("2"))
        assert signed_in(person).get("/parking/permits/search/").status_code == 404


def test_anyone_finds_a_permit_by_both_numbers_and_learns_nothing_from_one(settings) -> None:
    settings.GEO_LIMITS = "off"
    town = t.a_permit_town()
    permit = t.granted(town, at=NOW)
    client = Client()

    def page(number: str, plate: str) -> tuple[int, str]:
        answer = client.post("/parking/permits/find/", {"number": number, "plate": plate})
        return answer.status_code, answer.content.decode()

    status, text = page(f"pp {permit.number[3:]}", "1111 b")
    assert status == 200 and "الخوير" in text
    assert "سالم" not in text and "2417" not in text and "92123456" not in text
    wrong_plate, wrong_number = page(permit.number, "1112 B"), page("PP-2026-999999", "1111 B")
    assert wrong_plate[0] == wrong_number[0] == 404
    assert wrong_plate[1].count("verdict") == wrong_number[1].count("verdict")
    assert "ساري" not in wrong_plate[1] and "ساري" not in wrong_number[1]


def test_who_guesses_permits_is_slowed_down(settings) -> None:
    settings.GEO_LIMITS = "on"
    client = Client()
    answers = [
        client.post(
            "/parking/permits/find/", {"number": "PP-2026-1", "plate": f"{n} B"}
        ).status_code
        for n in range(1, 14)
    ]
    assert answers[0] == 404 and answers[-1] == 429


def test_an_officer_sets_a_place_only_of_what_waits_for_their_office() -> None:
    town = t.a_permit_town()
    case = t.submitted(town, at=NOW)
    manager = signed_in(town.officers["zone_manager"])
    path = f"/parking/permits/cases/{case.public_id}/place"
    assert manager.post(path, {"zone": "1"}).status_code == 404
    assert signed_in(town.citizen).post(path, {"zone": "1"}).status_code == 404
    registrar = signed_in(town.officers["registrar"])
    assert registrar.post(path, {"zone": str(town.zone.pk)}).status_code == 302


def test_what_waits_for_the_zone_manager_is_on_their_work_list() -> None:
    town = t.a_permit_town()
    case = t.submitted(
        town, at=NOW, kind="special", months=12, plot=None, zone_id=town.zone.pk, purpose="x"
    )
    page = signed_in(town.officers["zone_manager"]).get("/work/").content.decode()
    assert case.number in page
    assert case.number not in signed_in(town.officers["registrar"]).get("/work/").content.decode()


def test_the_sheet_of_a_zone_is_anyone_s_and_has_no_payment_code() -> None:
    t.a_permit_town()
    page = Client().get("/zone/٧/sheet/")
    assert page.status_code == 200 and "15.000" in page.content.decode()
    assert "08:00–13:00" in page.content.decode() and "90091" in page.content.decode()
    assert Client().get("/zone/7/sheet/?on=2010-01-01").status_code == 404  # no zone then
    assert Client().get("/zone/nowhere/sheet/").status_code == 404
    made = Client().get("/en/zone/7/sheet.pdf")
    assert made.content.startswith(b"%PDF") and "inline" in made["Content-Disposition"]


def test_a_permit_is_renewed_by_a_link_and_asked_again_it_is_the_same_case() -> None:
    town = t.a_permit_town()
    permit = t.granted(town, months=1, at=NOW)
    client = signed_in(town.citizen)
    status, told = sent(client, f"{API}/{permit.public_id}/renew", months=2)
    assert status == 201 and told["bills"][0]["total_baisa"] == 30_000
    again = client.post(f"/parking/permits/{permit.public_id}/ask", {"act": "renew", "months": "5"})
    assert again.status_code == 302 and told["case"] in again["Location"]
    assert ParkingPermit.objects.count() == 1
    status, told = sent(client, f"{API}/{permit.public_id}/vehicle", plate="2222 D")
    assert status == 201 and told["state"] == "draft" and len(told["missing"]) == 1
    assert sent(client, f"{API}/{permit.public_id}/vehicle", plate="x")[0] == 422


def test_an_announcement_is_counted_then_reaches_each_telephone_of_the_zone_once() -> None:
    town = t.a_permit_town()
    t.granted(town, at=NOW)
    t.granted(town, at=NOW, plate_key=t.OTHER_PLATE)  # the same telephone
    a_permit("PP-1", "OM-7-S", kind="one_zone", zone=town.zone, phone="+96899887766",
             language="en", starts_on=city_day(NOW), ends_on=city_day(NOW) + dt.timedelta(days=9))  # fmt: skip
    a_permit("PP-2", "OM-8-S", phone="+96899887755")  # of all zones: not this zone's
    manager = signed_in(town.officers["zone_manager"])
    told = {"zone": "7", "text_ar": "يُغلق شارع الفرسان غدًا", "text_en": "Al Fursan St is closed",
            "key": "k1"}  # fmt: skip
    sent_now = Message.objects.filter(template="parking_permit.announcement")
    page = manager.post("/parking/permits/announce/", told).content.decode()
    assert 'class="n">2</bdi>' in page and not sent_now.exists()
    for _ in range(2):  # a double press
        assert manager.post("/parking/permits/announce/", {**told, "send": "1"}).status_code == 302
    texts = dict(sent_now.values_list("to_address", "text"))
    assert set(texts) == {"+96892123456", "+96899887766"}
    assert "يُغلق" in texts["+96892123456"] and "closed" in texts["+96899887766"]
    assert Entry.objects.filter(act="permit.announced").count() == 2
    empty = manager.post("/parking/permits/announce/", {**told, "text_en": "", "send": "1"})
    assert empty.status_code == 422
    registrar = signed_in(town.officers["registrar"])
    assert registrar.get("/parking/permits/announce/").status_code == 404


def test_a_delegate_for_permits_renews_for_the_holder_and_one_for_extracts_does_not() -> None:
    town = t.a_permit_town()
    permit = t.granted(town, months=1, at=NOW)
    taker = b.a_person("taker", "citizen")
    taker.phone = "+96892000777"
    taker.save()
    client, on = signed_in(taker), city_day(NOW)
    giver = town.as_citizen()
    for kind, status in (("plot_extract", 404), ("parking_permit", 201)):
        wish = Wish(taker.phone, (kind,), on, on)
        delegate(town.citizen, wish, by=giver, at=NOW, on=on)
        found, told = sent(client, f"{API}/{permit.public_id}/renew")
        assert found == status, told
        assert client.get(f"/parking/permits/{permit.public_id}/").status_code == (
            200 if status == 201 else 404
        )
    case = Case.objects.get(parking_permit_request__act="renew")
    assert {(one.role, one.person_id) for one in case.parties.all()} == {
        ("applicant", town.citizen.pk), ("delegate", taker.pk),
    }  # fmt: skip
