"""Delegates on cases: who asks for whom, on the record, while the giver's word holds."""

import datetime as dt
import json
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from municipality.asked import today
from municipality.billing.bills.models import Bill
from municipality.cases.actions import CannotMove, move
from municipality.cases.models import Case
from municipality.cases.status_by_sms import is_on_case
from municipality.history.models import Entry
from municipality.notices.models import Message
from municipality.people.delegations import Wish, delegate, end
from municipality.people.models import Delegation, Mandate, User
from tests.builders import a_person
from tests.cases.builders import Town, a_town, acting, an_extract
from tests.people.application import as_application
from tests.people.builders import MOBILE, a_citizen

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@dataclass
class Pair:
    """A giver in a town and who may act for them."""

    town: Town
    giver: User
    taker: User
    held: Delegation

    @property
    def form(self) -> str:
        """The address of the form."""
        return f"/plots/{self.town.plot.pk}/extract/"

    def over(self) -> None:
        """Let the last day pass."""
        span = (today() - 9 * DAY, today())
        Delegation.objects.filter(pk=self.held.pk).update(valid=span)

    def end(self) -> None:
        """End it, as the giver does."""
        end(self.giver, self.held.public_id, by=acting(self.giver), at=timezone.now())


def a_pair(*kinds: str) -> Pair:
    town, taker = a_town(), a_citizen(2, first_name="راشد", last_name="الجابري")
    wish = Wish(str(taker.phone), kinds or ("plot_extract",), today(), today() + 30 * DAY)
    giver = town.citizen
    held = delegate(giver, wish, by=acting(giver), at=timezone.now(), on=today())
    return Pair(town, giver, taker, held)


@pytest.fixture
def pair() -> Pair:
    return a_pair()


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def asked(pair: Pair) -> Case:
    """The taker asks for the giver, by the page."""
    signed_in(pair.taker).post(pair.form, {"for": pair.held.public_id})
    return Case.objects.get()


def post(client: Client, path: str, body: object):
    client.get("/api/session")
    told = {"X-CSRFToken": client.cookies["csrftoken"].value}
    return client.post(path, json.dumps(body), "application/json", headers=told)


def test_the_form_offers_the_choice_to_who_holds_a_delegation_and_to_nobody_else(
    pair: Pair,
) -> None:
    held = pair.held.public_id
    for prefix, myself in (("", "لنفسي"), ("/en", "For myself")):
        form = signed_in(pair.taker).get(prefix + pair.form).content.decode()
        assert myself in form and pair.giver.full_name in form and f'value="{held}"' in form
    assert 'name="for"' not in signed_in(pair.giver).get(pair.form).content.decode()
    pair.over()
    assert 'name="for"' not in signed_in(pair.taker).get(pair.form).content.decode()


def test_a_giver_who_gave_twice_is_offered_once_and_junk_is_not_there(pair: Pair) -> None:
    wish = Wish(str(pair.taker.phone), ("plot_extract",), today(), today())
    delegate(pair.giver, wish, by=acting(pair.giver), at=timezone.now(), on=today())
    client = signed_in(pair.taker)
    assert client.get(pair.form).content.decode().count('name="for"') == 2  # oneself, the giver
    for junk in ("\x00x", "'", "%", "٢" * 300):
        assert client.post(pair.form, {"for": junk}).status_code == 404
    assert not Case.objects.exists()


def test_who_serves_a_visitor_is_offered_no_other(pair: Pair) -> None:
    from municipality.people.presence import MANDATE

    officer, visitor = a_person("hall"), a_citizen(5, first_name="منى")
    Delegation.objects.filter(pk=pair.held.pk).update(taker=officer)
    now = timezone.now()
    mandate = Mandate.objects.create(
        staff=officer, visitor=visitor, made_at=now, until=now + dt.timedelta(minutes=30)
    )
    client = signed_in(officer)
    session = client.session
    session[MANDATE] = mandate.pk
    session.save()
    form = client.get(pair.form).content.decode()
    assert 'name="for"' not in form and "نيابة عن المراجع" in form and "منى" in form
    assert client.post(pair.form, {"for": pair.held.public_id}).status_code == 404
    client.post(pair.form)
    assert [(one.role, one.person) for one in Case.objects.get().parties.all()] == [
        ("applicant", visitor)
    ]


def test_a_delegate_of_another_service_is_offered_nothing() -> None:
    pair = a_pair("building_permit")
    client = signed_in(pair.taker)
    assert 'name="for"' not in client.get(pair.form).content.decode()
    assert client.post(pair.form, {"for": pair.held.public_id}).status_code == 404
    assert not Case.objects.exists()


