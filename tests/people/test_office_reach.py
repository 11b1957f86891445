"""Members of an office see the office's cases and bills, and no other's: page, API, database."""

import datetime as dt
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client

from municipality.asked import today
from municipality.billing.bills.models import Bill, BillLine
from municipality.cases.actions import move
from municipality.cases.models import Case, Party
from municipality.people.models import Consultancy, Membership, User
from tests.cases.builders import MORNING, Town, a_town, acting, an_extract
from tests.people.application import as_application
from tests.people.builders import a_citizen, a_member, an_office

pytestmark = pytest.mark.django_db
FUNCTION = "SELECT pg_get_functiondef('billing_bill_is_own'::regproc)"
PAYER_ALONE = """
CREATE OR REPLACE FUNCTION billing_bill_is_own(payer bigint, subject text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT coalesce(payer::text = nullif(current_setting('geo.person', true), ''), false) $$
"""
EVERYBODY_S = PAYER_ALONE.replace("coalesce(payer::text = ", "coalesce(true OR payer::text = ")


@dataclass
class Filed:
    """An office, one of its members, and what it filed for an owner."""

    office: Consultancy
    member: User
    case: Case
    bill: Bill


def filed(town: Town, code: str) -> Filed:
    """A case of an owner that an office filed, with the owner's bill."""
    office = an_office(code)
    member = a_member(f"member-{code}", office)
    owner = a_citizen(int(code) + 40)
    case = an_extract(town, person=owner)
    Party.objects.create(
        case=case, role="office", consultancy=office, name=office.name_ar, phone="", email=""
    )
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    bill = Bill.objects.get(subject=case.stream)
    return Filed(office, member, case, bill)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def seen_by(person: User) -> tuple[set[str], set[str], int]:
    """What cases and bills the database itself gives to somebody's request."""
    with as_application():
        signed_in(person).get("/api/session")
        cases = set(Case.objects.values_list("number", flat=True))
        bills = set(Bill.objects.values_list("number", flat=True))
        return cases, bills, BillLine.objects.count()


def test_members_see_the_office_s_cases_and_bills_in_their_things_and_no_other_s() -> None:
    town = a_town()
    a, b = filed(town, "1"), filed(town, "2")
    for mine, other in ((a, b), (b, a)):
        client = signed_in(mine.member)
        for path in ("/my/", "/en/my/"):
            page = client.get(path).content.decode()
            assert mine.case.number in page and mine.bill.number in page
            assert other.case.number not in page and other.bill.number not in page
        assert "باسم <bdi>" + mine.office.name_ar in client.get("/my/").content.decode()
        told = client.get("/api/cases").json()["cases"]
        assert [(one["number"], one["for"]) for one in told] == [
            (mine.case.number, mine.office.name_ar)
        ]
        whole = client.get(f"/api/cases/{mine.case.public_id}").json()
        assert [bill["number"] for bill in whole["bills"]] == [mine.bill.number]
        page = client.get(f"/cases/{mine.case.public_id}/").content.decode()
        assert f"/pay/{mine.bill.public_id}/" in page
        for gone in (f"/cases/{other.case.public_id}/", f"/api/cases/{other.case.public_id}"):
            assert client.get(gone).status_code == 404


def test_who_left_the_office_sees_nothing_of_it_any_more() -> None:
    mine = filed(a_town(), "1")
    Membership.objects.update(valid=(dt.date(2020, 1, 1), today()))
    client = signed_in(mine.member)
    assert mine.case.number not in client.get("/my/").content.decode()
    assert client.get(f"/cases/{mine.case.public_id}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_shows_each_office_its_own_cases_and_bills() -> None:
    town = a_town()
    a, b = filed(town, "1"), filed(town, "2")
    assert seen_by(a.member) == ({a.case.number}, {a.bill.number}, 1)
    assert seen_by(b.member) == ({b.case.number}, {b.bill.number}, 1)
    assert seen_by(a_citizen(9)) == (set(), set(), 0)
    assert seen_by(User.objects.get(username="citizen-41"))[1] == {a.bill.number}
    Membership.objects.filter(person=a.member).update(valid=(dt.date(2020, 1, 1), today()))
    assert seen_by(a.member) == (set(), set(), 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("wall", "count"), [(PAYER_ALONE, 0), (EVERYBODY_S, 2)])
def test_control_another_wall_shows_a_member_none_or_everybody_s(wall: str, count: int) -> None:
    town = a_town()
    a, _ = filed(town, "1"), filed(town, "2")
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        held = cursor.fetchone()[0]
        cursor.execute(wall)
    try:
        assert len(seen_by(a.member)[1]) == count
    finally:
        with connection.cursor() as cursor:
            cursor.execute(held)
    assert seen_by(a.member)[1] == {a.bill.number}
