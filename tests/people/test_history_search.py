"""The auditor searches the history by what a person knows: numbers, phones, names, days."""

import datetime as dt

import pytest
from django.test import Client

from municipality.asked import today
from municipality.billing.bills.models import Bill
from municipality.history.actions import record
from tests.billing.builders import a_bill
from tests.builders import a_person
from tests.cases.builders import MORNING, a_town, acting, an_extract

pytestmark = pytest.mark.django_db
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.fixture
def auditor() -> Client:
    client = Client()
    client.force_login(a_person("auditor"))
    return client


def streams(auditor: Client, **asked: str) -> set[str]:
    answer = auditor.get("/en/staff/history/", asked)
    assert answer.status_code == 200
    return {row["entry"].stream for row in answer.context["rows"]}


def test_a_case_is_found_by_its_number_in_any_digits(auditor) -> None:
    town = a_town()
    case, other = an_extract(town), an_extract(town)
    for text in (case.number, case.number.translate(ARABIC), case.number.lower().replace("-", " ")):
        assert streams(auditor, stream=text) == {case.stream}
    assert streams(auditor, stream=other.stream) == {other.stream}
    assert streams(auditor, stream="PX-2026-999999") == set()


def test_a_bill_is_found_by_its_number(auditor, settings) -> None:
    settings.BILL_PURPOSES = {"test_fee": "tests.billing.builders.fee_settled"}
    bill = a_bill()
    a_bill()
    assert Bill.objects.count() == 2
    assert streams(auditor, stream=bill.number) == {bill.stream}
    assert streams(auditor, stream=bill.number.translate(ARABIC).lower()) == {bill.stream}


def test_a_person_is_found_by_phone_and_user_name(auditor) -> None:
    town = a_town()
    citizen, clerk = town.citizen, town.registrar
    told = f"person/{clerk.pk}"
    record(stream=told, act="person.renamed", by=acting(citizen), at=MORNING)
    for text in (citizen.username, citizen.phone, "٩٢١٢٣٤٥٦", citizen.phone[4:], str(citizen.pk)):
        assert told in streams(auditor, person=text)
    assert streams(auditor, stream=clerk.username) == {told}  # to whom
    assert streams(auditor, person=clerk.username) == set()  # by whom


def test_days_the_wrong_way_round_are_told_in_words(auditor) -> None:
    day = today()
    turned = {"from": str(day), "to": str(day - dt.timedelta(days=1))}
    answer = auditor.get("/en/staff/history/", turned)
    assert answer.status_code == 422 and "“From” is later than “To”." in answer.content.decode()
    assert not answer.context["rows"]
    assert auditor.get("/staff/history/", {"from": str(day), "to": str(day)}).status_code == 200
