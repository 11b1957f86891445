"""A lost phone: two administrators, the number typed twice, the old one told, sessions over."""

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from municipality.history.models import Entry
from municipality.notices.models import Message
from municipality.people import lost_phones
from municipality.people.models import PhoneChange, User
from municipality.problems import Problem
from tests.builders import a_person
from tests.cases.builders import acting
from tests.people.builders import MOBILE, a_citizen

pytestmark = pytest.mark.django_db
NEW = {"phone": "٩٢١٢ ٠٠٧٧", "reason": "سُرق هاتفه؛ حضر ببطاقته"}
NEW_E164 = MOBILE.format(77)


def as_(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.filter(username=name).first() or a_person(name, "admin"))
    return client


def path_of(person: User, act: str = "phone") -> str:
    return f"/staff/people/{person.pk}/{act}"


def test_a_lost_phone_is_set_by_two_administrators_and_the_old_number_is_told() -> None:
    person, held = a_citizen(1), Client()
    held.force_login(person)
    first, second = as_("admin"), as_("admin2")
    assert first.post(path_of(person), NEW).status_code == 302
    person.refresh_from_db()
    assert person.phone == MOBILE.format(1) and held.get("/account/").status_code == 200
    for page in (second.get("/staff/people/"), second.get(path_of(person, ""))):
        body = page.content.decode()
        assert "admin" in body and "0077" not in body.replace("•••• 0077", "")
    assert first.post(path_of(person), NEW).status_code == 403
    assert second.post(path_of(person), {"phone": "92120078"}).status_code == 422
    assert second.post(path_of(person), NEW).status_code == 302
    person.refresh_from_db()
    assert person.phone == NEW_E164 and held.get("/account/").status_code == 302
    told = Message.objects.get()
    assert (told.to_address, told.template) == (MOBILE.format(1), "people.phone_changed")
    acts = Entry.objects.filter(stream=f"person/{person.pk}").order_by("seq")
    assert [row.act for row in acts] == ["person.phone_set_asked", "person.phone_changed"]
    first_one = User.objects.get(username="admin").pk
    assert acts[1].facts["asked_by"] == first_one and acts[1].facts["reason"] == NEW["reason"]
    assert NEW_E164 not in str([row.facts for row in acts])
    assert PhoneChange.objects.get().phone == ""  # kept where it is of use, and nowhere else


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("phone", "12", "رقم هاتف صحيح"),
        ("phone", "+97192123456", "رقم"),
        ("phone", "24123456", "نقال"),
        ("phone", "92120001", "رقم الحساب الآن"),
        ("phone", "92120002", "لحساب آخر"),
        ("reason", "  ", "السبب"),
    ],
)
def test_a_number_that_cannot_be_is_asked_for_by_nobody(field, value, said) -> None:
    person = a_citizen(1)
    a_citizen(2)
    answer = as_("admin").post(path_of(person), {**NEW, field: value})
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not PhoneChange.objects.exists()


def test_a_number_taken_meanwhile_changes_nothing() -> None:
    person = a_citizen(1)
    as_("admin").post(path_of(person), NEW)
    a_citizen(77)
    assert as_("admin2").post(path_of(person), NEW).status_code == 422
    person.refresh_from_db()
    assert person.phone == MOBILE.format(1) and PhoneChange.objects.get().done_at is None


def test_a_request_can_be_dropped_and_asked_anew() -> None:
    person, admin = a_citizen(1), as_("admin")
    admin.post(path_of(person), NEW)
    admin.post(path_of(person, "phone/drop"))
    assert admin.post(path_of(person, "phone/drop")).status_code == 422
    assert not PhoneChange.objects.exists()
    acts = [row.act for row in Entry.objects.filter(stream=f"person/{person.pk}").order_by("seq")]
    assert acts == ["person.phone_set_asked", "person.phone_set_dropped"]
    assert admin.post(path_of(person), NEW).status_code == 302


def test_one_change_waits_for_a_person_at_a_time() -> None:
    person, by = a_citizen(1), acting(a_person("admin"))
    lost_phones.ask(person, NEW_E164, "x", by=by, at=timezone.now())
    with pytest.raises(Problem):
        lost_phones.ask(person, MOBILE.format(78), "x", by=by, at=timezone.now())


@pytest.mark.parametrize("act", ["phone", "phone/drop"])
def test_nobody_sets_their_own_phone_this_way(act) -> None:
    admin, me = as_("admin"), User.objects.get(username="admin")
    assert admin.post(path_of(me, act), NEW).status_code == 403
    assert not PhoneChange.objects.exists()


def test_control_without_four_eyes_one_administrator_would_do(monkeypatch) -> None:
    person, admin = a_citizen(1), as_("admin")
    admin.post(path_of(person), NEW)
    monkeypatch.setattr("municipality.people.lost_phones.four_eyes", lambda a, b, *, on: None)
    with pytest.raises(IntegrityError):  # the database refuses it too
        admin.post(path_of(person), NEW)


def test_control_without_the_second_typing_a_slip_would_go_through(monkeypatch) -> None:
    person = a_citizen(1)
    as_("admin").post(path_of(person), {**NEW, "phone": "92120078"})  # the slip
    assert as_("admin2").post(path_of(person), NEW).status_code == 422
    asked = PhoneChange.objects.get().phone
    as_("admin2").post(path_of(person), {"phone": asked})  # whoever copies it, confirms it
    person.refresh_from_db()
    assert person.phone == MOBILE.format(78)