def test_the_case_is_the_giver_s_with_the_delegate_on_it_and_on_the_record(pair: Pair) -> None:
    case = asked(pair)
    parts = {one.role: one.person for one in case.parties.all()}
    assert parts == {"applicant": pair.giver, "delegate": pair.taker}
    acts = Entry.objects.filter(stream=case.stream)
    assert {row.act for row in acts} == {"open", "move"}
    assert {(row.person_id, row.facts["for_person"]) for row in acts} == {
        (pair.taker.pk, pair.giver.pk)
    }
    told = Message.objects.filter(about=case.stream)
    assert {row.person_id for row in told} == {pair.giver.pk, pair.taker.pk}
    assert {row.to_address for row in told} == {pair.giver.phone, pair.taker.phone}


def test_who_asks_for_themselves_opens_a_case_of_their_own(pair: Pair) -> None:
    signed_in(pair.taker).post(pair.form, {"for": ""})
    case = Case.objects.get()
    assert [(one.role, one.person) for one in case.parties.all()] == [("applicant", pair.taker)]
    assert signed_in(pair.giver).get(f"/cases/{case.public_id}/").status_code == 404


def test_both_see_it_in_their_things_and_whose_it_is(pair: Pair) -> None:
    case = asked(pair)
    mine = signed_in(pair.taker).get("/my/").content.decode()
    assert case.number in mine and f"باسم <bdi>{pair.giver.full_name}" in mine
    assert "In the name of" in signed_in(pair.taker).get("/en/my/").content.decode()
    theirs = signed_in(pair.giver).get("/my/").content.decode()
    assert case.number in theirs and "باسم" not in theirs
    page = signed_in(pair.giver).get(f"/cases/{case.public_id}/").content.decode()
    assert f"{pair.taker.full_name}</bdi> نيابة عن" in page


def test_a_delegate_answers_pays_and_withdraws(pair: Pair) -> None:
    case, client = asked(pair), signed_in(pair.taker)
    path, officer = f"/cases/{case.public_id}/", acting(pair.town.registrar)
    move(case_id=case.pk, edge="return", by=officer, at=timezone.now(), text="الكروكي؟")
    client.post(path + "move", {"edge": "resubmit", "text": "أرفقته"})
    client.post(path + "say", {"text": "متى يصدر؟"})
    move(case_id=case.pk, edge="accept", by=officer, at=timezone.now())
    bill = Bill.objects.get()
    assert bill.payer_person_id == pair.giver.pk
    assert f"/pay/{bill.public_id}/" in client.get(path).content.decode()
    assert bill.number in client.get("/my/").content.decode()
    client.post(path + "move", {"edge": "withdraw"})
    case.refresh_from_db()
    assert case.state == "withdrawn" and case.conversation.get().name == pair.taker.full_name
    done = Entry.objects.filter(stream=case.stream, person_id=pair.taker.pk)
    assert {row.facts["for_person"] for row in done} == {pair.giver.pk} and done.count() == 5


@pytest.mark.parametrize("how", ["over", "end"])
def test_when_it_is_over_the_delegate_is_a_stranger(pair: Pair, how: str) -> None:
    case, client = asked(pair), signed_in(pair.taker)
    path = f"/cases/{case.public_id}/"
    assert client.get(path).status_code == 200
    assert is_on_case(case, str(pair.taker.phone), at=timezone.now())
    getattr(pair, how)()
    stranger = signed_in(a_citizen(3))
    heard = Message.objects.filter(about=case.stream, person_id=pair.taker.pk).count()

    def seen(by: Client, address: str) -> tuple[int, str]:
        answer = by.get(address, headers={"Accept": "application/json"})
        body = answer.json()
        body.pop("instance", None)
        return answer.status_code, json.dumps(body)

    for address in (path, f"/api/cases/{case.public_id}", "/api/cases"):
        assert seen(client, address) == seen(stranger, address)
    assert client.get(path).status_code == 404
    for act in ("move", "say", "attach"):
        assert client.post(path + act, {"edge": "withdraw", "text": "x"}).status_code == 404
    assert case.number not in client.get("/my/").content.decode().partition("inbox-title")[0]
    assert not is_on_case(case, str(pair.taker.phone), at=timezone.now())
    officer = acting(pair.town.registrar)
    move(case_id=case.pk, edge="accept", by=officer, at=timezone.now())
    assert Message.objects.filter(about=case.stream, person_id=pair.giver.pk).count() == 2
    assert Message.objects.filter(about=case.stream, person_id=pair.taker.pk).count() == heard


def test_a_page_opened_while_it_held_is_of_no_use_after(pair: Pair) -> None:
    """The one function asks again: whoever calls it with an old word is refused."""
    case = asked(pair)
    by = acting(pair.taker)
    by = type(by)(by.person_id, by.name, by.role, pair.giver.pk)
    pair.end()
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="withdraw", by=by, at=timezone.now())


def test_control_without_asking_again_the_old_word_would_do(pair: Pair, monkeypatch) -> None:
    case = asked(pair)
    by = acting(pair.taker)
    by = type(by)(by.person_id, by.name, by.role, pair.giver.pk)
    pair.end()
    always = "municipality.cases.rights.speaks_for_another"
    monkeypatch.setattr(always, lambda by, kind, *, at: True)
    assert move(case_id=case.pk, edge="withdraw", by=by, at=timezone.now()).state == "withdrawn"


