"""Acting for others, two pairs of eyes, one's own matter; and partners' keys."""

import datetime as dt

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from municipality.actor import Actor
from municipality.asked import today
from municipality.history.models import Entry
from municipality.people import delegations, partner_keys
from municipality.people.acting_person import actor_of
from municipality.people.delegations import Wish
from municipality.people.four_eyes import four_eyes, not_own
from municipality.people.models import Delegation, Mandate, PartnerKey, User
from municipality.problems import Problem
from tests.builders import a_person
from tests.people.builders import MOBILE, a_citizen, a_key

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def by(person: User, role: str = "", behalf: int | None = None) -> Actor:
    return Actor(person.pk, person.full_name, role or person.roles[0], behalf)


def let(giver: User, taker: User, **wish) -> Delegation:
    asked = {
        "phone": taker.phone,
        "kinds": ("plot_extract",),
        "first": today(),
        "last": today() + DAY,
    }
    return delegations.delegate(
        giver, Wish(**{**asked, **wish}), by=by(giver), at=timezone.now(), on=today()
    )


def request_of(person: User):
    request = RequestFactory().get("/")
    request.user = person
    return request


# delegates


def test_a_delegate_acts_for_the_giver_in_the_services_and_on_the_days_named() -> None:
    giver, taker = a_citizen(1), a_citizen(2)
    held = let(giver, taker, first=today() + DAY, last=today() + 2 * DAY).public_id
    allowed = [
        delegations.may_act_for(taker.pk, giver.pk, "plot_extract", on=today() + n * DAY)
        for n in range(4)
    ]
    assert allowed == [False, True, True, False]
    assert not delegations.may_act_for(taker.pk, giver.pk, "building_permit", on=today() + DAY)
    assert not delegations.may_act_for(giver.pk, taker.pk, "plot_extract", on=today() + DAY)
    request = request_of(taker)
    delegations.act_by(request, held, "plot_extract", on=today() + DAY)
    assert actor_of(request, "citizen") == by(taker, behalf=giver.pk)
    refused = [
        (a_citizen(3), held, "plot_extract", 1),
        (taker, held, "building_permit", 1),
        (taker, held, "plot_extract", 3),
        (taker, "nobody's", "plot_extract", 1),
    ]
    for person, public_id, kind, n in refused:
        with pytest.raises(Problem):
            delegations.act_by(request_of(person), public_id, kind, on=today() + n * DAY)
    with pytest.raises(Problem):  # who serves one person does not turn to another meanwhile
        delegations.act_by(request, held, "plot_extract", on=today() + DAY)


def test_an_ended_delegation_is_over_at_once_and_only_its_giver_ends_it() -> None:
    giver, taker = a_citizen(1), a_citizen(2)
    held = let(giver, taker)
    with pytest.raises(Problem):
        delegations.end(taker, held.public_id, by=by(taker), at=timezone.now())
    delegations.end(giver, held.public_id, by=by(giver), at=timezone.now())
    assert not delegations.may_act_for(taker.pk, giver.pk, "plot_extract", on=today())
    acts = Entry.objects.filter(stream=f"person/{giver.pk}").order_by("seq")
    assert [row.act for row in acts] == ["delegation.given", "delegation.ended"]


@pytest.mark.parametrize(
    "wish",
    [{"kinds": ()}, {"last": dt.date(2020, 1, 1)}, {"last": dt.date(2099, 1, 1)},
     {"phone": MOBILE.format(77)}, {"phone": MOBILE.format(1)}],
)  # fmt: skip
def test_what_cannot_be_delegated_is_refused(wish) -> None:
    with pytest.raises(Problem) as refused:
        let(a_citizen(1), a_citizen(2), **wish)
    assert refused.value.status == 422 and not Delegation.objects.exists()


