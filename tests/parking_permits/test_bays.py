"""A bay chosen among those of the zone: which can be asked for, why one cannot, and who gets it."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from municipality.cases.actions import CannotMove, move
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.problems import Problem
from municipality.stored import geos_of
from parking_zones.models import Bay, ParkingPermit
from parking_zones.parking_permits import bays as rules
from parking_zones.parking_permits.checks import request_of
from parking_zones.parking_permits.choosing import choose_bay
from parking_zones.parking_permits.requests import decide_place, hand_in
from parking_zones.parking_permits.terms import months_after
from tests import builders as b
from tests.cases.builders import MORNING
from tests.parking_permits import town as t
from tests.parking_permits.builders import a_bay, a_permit

API = "/api/parking/permits"
NOW = timezone.now()  # pages and API look at the clock
TODAY = MORNING.date()


def values(bay: Bay | None, **more: Any) -> dict[str, Any]:
    """What is asked for: a bay for a company, without a vehicle."""
    bay_id = None if bay is None else bay.pk
    return {"kind": "reserved_bay", "bay_id": bay_id, "plot": None, "company": t.COMPANY,
            "plate_key": "", **more}  # fmt: skip


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def a_bay_of(kind: str, key: str, zone: Any, source: str = "") -> Bay:
    bay = a_bay(key, zone)
    Bay.objects.filter(pk=bay.pk).update(kind=kind, source=source)
    bay.refresh_from_db()
    return bay


def why(zone: Any, on: dt.date = TODAY, months: int = 3) -> dict[str, str | None]:
    """Why each bay of a zone cannot be asked for."""
    found = rules.bays_of_zone(zone_id=zone.pk, starts_on=on, ends_on=months_after(on, months))
    return {one.bay.register_key: one.why and one.why.en for one in found}


@pytest.mark.django_db
def test_each_bay_of_a_zone_is_free_or_says_why_it_is_not() -> None:
    town = t.a_permit_town()
    for key in ("a-free", "b-asked", "c-draft", "d-held", "e-past"):
        a_bay(key, town.zone)
    a_bay_of("disabled", "f", town.zone)
    a_bay_of("reserved", "g", town.zone)
    a_bay_of("reserved", "h", town.zone, rules.MADE_FOR_PERMIT)
    reserved = a_bay_of("reserved", "i", town.zone)
    a_bay("other-zone"), a_bay("z8", None)
    by_key = {bay.register_key: bay for bay in Bay.objects.all()}
    t.submitted(town, **values(by_key["b-asked"]))
    t.a_draft(town, **values(by_key["c-draft"]))  # a draft holds nothing
    on = MORNING.date()
    a_permit("PP-1", "", kind="reserved_bay", zone=town.zone, bay=by_key["d-held"],
             starts_on=on, ends_on=on + dt.timedelta(days=9))  # fmt: skip
    for number, bay in (("PP-2", by_key["e-past"]), ("PP-3", reserved)):
        a_permit(number, "", kind="reserved_bay", zone=town.zone, bay=bay,
                 starts_on=on - dt.timedelta(days=90), ends_on=on)  # fmt: skip
    told = why(town.zone)
    assert set(told) == {"a-free", "b-asked", "c-draft", "d-held", "e-past", *"fghi"}
    assert {key for key, words in told.items() if words is None} == {
        "a-free", "c-draft", "e-past", "h", "i",
    }  # fmt: skip
    assert told["b-asked"] == rules.ASKED.en and told["g"] == rules.RESERVED.en
    last = (on + dt.timedelta(days=8)).strftime("%d/%m/%Y")
    assert told["d-held"] == f"Kept by a permit until the end of {last}."
    assert told["f"] == "Kept for people with disabilities."
    assert why(town.zone, on=on + dt.timedelta(days=9))["d-held"] is None  # free again that day


@pytest.mark.django_db
def test_the_bays_are_told_to_who_is_signed_in_and_never_who_has_them() -> None:
    town = t.a_permit_town()
    free, held = a_bay("b1", town.zone, stalls=2), a_bay("b2", town.zone)
    on = city_day(NOW)
    a_permit("PP-1", "OM-9-S", kind="reserved_bay", zone=town.zone, bay=held, starts_on=on,
             ends_on=on + dt.timedelta(days=40), holder_name="شركة السر")  # fmt: skip
    client = signed_in(town.citizen)
    answer = client.get(f"{API}/bays?zone=٧")
    told = answer.json()
    assert (told["zone"], told["has_more"]) == ("7", False)
    assert told["drawn"]["geometry"]["type"] == "MultiPolygon"
    first, second = told["bays"]
    assert (first["id"], first["key"], first["stalls"], first["why"]) == (free.pk, "b1", 2, None)
    assert first["geometry"]["type"] == "Polygon" and len(first["at"]) == 2
    assert "Kept by a permit" in second["why"]["en"] and "محجوز بتصريح" in second["why"]["ar"]
    assert "السر" not in answer.content.decode() and "PP-1" not in answer.content.decode()
    later = (on + dt.timedelta(days=41)).isoformat()
    assert client.get(f"{API}/bays?zone=7&starts_on={later}").json()["bays"][1]["why"] is None
    assert Client().get(f"{API}/bays?zone=7").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "", "zone=", "zone=99", "zone=7&months=13", "zone=7&months=0", "zone=7&months=x",
        "zone=7&months=99999999999999", "zone=7&starts_on=9999-12-31", "zone=7&starts_on=x",
        "zone=%00", "zone=7&months=-1",
    ],
)  # fmt: skip
def test_a_question_for_bays_that_makes_no_sense_is_refused_in_words(query: str) -> None:
    town = t.a_permit_town()
    answer = signed_in(town.citizen).get(f"{API}/bays?{query}")
    assert answer.status_code in (400, 422) and answer.json()["detail"]


@pytest.mark.django_db
def test_a_question_for_bays_with_another_member_is_refused() -> None:
    town = t.a_permit_town()
    assert signed_in(town.citizen).get(f"{API}/bays?zone=7&holder=x").status_code == 400


@pytest.mark.django_db
def test_a_bay_that_cannot_be_asked_for_opens_no_case_and_the_reason_is_told() -> None:
    town = t.a_permit_town()
    bus, free = a_bay_of("bus", "b1", town.zone), a_bay("b2", town.zone)
    client = signed_in(town.citizen)
    asked = {"kind": "reserved_bay", "company": "x", "company_number": "1", "months": 2}

    def told(**more: Any) -> tuple[int, str]:
        answer = client.post(API, json.dumps({**asked, **more}), "application/json")
        return answer.status_code, answer.json().get("detail", "")

    status, detail = told(bay=bus.pk)
    assert status == 422 and "مخصص للحافلات" in detail
    assert told(bay=free.pk, zone="8")[0] == 422  # it lies in zone 7
    assert told(bay=999_999)[0] == 422
    assert told(bay=999_999, bay_lon=58.4, bay_lat=23.6)[0] == 422  # no guess in its place
    assert not Case.objects.exists()
    assert told(bay=free.pk, zone="7")[0] == 201
    request = request_of(Case.objects.get())
    assert (request.bay, request.zone, request.bay_place) == (free, town.zone, None)


@pytest.mark.django_db
def test_the_choice_of_the_form_is_kept_and_a_refused_one_is_shown_again() -> None:
    town = t.a_permit_town()
    taxi, free = a_bay_of("taxi", "b1", town.zone), a_bay("b2", town.zone)
    client = signed_in(town.citizen)
    form = {"kind": "reserved_bay", "company": "x", "company_number": "1", "months": "2",
            "holder": "company", "zone": "7", "bay": str(taxi.pk)}  # fmt: skip
    page = client.post("/parking/permits/new/", form)
    assert page.status_code == 422 and "مخصص لسيارات الأجرة" in page.content.decode()
    assert f'data-chosen="{taxi.pk}"' in page.content.decode()
    for bad in ("x", "-1", "9" * 40, "²"):
        assert client.post("/parking/permits/new/", {**form, "bay": bad}).status_code == 422
    assert client.post("/parking/permits/new/", {**form, "bay": str(free.pk)}).status_code == 302
    assert request_of(Case.objects.get()).bay == free


@pytest.mark.django_db
def test_the_bay_is_looked_at_again_when_the_request_is_handed_in() -> None:
    town = t.a_permit_town()
    first, second = a_bay("b1", town.zone), a_bay("b2", town.zone)
    late = t.attached(town, t.a_draft(town, **values(first)))
    t.submitted(town, **values(first))
    by = town.as_citizen()
    with pytest.raises(CannotMove) as refused:
        hand_in(case_id=late.pk, by=by, at=MORNING)
    assert "Bay b1: In another application" in refused.value.words.en
    late.refresh_from_db()
    assert late.state == "draft"
    with pytest.raises(Problem):
        choose_bay(case_id=late.pk, bay_id=first.pk, by=by, at=MORNING)
    choose_bay(case_id=late.pk, bay_id=second.pk, by=by, at=MORNING)
    assert hand_in(case_id=late.pk, by=by, at=MORNING).state == "zoning"
    with pytest.raises(Problem):  # it is not theirs to write now
        choose_bay(case_id=late.pk, bay_id=second.pk, by=by, at=MORNING)


@pytest.mark.django_db
def test_a_bay_that_moved_to_another_zone_or_whose_zone_is_gone_is_not_handed_in() -> None:
    town = t.a_permit_town()
    bay = a_bay("b1", town.zone)
    case = t.attached(town, t.a_draft(town, **values(bay)))
    away, home = geos_of(b.square(-700, 10, 2.5, 5)), bay.shape
    Bay.objects.filter(pk=bay.pk).update(shape=away)
    with pytest.raises(CannotMove) as refused:
        hand_in(case_id=case.pk, by=town.as_citizen(), at=MORNING)
    assert "does not lie in zone 7" in refused.value.words.en
    Bay.objects.filter(pk=bay.pk).update(shape=home)
    town.zone.versions.update(valid=(dt.date(2008, 1, 1), MORNING.date()))
    with pytest.raises(CannotMove) as refused:
        hand_in(case_id=case.pk, by=town.as_citizen(), at=MORNING)
    assert "no longer holds" in refused.value.words.en


@pytest.mark.django_db
def test_a_request_sent_back_keeps_its_bay_and_what_the_officer_set_is_not_refused() -> None:
    town = t.a_permit_town()
    reserved = a_bay_of("reserved", "b1", town.zone)
    pin = b.square(10, 10, 1).centroid
    case = t.submitted(town, **values(None, bay_place=pin))
    manager = town.as_officer("zone_manager")
    decide_place(case_id=case.pk, zone_id=None, bay_id=reserved.pk, by=manager, at=MORNING)
    move(case_id=case.pk, edge="return_zoning", by=manager, at=MORNING, text="الرسالة")
    assert why(town.zone)["b1"] == rules.ASKED.en  # to anybody else
    with pytest.raises(Problem):
        t.a_draft(town, **values(reserved))
    again = move(case_id=case.pk, edge="resubmit", by=town.as_citizen(), at=MORNING, text="هذه")
    assert again.state == "zoning"
    move(case_id=case.pk, edge="withdraw", by=town.as_citizen(), at=MORNING)
    assert why(town.zone)["b1"] == rules.RESERVED.en


@pytest.mark.django_db
def test_only_the_applicant_chooses_another_bay_and_the_page_offers_those_that_are_free() -> None:
    town = t.a_permit_town()
    first, second = a_bay("b1", town.zone), a_bay("b2", town.zone)
    a_bay_of("bus", "bay-of-buses", town.zone)
    case = t.a_draft(town, at=NOW, **values(first))
    t.submitted(town, at=NOW, **values(first))
    mine = signed_in(town.citizen)
    page = mine.get(f"/cases/{case.public_id}/").content.decode()
    assert (
        "في طلب آخر" in page
        and f'<option value="{second.pk}"' in page
        and "bay-of-buses" not in page
    )
    path = f"/parking/permits/cases/{case.public_id}/bay"
    stranger = signed_in(b.a_person("stranger", "citizen"))
    manager = signed_in(town.officers["zone_manager"])
    assert stranger.post(path, {"bay": second.pk}).status_code == 404
    assert manager.post(path, {"bay": second.pk}).status_code == 404
    for bad in ("", "x", "9" * 50, str(first.pk)):
        assert mine.post(path, {"bay": bad}).status_code == 302
        assert request_of(case).bay == first
    mine.post(path, {"bay": second.pk})
    case.refresh_from_db()
    assert request_of(case).bay == second and case.place.equals(second.shape)
    assert mine.get(path).status_code == 405
    zone_case = t.a_draft(town, at=NOW)
    other = f"/parking/permits/cases/{zone_case.public_id}/bay"
    assert mine.post(other, {"bay": second.pk}).status_code == 404


def together(cases: list[Case], town: t.PermitTown) -> list[object]:
    """Hand all of them in at once, each in a thread with a connection of its own."""
    by = town.as_citizen()

    def done(case: Case) -> object:
        try:
            return hand_in(case_id=case.pk, by=by, at=MORNING).state
        except CannotMove as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(cases)) as pool:
        return list(pool.map(done, cases))


def drafts(town: t.PermitTown, many: int) -> list[Case]:
    bay = a_bay("b1", town.zone)
    return [t.attached(town, t.a_draft(town, **values(bay))) for _ in range(many)]


@pytest.mark.django_db(transaction=True)
def test_of_eight_that_hand_in_for_one_bay_at_once_one_has_it() -> None:
    town = t.a_permit_town()
    cases = drafts(town, 8)
    ends = together(cases, town)
    assert ends.count("zoning") == 1
    assert sum(isinstance(end, CannotMove) for end in ends) == 7
    states = sorted(Case.objects.values_list("state", flat=True))
    assert states == ["draft"] * 7 + ["zoning"]
    assert not ParkingPermit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_second_waits_for_the_first_and_the_control_without_the_lock_lets_both_in(
    monkeypatch,
) -> None:
    """The first has passed its check and not committed when the second comes."""
    town = t.a_permit_town()
    cases = drafts(town, 2)
    by = town.as_citizen()

    def first_and_second() -> list[object]:
        with ThreadPoolExecutor(1) as pool, transaction.atomic():
            first = hand_in(case_id=cases[0].pk, by=by, at=MORNING).state
            waiting = pool.submit(together, [cases[1]], town)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=1.5)
        return [first, *waiting.result(timeout=20)]

    states = first_and_second()
    assert states[0] == "zoning" and isinstance(states[1], CannotMove)
    Case.objects.update(state="draft", closed_at=None)
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows
    )
    with transaction.atomic():
        first = hand_in(case_id=cases[0].pk, by=by, at=MORNING).state
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(together, [cases[1]], town).result(timeout=20)
    assert [first, *second] == ["zoning", "zoning"]
