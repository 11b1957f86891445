"""No page of the staff shows how a citizen is reached, unless a row says who looked and why."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from geo_portal.home.account_views import KINDS
from municipality.asked import today
from municipality.billing.bills.models import Bill
from municipality.cases.actions import move
from municipality.cases.models import Case
from municipality.history.models import Entry
from municipality.jobs.models import Schedule
from municipality.notices.models import Message
from municipality.notices.outbox import Recipient, queue
from municipality.people import lost_phones
from municipality.people.access import SIGNED_IN
from municipality.people.contact import without_contacts
from municipality.people.delegations import Wish, delegate
from municipality.people.models import Consultancy, User
from municipality.people.roles import CODES
from municipality.phones import shown
from tests.builders import a_person
from tests.cases.builders import a_town, acting
from tests.geo_portal.test_access_matrix import guarded
from tests.jobs.builders import note
from tests.people.builders import MOBILE, a_citizen, a_member, an_office
from tests.people.test_cross_object import PART

pytestmark = pytest.mark.django_db
STAFF = [role for role in CODES if role not in ("citizen", "office")]
# Who has pages of their own alone, and somebody who holds every role and so opens every page.
LOOKERS = {"everyone": STAFF} | {
    role: [role]
    for role in ("registrar", "agent", "hall", "cashier", "supervisor", "auditor", "admin")
}
BETWEEN = re.compile(r"[\s\u200e\u200f\u2066-\u2069\u00a0()‑-]")
NEW = MOBILE.format(77)


@pytest.fixture
def case() -> Case:
    """A city in which a citizen's number stands wherever one may: case, bill, messages, jobs."""
    town, at = a_town(), timezone.now()
    giver, taker = town.citizen, a_citizen(2, email="rashid@example.org", civil_number="90000002")
    User.objects.filter(pk=giver.pk).update(email="salim@example.org", civil_number="90000001")
    wish = Wish(str(taker.phone), tuple(KINDS), today(), today() + dt.timedelta(days=9))
    held = delegate(giver, wish, by=acting(giver), at=at, on=today())
    client = Client()
    client.force_login(taker)
    client.post(f"/plots/{town.plot.pk}/extract/", {"for": held.public_id})
    made = Case.objects.get()
    move(case_id=made.pk, edge="accept", by=acting(town.registrar), at=at)
    admin = a_person("admin")
    a_member("huda", an_office("1"))
    lost_phones.ask(giver, NEW, "lost", by=acting(admin), at=at)
    to = Recipient(phone="", email="salim@example.org", language="ar", person_id=giver.pk)
    values = {"number": made.number, "plot": "2417", "due": "-"}
    queue(template="plot_extract.submit.applicant", to=to, values=values, key="mail", at=at,
          about=made.stream)  # fmt: skip
    wrong = f"SMTPRecipientsRefused: salim@example.org, {giver.phone}"
    note.enqueue("x")
    _fail(wrong)
    Schedule.objects.create(name="municipality.cases.jobs.watch_clocks", ran_at=at, error=wrong)
    return made


def _fail(error: str) -> None:
    """Let the one job have failed with words of another server."""
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    DBTaskResult.objects.update(
        status="FAILED", traceback=error, exception_class_path="builtins.ValueError",
        started_at=now, finished_at=now,
    )  # fmt: skip


def secrets_of_citizens() -> set[str]:
    """What no page may show: the digits of numbers, addresses, civil numbers."""
    citizens = User.objects.filter(roles__contains=["citizen"])
    found = {NEW[-8:]}
    for phone, email, civil in citizens.values_list("phone", "email", "civil_number"):
        found |= {str(phone)[-8:], email, civil}
    return found - {"", "None"}


def leaks(body: str) -> set[str]:
    plain = BETWEEN.sub("", re.sub(r"<[^>]{0,200}>", "", body)) + BETWEEN.sub("", body)
    return {one for one in secrets_of_citizens() if one in plain}


def ids() -> dict[str, list[str]]:
    """What stands in the addresses of pages: the ids of what is there, by the kind of value."""
    keys = User.objects.order_by("pk").values_list("pk", flat=True)
    things = [*Case.objects.all(), *Bill.objects.all(), *Consultancy.objects.all()]
    words = [*(one.public_id for one in things), "plot_extract.submit.applicant", "seeb"]
    plots = [str(case.plot_id) for case in Case.objects.all()]
    return {"int": [*map(str, keys), *plots, str(today().year)], "str": words}