def test_nobody_asks_for_another_without_a_delegation(pair: Pair) -> None:
    """A foreign, an unknown, an ended delegation: one answer, that of a plot that is not there."""
    thief = signed_in(a_citizen(3))
    held = pair.held.public_id
    answers = set()
    for client, path, body in (
        (thief, "extracts", {"for": held}),
        (signed_in(pair.giver), "extracts", {"for": held}),
        (thief, "extracts", {"for": "A" * 22}),
        (thief, "extracts", {"for": str(pair.giver.pk)}),
    ):
        answer = post(client, f"/api/plots/{pair.town.plot.pk}/{path}", body)
        told = answer.json()
        told.pop("instance")
        answers.add((answer.status_code, json.dumps(told)))
    gone = post(thief, "/api/plots/987654321/extracts", {}).json()
    gone.pop("instance")
    assert answers == {(404, json.dumps(gone))}
    assert thief.post(pair.form, {"for": held}).status_code == 404
    pair.end()
    assert signed_in(pair.taker).post(pair.form, {"for": held}).status_code == 404
    assert not Case.objects.exists()


def test_a_machine_learns_its_delegations_and_asks_for_the_giver(pair: Pair) -> None:
    client = signed_in(pair.taker)
    told = client.get("/api/delegations").json()["delegations"]
    assert told == [
        {
            "id": pair.held.public_id,
            "giver": pair.giver.full_name,
            "kinds": ["plot_extract"],
            "valid_until": str(today() + 31 * DAY),
        }
    ]
    assert signed_in(pair.giver).get("/api/delegations").json() == {"delegations": []}
    path = f"/api/plots/{pair.town.plot.pk}/extracts"
    made = post(client, path, {"for": told[0]["id"], "language": "en"})
    assert made.status_code == 201 and made.json()["for"] == pair.giver.full_name
    assert [act["edge"] for act in made.json()["acts"]] == ["withdraw"]
    assert client.get("/api/cases").json()["cases"][0]["for"] == pair.giver.full_name
    assert signed_in(pair.giver).get("/api/cases").json()["cases"][0]["for"] is None
    done = post(client, f"/api/cases/{made.json()['id']}/moves", {"edge": "withdraw"})
    assert done.json()["state"] == "withdrawn"
    assert post(client, path, {"for": 7}).status_code == 400


def test_a_delegate_sees_no_other_case_of_the_giver(pair: Pair) -> None:
    other = an_extract(pair.town)
    client = signed_in(pair.taker)
    assert client.get(f"/cases/{other.public_id}/").status_code == 404
    assert other.number not in client.get("/my/").content.decode()


def test_an_officer_who_was_the_delegate_never_decides_on_the_case(pair: Pair) -> None:
    clerk = pair.town.registrar
    User.objects.filter(pk=clerk.pk).update(phone=MOBILE.format(8))
    wish = Wish(MOBILE.format(8), ("plot_extract",), today(), today())
    held = delegate(pair.giver, wish, by=acting(pair.giver), at=timezone.now(), on=today())
    client = signed_in(clerk)
    client.post(pair.form, {"for": held.public_id})
    case = Case.objects.get()
    client.post(f"/cases/{case.public_id}/move", {"edge": "accept"})
    end(pair.giver, held.public_id, by=acting(pair.giver), at=timezone.now())
    client.post(f"/cases/{case.public_id}/move", {"edge": "accept"})
    case.refresh_from_db()
    assert case.state == "registration"
    assert client.get(f"/cases/{case.public_id}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_shows_a_delegate_the_case_and_its_bill_only_while_it_holds() -> None:
    pair = a_pair()
    client = signed_in(pair.taker)
    with as_application():
        client.post(pair.form, {"for": pair.held.public_id})
    case = Case.objects.get()
    move(case_id=case.pk, edge="accept", by=acting(pair.town.registrar), at=timezone.now())
    bill = Bill.objects.get()
    with as_application():
        page = client.get(f"/cases/{case.public_id}/").content.decode()
        assert bill.public_id in page and Case.objects.count() == Bill.objects.count() == 1
        assert bill.number in client.get("/my/").content.decode()
    pair.end()
    with as_application():
        assert client.get(f"/cases/{case.public_id}/").status_code == 404
        assert not Case.objects.exists() and not Bill.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_control_a_wall_that_does_not_ask_for_the_word_shows_it_for_ever() -> None:
    pair = a_pair()
    client = signed_in(pair.taker)
    client.post(pair.form, {"for": pair.held.public_id})
    pair.over()

    def count() -> int:
        with as_application():
            client.get("/api/session")
            return Case.objects.count()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('case_is_seen'::regproc)")
        held = cursor.fetchone()[0]
        cursor.execute(held.replace("p.role <> 'delegate'", "true"))
    try:
        assert count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute(held)
    assert count() == 0