def test_the_page_of_delegates(client) -> None:
    giver, taker = a_citizen(1, first_name="سالم"), a_citizen(2, first_name="راشد")
    client.force_login(giver)
    sent = {
        "phone": "٩٢١٢٠٠٠٢",
        "kinds": ["lease", "king"],
        "first": str(today()),
        "last": str(today()),
    }
    assert client.post("/account/delegates/add/", {**sent, "phone": "1"}).status_code == 422
    assert client.post("/account/delegates/add/", {**sent, "kinds": ["king"]}).status_code == 422
    assert client.post("/account/delegates/add/", sent).status_code == 302
    held = Delegation.objects.get()
    assert (held.taker, held.kinds) == (taker, ["lease"])
    assert "راشد" in client.get("/account/").content.decode()


# the visitor in front


def test_a_visitor_lets_the_hall_act_by_the_code_of_their_phone(sent) -> None:
    staff, visitor, at = a_person("hall"), a_citizen(1), timezone.now()
    delegations.ask_visitor(staff, visitor.phone, "n", "10.0.0.1", at=at)
    wrong = f"{(int(sent.code()) + 1) % 10**6:06d}"
    with pytest.raises(Problem):
        delegations.mandate(staff, visitor.phone, nonce="n", code=wrong, by=by(staff), at=at)
    held = delegations.mandate(
        staff, visitor.phone, nonce="n", code=sent.code(), by=by(staff), at=at
    )
    request = request_of(staff)
    delegations.act_for_visitor(request, held.pk, at=at + dt.timedelta(minutes=29))
    assert actor_of(request, "hall").for_person_id == visitor.pk
    for other, later in ((staff, 31), (a_person("agent"), 1)):
        with pytest.raises(Problem):
            delegations.act_for_visitor(
                request_of(other), held.pk, at=at + dt.timedelta(minutes=later)
            )


def test_the_code_for_one_member_of_staff_is_worth_nothing_to_another(sent) -> None:
    staff, thief, visitor, at = a_person("hall"), a_person("agent"), a_citizen(1), timezone.now()
    delegations.ask_visitor(staff, visitor.phone, "n", "10.0.0.1", at=at)
    with pytest.raises(Problem):
        delegations.mandate(thief, visitor.phone, nonce="n", code=sent.code(), by=by(thief), at=at)
    assert not Mandate.objects.exists()


def test_only_hall_and_contact_centre_act_for_visitors(sent) -> None:
    staff, visitor, at = a_person("cashier"), a_citizen(1), timezone.now()
    delegations.ask_visitor(staff, visitor.phone, "n", "10.0.0.1", at=at)
    with pytest.raises(Problem):
        delegations.mandate(staff, visitor.phone, nonce="n", code=sent.code(), by=by(staff), at=at)


def test_the_hall_serves_the_visitor_by_the_pages_and_every_act_names_both(sent) -> None:
    staff, visitor, client = a_person("hall"), a_citizen(1, first_name="سالم"), Client()
    client.force_login(staff)
    client.post("/staff/visitor/", {"phone": "92120001"})
    assert client.post("/staff/visitor/code/", {"code": "1"}).status_code == 422
    assert (
        client.post("/staff/visitor/code/", {"code": sent.code()})["Location"] == "/staff/visitor/"
    )
    page = client.get("/staff/visitor/")
    assert page.wsgi_request.acting_for == visitor.pk and "سالم" in page.content.decode()
    assert actor_of(page.wsgi_request, "hall").for_person_id == visitor.pk
    Mandate.objects.update(until=timezone.now())
    assert client.get("/staff/visitor/").wsgi_request.acting_for is None
    client.post("/staff/visitor/end")
    assert not hasattr(client.get("/staff/visitor/").wsgi_request, "acting_for")


# two pairs of eyes


def test_two_persons_are_two_pairs_of_eyes() -> None:
    four_eyes(by(a_person("cashier")), by(a_person("supervisor")), on=today())


def refused(first: Actor, second: Actor) -> bool:
    try:
        four_eyes(first, second, on=today())
    except Problem as problem:
        return problem.code == "four_eyes"
    return False


def test_the_same_person_a_delegate_and_who_acts_for_the_other_are_one_pair() -> None:
    one, two = a_citizen(1), a_citizen(2)
    assert refused(by(one, "cashier"), by(one, "supervisor"))
    assert refused(by(one), by(two, behalf=one.pk)) and refused(by(one, behalf=two.pk), by(two))
    assert refused(by(one), Actor(None, "system", "system"))
    assert not refused(by(one), by(two))
    held = let(one, two)
    assert refused(by(one), by(two)) and refused(by(two), by(one))
    Delegation.objects.filter(pk=held.pk).update(ended_at=timezone.now())
    assert not refused(by(one), by(two))


