"""Mandates written down and ended by the registration clerk: by whom, when, and of which title."""

import datetime as dt
import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from municipality.asked import today
from municipality.cases.conversation import NotSaid
from municipality.cases.models import Case
from municipality.history.models import Entry
from municipality.problems import Problem
from municipality.reach import NOBODY, Viewer, look_as
from plots.building_permits import mandates
from plots.building_permits.actions import Owner
from plots.building_permits.mandates import Told, end_mandate, register_mandate
from plots.models import TitleMandate
from tests import builders as b
from tests.building_permits import office as o
from tests.cases.builders import MORNING, acting
from tests.geo_portal.test_junk import FORM, JUNK
from tests.people.application import as_application
from tests.plots.titles import a_title

pytestmark = pytest.mark.django_db
AGENT = Owner("راشد بن علي الجابري", "", "87654321")
PAPER = "وكالة 117/2026، 3/2/2026، الكاتب بالعدل بالسيب"


def waiting(town: o.PermitTown, **values) -> Case:
    """An application at the registration section."""
    return o.until(town, o.an_application(town, **values), "registration")


def told(title_id: int, **values) -> Told:
    """A mandate as its paper says it."""
    facts = {
        "name": AGENT.name, "civil_number": AGENT.civil_number, "paper": PAPER,
        "first": dt.date(2026, 2, 3), **values,
    }  # fmt: skip
    return Told(title_id, **facts)


def form(title_id: object, **values: str) -> dict[str, str]:
    """The form as the clerk sends it."""
    return {
        "title": str(title_id), "name": AGENT.name, "civil_number": "٨٧٦٥٤٣٢١", "paper": PAPER,
        "first": "2026-02-03", "last": "", **values,
    }  # fmt: skip


def client_of(town: o.PermitTown, role: str = "registrar") -> Client:
    """An officer's browser."""
    client = Client()
    client.force_login(town.officers[role])
    return client


def screen(case: Case) -> str:
    """The address of the screen in English."""
    return f"/en/cases/{case.public_id}/registration/"


def test_the_clerk_registers_a_mandate_and_the_agent_acts_by_it() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case, client = waiting(town, owner=AGENT), client_of(town)
    before = client.get(screen(case)).content.decode()
    assert "Not one of its owners" in before and "Register a mandate" in before
    answer = client.post(f"{screen(case)}mandates/", form(title.pk))
    assert answer.status_code == 302 and answer["Location"] == screen(case)
    (made,) = TitleMandate.objects.all()
    assert (made.title, made.name, made.civil_number) == (title, AGENT.name, AGENT.civil_number)
    assert made.entered_by == town.officers["registrar"] and made.entered_at is not None
    assert (made.valid.lower, made.last_day, made.batch) == (dt.date(2026, 2, 3), None, None)
    text = client.get(screen(case)).content.decode()
    assert "Acts by mandate" in text and "Not one of its owners" not in text
    assert PAPER in text and "In force" in text
    assert "•••••321" in text and AGENT.civil_number not in text
    entry = Entry.objects.get(stream=case.stream, act="register_mandate")
    assert entry.facts == {
        "mandate": made.pk, "deed": "D-1", "first": "2026-02-03", "last": None,
    }  # fmt: skip
    assert AGENT.name not in json.dumps(entry.facts, ensure_ascii=False)


def test_a_mandate_is_ended_on_a_day_and_stays_on_record() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case, client = waiting(town, owner=AGENT), client_of(town)
    made = register_mandate(
        case_id=case.pk, told=told(title.pk), by=town.officer("registrar"), at=MORNING
    )
    answer = client.post(f"{screen(case)}mandates/{made.pk}/end/", {"ends": "2026-10-31"})
    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.last_day == dt.date(2026, 10, 31)
    assert made.ended_by == town.officers["registrar"]
    text = client.get(screen(case)).content.decode()
    assert "Ended" in text and "In force" not in text and "End this mandate" not in text
    assert "Not one of its owners" in text and "Acts by mandate" not in text
    entry = Entry.objects.get(stream=case.stream, act="end_mandate")
    assert (entry.facts["mandate"], entry.facts["last"]) == (made.pk, "2026-10-31")


def test_a_mandate_that_has_not_begun_is_shown_as_such_and_holds_nothing() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    first = today() + dt.timedelta(days=30)
    TitleMandate.objects.create(
        title=title, name=AGENT.name, civil_number=AGENT.civil_number, source=PAPER,
        valid=(first, None),
    )  # fmt: skip
    text = client_of(town).get(screen(waiting(town, owner=AGENT))).content.decode()
    assert "Not begun yet" in text and "In force" not in text
    assert "Acts by mandate" not in text and "End this mandate" in text


