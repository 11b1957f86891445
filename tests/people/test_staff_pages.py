"""Administrators' people, offices and keys, the auditor's history: acts, records, refusals."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from municipality.actor import Actor
from municipality.asked import today
from municipality.history.models import Entry
from municipality.people import offices, second_factor
from municipality.people.contact import read_contact
from municipality.people.models import CodeAlarm, Consultancy, Membership, PartnerKey, User
from municipality.problems import Problem
from tests.builders import a_person
from tests.people.builders import MOBILE, a_citizen, a_factor, a_member, an_office

pytestmark = pytest.mark.django_db
ADDED = {
    "name_ar": "مكتب الواحة", "name_en": "Al Waha", "licence_number": "ENG-1",
    "licence_class": "first", "first": "2026-01-01", "last": "2099-12-31",
}  # fmt: skip


def as_(name: str, *roles: str) -> Client:
    client = Client()
    client.force_login(User.objects.filter(username=name).first() or a_person(name, *roles))
    return client


def acts(stream: str) -> list[str]:
    return list(Entry.objects.filter(stream=stream).order_by("seq").values_list("act", flat=True))


def path_of(person: User, act: str = "") -> str:
    return f"/staff/people/{person.pk}/{act}"


# people


def test_an_administrator_adds_a_person_whose_password_is_shown_once() -> None:
    admin = as_("admin")
    sent = {"username": "amal", "full_name": "أمل", "roles": ["cashier"], "phone": "92120033"}
    page = admin.post("/staff/people/add/", sent)
    password = re.search(r'<bdi class="n b ltr">(\w{14})</bdi>', page.content.decode())[1]
    amal = User.objects.get(username="amal")
    assert amal.check_password(password) and amal.roles == ["cashier"]
    assert acts(f"person/{amal.pk}") == ["person.added"]
    assert password not in admin.get(path_of(amal)).content.decode()
    again = admin.post("/staff/people/add/", sent)
    assert again.status_code == 422 and User.objects.filter(first_name="أمل").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("username", "أمل"),
        ("full_name", " "),
        ("roles", []),
        ("roles", ["king"]),
        ("phone", "12"),
    ],
)
def test_a_wrong_field_adds_nobody(field, value) -> None:
    sent = {"username": "amal", "full_name": "أمل", "roles": ["cashier"], field: value}
    assert as_("admin").post("/staff/people/add/", sent).status_code == 422
    assert not User.objects.filter(first_name="أمل").exists()


def test_roles_are_changed_on_the_record_and_end_the_sessions() -> None:
    clerk, admin = a_person("registrar"), as_("admin")
    held = as_("registrar")
    assert held.get("/account/").status_code == 200
    admin.post(path_of(clerk, "roles"), {"roles": ["cashier", "supervisor"]})
    clerk.refresh_from_db()
    assert clerk.roles == ["cashier", "supervisor"] and held.get("/account/").status_code == 302
    entry = Entry.objects.get(stream=f"person/{clerk.pk}")
    assert (entry.act, entry.facts["from"]) == ("person.roles_changed", ["registrar"])
    assert entry.person_name == "admin" and entry.role == "admin"


@pytest.mark.parametrize("act", ["roles", "disable", "factor"])
def test_nobody_changes_themselves(act) -> None:
    admin = as_("admin")
    me = User.objects.get(username="admin")
    a_factor(me)
    answer = admin.post(
        path_of(me, act), {"roles": ["admin", "auditor"], "reason": "x", "to": "disabled"}
    )
    me.refresh_from_db()
    assert answer.status_code == 403 and me.roles == ["admin"] and me.is_active
    assert second_factor.is_enrolled(me)


def test_a_forgotten_password_is_replaced_on_the_record_and_shown_once() -> None:
    clerk, admin, held = a_person("registrar"), as_("admin"), as_("registrar")
    page = admin.post(path_of(clerk, "password")).content.decode()
    clerk.refresh_from_db()
    assert clerk.check_password(re.search(r'<bdi class="n b ltr">(\w{14})</bdi>', page)[1])
    assert held.get("/account/").status_code == 302
    assert acts(f"person/{clerk.pk}") == ["person.password_reset"]
    me = User.objects.get(username="admin")
    assert admin.post(path_of(me, "password")).status_code == 403


def test_what_a_person_sees_is_kept_by_no_cache() -> None:
    for client, kept in ((as_("admin"), True), (Client(), False)):
        told = client.get("/zone/").headers.get("Cache-Control", "")
        assert ("no-store" in told) is kept


def test_a_disabled_person_is_out_at_once_and_can_be_let_in_again() -> None:
    clerk, admin, held = a_person("registrar"), as_("admin"), as_("registrar")
    admin.post(path_of(clerk, "disable"), {"to": "disabled", "reason": "left"})
    assert held.get("/account/").status_code == 302
    admin.post(path_of(clerk, "disable"), {"to": "active", "reason": "back"})
    assert acts(f"person/{clerk.pk}") == ["person.disabled", "person.enabled"]
    clerk.refresh_from_db()
    assert clerk.is_active


def test_a_second_factor_is_reset_by_two_administrators_only() -> None:
    clerk, first, second = a_person("registrar"), as_("admin"), as_("admin2", "admin")
    a_factor(clerk)
    first.post(path_of(clerk, "factor"))
    assert first.post(path_of(clerk, "factor")).status_code == 403
    assert second_factor.is_enrolled(clerk)
    second.post(path_of(clerk, "factor"))
    assert not second_factor.is_enrolled(clerk)
    assert acts(f"person/{clerk.pk}") == ["person.factor_reset_asked", "person.factor_reset"]


def test_control_without_four_eyes_one_administrator_would_do(monkeypatch) -> None:
    from django.db import IntegrityError

    clerk, first = a_person("registrar"), as_("admin")
    a_factor(clerk)
    first.post(path_of(clerk, "factor"))
    monkeypatch.setattr("municipality.people.persons.four_eyes", lambda a, b, *, on: None)
    with pytest.raises(IntegrityError):  # the database refuses it too
        first.post(path_of(clerk, "factor"))


def test_every_look_at_contact_data_leaves_a_row_and_none_is_shown_without() -> None:
    admin = as_("admin")
    people = [
        a_citizen(n, civil_number=f"9000{n:04d}", email=f"c{n}@example.org") for n in range(1, 6)
    ]
    for person in people:
        pages = [admin.get(path_of(person)), admin.get("/staff/people/"),
                 admin.post(path_of(person, "contact"), {"reason": "  "})]  # fmt: skip
        for page in pages:
            body = page.content.decode()
            assert person.civil_number not in body and person.email not in body
            assert person.phone[4:] not in body.replace(" ", "")
        assert pages[2].status_code == 422
        told = admin.post(path_of(person, "contact"), {"reason": "called back"}).content.decode()
        assert person.civil_number in told and person.email in told
    looks = Entry.objects.filter(act="read_contact")
    assert {row.stream for row in looks} == {f"person/{person.pk}" for person in people}
    assert looks.count() == 5 and {row.facts["reason"] for row in looks} == {"called back"}


def test_a_look_that_cannot_be_recorded_shows_nothing(monkeypatch) -> None:
    person, by = a_citizen(1), Actor(1, "x", "admin")

    def fails(**told) -> None:
        raise RuntimeError("no history")

    monkeypatch.setattr("municipality.people.contact.record", fails)
    with pytest.raises(RuntimeError):
        read_contact(person.pk, by=by, reason="x", at=timezone.now())


def test_the_alarm_of_pumped_codes_is_on_the_page_until_seen() -> None:
    alarm = CodeAlarm.objects.create(began_at=timezone.now(), sent=250, used=1)
    admin = as_("admin")
    assert 'role="alert"' in admin.get("/staff/people/").content.decode()
    admin.post(f"/staff/alarms/{alarm.pk}/seen")
    assert 'role="alert"' not in admin.get("/staff/people/").content.decode()
    alarm.refresh_from_db()
    assert alarm.seen_by.username == "admin"


# offices


def test_an_office_is_registered_changed_and_every_act_recorded() -> None:
    admin = as_("admin")
    to = admin.post("/staff/offices/add/", ADDED)["Location"]
    office = Consultancy.objects.get()
    assert to == f"/staff/offices/{office.public_id}/" and admin.get(to).status_code == 200
    admin.post(f"{to}change/", {**ADDED, "last": "2030-06-30"})
    admin.post(f"{to}pilot", {"to": "in"})
    assert admin.post(f"{to}suspend", {"to": "suspended", "why": ""}).status_code == 422
    admin.post(f"{to}suspend", {"to": "suspended", "why": "الرخصة"})
    admin.post(f"{to}suspend", {"to": "active"})
    assert acts(f"office/{office.pk}") == [
        "office.added", "office.changed", "office.in_pilot", "office.suspended", "office.reinstated",
    ]  # fmt: skip
    office.refresh_from_db()
    assert office.licence_valid.upper == dt.date(2030, 7, 1) and office.is_pilot


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_ar", ""),
        ("licence_class", "fourth"),
        ("first", "soon"),
        ("last", "2025-01-01"),
        ("phone", "1"),
    ],
)
def test_a_wrong_field_registers_no_office(field, value) -> None:
    answer = as_("admin").post("/staff/offices/add/", {**ADDED, field: value})
    assert answer.status_code == 422 and not Consultancy.objects.exists()


def test_a_licence_number_belongs_to_one_office() -> None:
    admin = as_("admin")
    admin.post("/staff/offices/add/", ADDED)
    assert admin.post("/staff/offices/add/", {**ADDED, "name_ar": "آخر"}).status_code == 422
    assert Consultancy.objects.count() == 1


def test_the_pilot_group_files_first_and_all_later_and_a_suspended_office_never() -> None:
    admin = as_("admin")
    pilot, other = an_office("1", is_pilot=True), an_office("2")
    over = an_office("3", is_pilot=True, licence_valid=(dt.date(2020, 1, 1), today()))

    def files() -> list[bool]:
        return [offices.why_not(Consultancy.objects.get(pk=one.pk), on=today()) is None
                for one in (pilot, other, over)]  # fmt: skip

    assert files() == [True, False, False]
    admin.post("/staff/offices/switch", {"whom": "all"})
    assert files() == [True, True, False]
    admin.post(f"/staff/offices/{pilot.public_id}/suspend", {"to": "suspended", "why": "x"})
    assert files() == [False, True, False]
    with pytest.raises(Problem) as refused:
        offices.check_may_file(pilot.pk, on=today())
    assert refused.value.code == "office_may_not_file"
    admin.post("/staff/offices/switch", {"whom": "anything"})
    assert files() == [False, False, False]


def test_members_come_and_go_and_see_the_office_only_while_they_belong() -> None:
    from municipality.people.acting_person import office_ids

    admin, office = as_("admin"), an_office("1")
    person = a_person("huda", "office")
    User.objects.filter(pk=person.pk).update(phone=MOBILE.format(9))
    to = f"/staff/offices/{office.public_id}/members"
    assert admin.post(to, {"member": "nobody"}).status_code == 422
    admin.post(to, {"member": "٩٢١٢٠٠٠٩"})
    assert office_ids(person, on=today()) == (office.pk,)
    assert admin.post(to, {"member": "huda"}).status_code == 422
    member = Membership.objects.get()
    Membership.objects.update(valid=(dt.date(2026, 1, 1), None))
    admin.post(f"{to}/{member.pk}/end")
    assert office_ids(person, on=today()) == ()
    assert office_ids(person, on=today() - dt.timedelta(days=1)) == (office.pk,)
    assert acts(f"office/{office.pk}") == ["office.member_added", "office.member_ended"]


def test_a_membership_of_another_office_is_not_ended_by_its_number() -> None:
    mine, other = an_office("1"), an_office("2")
    a_member("m2", other)
    held = Membership.objects.get()
    as_("admin").post(f"/staff/offices/{mine.public_id}/members/{held.pk}/end")
    assert Membership.objects.get().valid.upper is None


# keys: made on the page


def test_a_key_is_shown_once_and_only_its_digest_is_kept() -> None:
    admin = as_("admin")
    sent = {"name": "شريك", "grants": ["plots"], "last": "2099-01-01", "per_minute": "٣٠"}
    page = admin.post("/staff/keys/", sent).content.decode()
    key = re.search(r"geo_\w{10}_[\w-]{32}", page)[0]
    held = PartnerKey.objects.get()
    assert key.split("_", 2)[2] not in str(held.__dict__) and held.per_minute == 30
    assert key not in admin.get("/staff/keys/").content.decode()
    admin.post(f"/staff/keys/{held.prefix}/revoke")
    assert acts(f"partner_key/{held.pk}") == ["partner_key.issued", "partner_key.revoked"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("grants", []),
        ("grants", ["money"]),
        ("last", "2001-01-01"),
        ("per_minute", "0"),
        ("per_minute", "1_0"),
    ],
)
def test_a_wrong_field_makes_no_key(field, value) -> None:
    sent = {
        "name": "x",
        "grants": ["plots"],
        "last": "2099-01-01",
        "per_minute": "30",
        field: value,
    }
    assert as_("admin").post("/staff/keys/", sent).status_code == 422
    assert not PartnerKey.objects.exists()


# the auditor


def test_the_auditor_finds_acts_by_stream_person_act_and_day() -> None:
    admin, auditor = as_("admin"), as_("auditor")
    clerk = a_person("registrar")
    admin.post(path_of(clerk, "disable"), {"to": "disabled", "reason": "left"})
    office = an_office("1")
    admin.post(f"/staff/offices/{office.public_id}/pilot", {"to": "in"})
    boss = User.objects.get(username="admin")

    def found(**asked: str) -> list[str]:
        return [row["entry"].act for row in auditor.get("/staff/history/", asked).context["rows"]]

    both = ["office.in_pilot", "person.disabled"]
    assert found() == found(person="admin") == found(person=str(boss.pk)) == both
    assert found(stream=f"office/{office.pk}") == ["office.in_pilot"]
    assert found(act="person.disabled") == ["person.disabled"]
    assert found(**{"from": str(today())}) == both
    assert found(to=str(today() - dt.timedelta(days=1))) == []
    assert auditor.get("/staff/history/", {"from": "soon"}).status_code == 422
    for junk in ("'", "\x00", "9" * 40, "%", "٢٠"):
        assert auditor.get("/staff/history/", {"person": junk, "before": junk}).status_code == 200


def test_the_auditor_verifies_and_is_shown_where_it_does_not_hold(tmp_path, settings) -> None:
    from tests.history.builders import some_history, tampering

    settings.GEO_HEADS_DIR = tmp_path
    some_history()
    auditor = as_("auditor")
    assert auditor.post("/staff/history/verify").context["checked"]["count"] == 0
    with tampering() as cursor:
        cursor.execute("UPDATE history_entry SET act = 'x' WHERE stream = 'case/2' AND seq = 2")
    page = auditor.post("/staff/history/verify")
    assert page.context["checked"]["count"] == 1 and "case/2" in page.content.decode()


def test_the_auditor_writes_nothing(client) -> None:
    """Every address that writes is closed to the role, but for one's own account."""
    from tests.geo_portal.test_access_matrix import guarded_paths

    auditor = as_("auditor")
    writing = [path for path, allowed in guarded_paths() if "auditor" in allowed]
    assert "/staff/history/verify" in writing
    before = Entry.objects.count()
    auditor.post("/staff/history/verify")
    assert Entry.objects.count() == before