def test_nobody_decides_on_their_own_case_phone_or_number() -> None:
    clerk = a_citizen(1, civil_number="90000001")
    for own in (
        {"person_ids": [clerk.pk]},
        {"phones": [clerk.phone]},
        {"civil_numbers": ["90000001"]},
    ):
        with pytest.raises(Problem) as problem:
            not_own(by(clerk), **own)
        assert problem.value.code == "own_matter"
    not_own(by(clerk), person_ids=[clerk.pk + 1], phones=["+96892999999", ""], civil_numbers=[""])


def test_empty_numbers_are_nobody_s_own() -> None:
    not_own(by(a_person("cashier")), phones=["", "+96892999999"], civil_numbers=[""])


# partners' keys


def ask(key: str, client: Client | None = None, method: str = "get", **more):
    return getattr(client or Client(), method)(
        "/api/partner", headers={"Authorization": f"Bearer {key}"}, **more
    )


def test_a_key_opens_what_lists_partners_and_says_its_grants() -> None:
    answer = ask(a_key("plots", per_minute=5))
    assert answer.status_code == 200 and answer.json()["grants"] == ["plots"]
    assert PartnerKey.objects.get().last_used_at is not None


@pytest.mark.parametrize("spoil", ["", "x", "geo_", "last", "prefix", "case", "long"])
def test_a_key_that_is_not_whole_opens_nothing(spoil) -> None:
    key = a_key()
    told = {"last": key[:-1] + ("A" if key[-1] != "A" else "B"), "prefix": "geo_aaaaaaaaaa" + key[14:],
            "case": key.swapcase(), "long": key + "A"}  # fmt: skip
    assert ask(told.get(spoil, spoil)).status_code == 401


def test_a_key_ends_with_its_last_day_and_with_its_revocation() -> None:
    day = today()
    assert ask(a_key(first=day - 9 * DAY, last=day)).status_code == 200
    assert ask(a_key(first=day - 9 * DAY, last=day - DAY)).status_code == 401
    assert ask(a_key(first=day + DAY, last=day + 9 * DAY)).status_code == 401
    key = a_key()
    partner_keys.revoke(key.split("_")[1], by=Actor(1, "x", "admin"), at=timezone.now())
    assert ask(key).status_code == 401


def test_a_key_is_counted_by_the_minute_though_a_demo_lifts_other_limits() -> None:
    key = a_key(per_minute=3)
    assert [ask(key).status_code for _ in range(5)] == [200] * 3 + [429] * 2
    assert ask(a_key(per_minute=3)).status_code == 200


def test_a_key_is_worth_nothing_where_partners_are_not_listed() -> None:
    key = a_key()
    for path in ("/account/", "/staff/people/", "/imports/", "/admin/"):
        answer = Client().get(path, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 302 and "sign-in" in answer["Location"], path


def test_a_key_with_somebody_s_cookie_is_the_partner_and_not_the_person() -> None:
    from municipality.people.access import PARTNER, SIGNED_IN, open_to

    seen = []

    @open_to(PARTNER, SIGNED_IN)
    def view(request):
        seen.append((request.user.is_authenticated, partner_keys.is_granted(request, "plots")))

    request = RequestFactory().post("/api/x", headers={"Authorization": f"Bearer {a_key('plots')}"})
    request.user = a_person("admin")
    view(request)  # a write, without a CSRF token
    assert seen == [(False, True)]


def test_without_a_key_a_write_on_a_session_still_needs_its_token() -> None:
    from municipality.people.access import PARTNER, SIGNED_IN, open_to

    view = open_to(PARTNER, SIGNED_IN)(lambda request: None)
    request = RequestFactory(enforce_csrf_checks=True).post("/api/x")
    request.user = a_person("admin")
    with pytest.raises(Problem) as problem:
        view(request)
    assert problem.value.code == "csrf"