@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({"name": " \u200b"}, "name", "Write the name"), ({"paper": ""}, "paper", "Write the paper"),
        ({"name": "س" * 201}, "name", "More than 200"), ({"first": ""}, "first", "Write the day"),
        ({"first": "3.2.2026"}, "first", "Write a date"), ({"last": "x"}, "last", "Write a date"),
        ({"last": "2026-02-02"}, "last", "before the first"),
        ({"civil_number": "A12"}, "civil_number", "digits only"),
        ({"civil_number": "²"}, "civil_number", "digits only"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_form_stands_beside_its_field_and_nothing_is_lost(
    values: dict[str, str], field: str, why: str
) -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case = waiting(town)
    answer = client_of(town).post(f"{screen(case)}mandates/", form(title.pk, **values))
    text = answer.content.decode()
    assert answer.status_code == 422 and not TitleMandate.objects.exists()
    assert f'id="{title.pk}-{field}-error"' in text and why in text
    assert f'href="#{title.pk}-{field}"' in text and "Nothing was saved" in text
    assert "2026-02-03" in text or field == "first"


def test_a_mandate_is_written_down_once() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case, client = waiting(town), client_of(town)
    assert client.post(f"{screen(case)}mandates/", form(title.pk)).status_code == 302
    again = client.post(f"{screen(case)}mandates/", form(title.pk))
    assert again.status_code == 422 and "on record already" in again.content.decode()
    assert TitleMandate.objects.count() == 1


@pytest.mark.parametrize(
    ("day", "why"),
    [("2026-02-02", "before the first"), ("2026-12-31", "not made longer"), ("", "Write the day")],
)
def test_a_last_day_is_not_before_the_first_nor_later_than_the_one_there_is(
    day: str, why: str
) -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case, by = waiting(town), town.officer("registrar")
    last = dt.date(2026, 12, 31)
    made = register_mandate(case_id=case.pk, told=told(title.pk, last=last), by=by, at=MORNING)
    answer = client_of(town).post(f"{screen(case)}mandates/{made.pk}/end/", {"ends": day})
    assert answer.status_code == 422 and why in answer.content.decode()
    made.refresh_from_db()
    assert made.last_day == last and made.ended_by is None


def test_without_a_title_on_record_there_is_no_form_and_nothing_is_taken() -> None:
    town = o.a_permit_town()
    case, client = waiting(town), client_of(town)
    assert "Register a mandate" not in client.get(screen(case)).content.decode()
    for title in ("", "1", "x", "9" * 30):
        assert client.post(f"{screen(case)}mandates/", form(title)).status_code == 404
    assert not TitleMandate.objects.exists()


def test_the_titles_of_other_plots_and_of_other_days_are_not_the_clerk_s_to_touch() -> None:
    town = o.a_permit_town()
    ended = a_title(town.plot, "D-0", valid=(dt.date(2000, 1, 1), dt.date(2020, 1, 1)))
    a_title(town.plot, "D-1", valid=(dt.date(2020, 1, 1), None))
    foreign = a_title(b.a_plot("k9", b.square(300, 300), number="9"), "D-9")
    case, client = waiting(town), client_of(town)
    for title in (ended, foreign):
        assert client.post(f"{screen(case)}mandates/", form(title.pk)).status_code == 404
        held = TitleMandate.objects.create(
            title=title, name="وكيل", source=PAPER, valid=(dt.date(2026, 1, 1), None)
        )
        ends = client.post(f"{screen(case)}mandates/{held.pk}/end/", {"ends": "2026-02-01"})
        assert ends.status_code == 404
        held.refresh_from_db()
        assert held.last_day is None
    assert client.post(f"{screen(case)}mandates/0/end/", {"ends": "2026-02-01"}).status_code == 404


def test_only_who_decides_the_registration_sees_the_form_and_acts() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case = waiting(town)
    assert (
        "Register a mandate" not in client_of(town, "approver").get(screen(case)).content.decode()
    )
    member = Client()
    member.force_login(town.member)
    for client in (client_of(town, "approver"), client_of(town, "architect"), member):
        assert client.post(f"{screen(case)}mandates/", form(title.pk)).status_code == 404
        assert (
            client.post(f"{screen(case)}mandates/1/end/", {"ends": "2026-02-01"}).status_code == 404
        )
    assert client_of(town).get(f"{screen(case)}mandates/").status_code == 405
    for role in ("approver", "architect"):
        with pytest.raises(NotSaid):
            register_mandate(
                case_id=case.pk, told=told(title.pk), by=town.officer(role), at=MORNING
            )
    assert not TitleMandate.objects.exists()


def test_a_clerk_who_holds_two_roles_and_one_who_is_a_party() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case = waiting(town)
    both = b.a_person("both", "architect", "registrar")
    client = Client()
    client.force_login(both)
    assert "Register a mandate" in client.get(screen(case)).content.decode()
    assert client.post(f"{screen(case)}mandates/", form(title.pk)).status_code == 302
    case.parties.filter(role="owner").update(person=town.officers["registrar"])
    with pytest.raises(NotSaid):
        register_mandate(
            case_id=case.pk, told=told(title.pk, paper="وكالة 9"),
            by=town.officer("registrar"), at=MORNING,
        )  # fmt: skip


def test_before_and_after_its_registration_a_case_takes_no_mandate() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case, client = waiting(town), client_of(town)
    o.moved(town, case, "return_registration", "registrar", text="أرفقوا السند")
    assert "Register a mandate" not in client.get(screen(case)).content.decode()
    answer = client.post(f"{screen(case)}mandates/", form(title.pk), follow=True)
    assert "while the registration section has the transaction" in answer.content.decode()
    assert not TitleMandate.objects.exists()


def test_the_control_without_the_guard_an_architect_gives_anyone_a_mandate(monkeypatch) -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case = waiting(town)
    monkeypatch.setattr(mandates, "has_registration", lambda *_, **__: True)
    register_mandate(case_id=case.pk, told=told(title.pk), by=town.officer("architect"), at=MORNING)
    assert TitleMandate.objects.get().entered_by == town.officers["architect"]


def test_the_control_without_asking_whose_title_it_is_a_clerk_ends_any_mandate(
    monkeypatch,
) -> None:
    town = o.a_permit_town()
    foreign = a_title(b.a_plot("k9", b.square(300, 300), number="9"), "D-9")
    held = TitleMandate.objects.create(
        title=foreign, name="وكيل", source=PAPER, valid=(dt.date(2026, 1, 1), None)
    )
    case, by = waiting(town), town.officer("registrar")
    ending = {
        "case_id": case.pk, "mandate_id": held.pk, "last": dt.date(2026, 2, 1), "by": by,
        "at": MORNING,
    }  # fmt: skip
    with pytest.raises(Problem):
        end_mandate(**ending)
    monkeypatch.setattr(mandates, "_title", lambda *_, **__: foreign)
    assert end_mandate(**ending).last_day == dt.date(2026, 2, 1)


@pytest.mark.django_db(transaction=True)
def test_the_portal_s_own_role_writes_a_mandate_that_nobody_else_sees() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case, client = waiting(town), client_of(town)
    with as_application():
        assert client.post(f"{screen(case)}mandates/", form(title.pk)).status_code == 302
        text = client.get(screen(case)).content.decode()
        assert PAPER in text
        look_as(Viewer("staff"))
        held = TitleMandate.objects.get()
        look_as(NOBODY)
        assert not TitleMandate.objects.exists()
        ends = client.post(f"{screen(case)}mandates/{held.pk}/end/", {"ends": "2026-10-31"})
        assert ends.status_code == 302
    assert TitleMandate.objects.get().last_day == dt.date(2026, 10, 31)


def test_no_junk_in_the_forms_is_a_fault_of_ours() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    case, by = waiting(town), acting(town.officers["registrar"], "registrar")
    held = register_mandate(case_id=case.pk, told=told(title.pk), by=by, at=MORNING)
    client = client_of(town)

    def status(path: str, **values: str) -> int:
        sent = {name: text.encode("utf-8", "surrogatepass") for name, text in values.items()}
        return client.post(f"{screen(case)}mandates/{path}", urlencode(sent), FORM).status_code

    for number, junk in enumerate(JUNK):
        for field in ("title", "name", "civil_number", "paper", "first", "last"):
            values = {**form(title.pk), "paper": f"وكالة {field} {number}", field: junk}
            assert status("", **values) in (302, 404, 422), (field, junk[:20])
        assert status(f"{held.pk}/end/", ends=junk) in (302, 422), junk[:20]