def leaking(who: str, at: str = "") -> dict[str, set[str]]:
    """The pages (those ``at`` an address) that show what they may not, asked with every id."""
    client, found, whole, known = Client(), {}, 0, ids()
    person = User.objects.filter(username=who).first()
    client.force_login(person or a_person(who, *LOOKERS[who]))
    for method, route, allowed in guarded():
        if method != "GET" or at not in route or not {*LOOKERS[who], SIGNED_IN} & set(allowed):
            continue
        kinds = [m[1] or "str" for m in PART.finditer(route)][:1]
        for value in known.get(kinds[0], ["1"]) if kinds else [""]:
            path = "/" + PART.sub(value, route.replace("^", ""))
            answer = client.get(path)
            if answer.status_code == 405:
                break  # an act, no page
            whole += answer.status_code == 200
            here = set() if answer.streaming else leaks(answer.content.decode(errors="replace"))
            found |= {path: here} if here else {}
    assert whole, f"{who} saw no page: the test asks wrongly"
    return found


@pytest.mark.parametrize("who", LOOKERS)
def test_no_page_of_the_staff_shows_a_citizen_s_contact_data(case: Case, who: str) -> None:
    assert leaking(who) == {}
    assert not Entry.objects.filter(act="read_contact").exists()


@pytest.mark.parametrize(
    ("role", "where", "page"),
    [
        ("auditor", "geo_portal.staff.message_views.masked", "messages"),
        ("supervisor", "geo_portal.staff.message_views.masked_email", "messages"),
        ("registrar", "geo_portal.casework.case_page_views.masked", "cases/"),
        ("admin", "geo_portal.staff.people_views.masked", "staff/people/"),
        ("admin", "geo_portal.staff.jobs_views.without_contacts", "jobs"),
    ],
)
def test_control_a_page_that_shows_one_is_found(case: Case, monkeypatch, role, where, page) -> None:
    monkeypatch.setattr(where, lambda text: text)
    found = leaking(role, at=page)
    assert found and all(page in path for path in found)


def test_an_officer_of_a_case_is_shown_the_numbers_with_a_reason_on_the_record(case: Case) -> None:
    client = Client()
    client.force_login(User.objects.get(username="registrar"))
    path = f"/cases/{case.public_id}/"
    page = client.get(path).content.decode()
    assert "•••• 3456" in page and f"{path}contact" in page and not leaks(page)
    empty = client.post(f"{path}contact", {"reason": " "})
    assert empty.status_code == 422 and not leaks(empty.content.decode())
    assert not Entry.objects.filter(act="read_contact").exists()
    told = client.post(f"{path}contact", {"reason": "رقم الكروكي ناقص"}).content.decode()
    giver = User.objects.get(username="citizen")
    assert shown(str(giver.phone)) in told and "salim@example.org" in told
    assert "90000001" not in told  # the civil number is of no use for calling somebody
    rows = Entry.objects.filter(act="read_contact")
    assert {row.stream for row in rows} == {f"person/{one.person_id}" for one in case.parties.all()}
    assert {row.facts["reason"] for row in rows} == {f"{case.number}: رقم الكروكي ناقص"}
    assert not leaks(client.get(path).content.decode())


@pytest.mark.parametrize("role", ["supervisor", "auditor", "agent", "hall"])
def test_who_only_watches_a_case_is_shown_no_number(case: Case, role: str) -> None:
    client = Client()
    client.force_login(a_person(role))
    path = f"/cases/{case.public_id}/"
    assert f"{path}contact" not in client.get(path).content.decode()
    assert client.post(f"{path}contact", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("who", ["the applicant", "a stranger"])
def test_nobody_else_asks_for_contact_data_by_a_case(case: Case, who: str) -> None:
    client = Client()
    client.force_login(
        User.objects.get(username="citizen") if who == "the applicant" else a_citizen(9)
    )
    assert client.post(f"/cases/{case.public_id}/contact", {"reason": "x"}).status_code == 404
    assert not Entry.objects.filter(act="read_contact").exists()


def test_a_look_that_cannot_be_recorded_shows_no_number(case: Case, monkeypatch) -> None:
    def fails(**told) -> None:
        raise RuntimeError("no history")

    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="registrar"))
    monkeypatch.setattr("municipality.people.contact.record", fails)
    answer = client.post(f"/cases/{case.public_id}/contact", {"reason": "x"})
    assert answer.status_code == 500 and not leaks(answer.content.decode())


def test_the_demo_s_telephones_list_its_own_people_only_and_exist_in_a_demo_only(
    case: Case, monkeypatch
) -> None:
    visitor = str(User.objects.get(username="citizen-2").phone)  # came in by their own phone
    Message.objects.update(sent_at=timezone.now(), state="delivered")
    assert Client().get("/phone/").status_code == 404
    monkeypatch.setattr("geo_portal.staff.phone_views.is_demo", lambda: True)
    page = Client().get("/phone/").content.decode()
    assert shown(MOBILE.format(0))[:4] in page and visitor[-8:] not in BETWEEN.sub("", page)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("to +96892123456.", "to +968 •••• 3456."),
        ("<salim.h@mail.example.org>", "<s••••@mail.example.org>"),
        ("line 96892123456 of 2026-11-28", "line 96892123456 of 2026-11-28"),
    ],
)
def test_words_of_other_servers_are_shown_without_numbers_and_addresses(text, safe) -> None:
    assert without_contacts(text) == safe
