"""``sec_auth``: who comes in, who does not, and what an answer gives away."""

import datetime as dt
import statistics
import time

import pytest
from django.test import Client
from django.utils import timezone

from municipality.history.models import Entry
from municipality.people import locks, presence, second_factor
from municipality.people.models import FailedSignIn, RecoveryCode, SecondFactor, SignIn, User
from tests.builders import a_person
from tests.people.builders import MOBILE, a_citizen, a_code_of, a_factor

pytestmark = pytest.mark.django_db


def post(client: Client, address: str = "10.0.0.1", **asked: str):
    return client.post("/api/session", asked, "application/json", REMOTE_ADDR=address)


def told(answer) -> dict:
    body = answer.json()
    body.pop("instance", None)
    return {"status": answer.status_code, **body}


# staff


def test_staff_come_in_with_password_and_code(client) -> None:
    clerk = a_person("registrar")
    code = a_code_of(clerk)
    assert told(post(client, name="registrar", password="demo"))["needs"] == "code"
    assert client.get("/api/session").json()["name"] is None
    right = post(client, name="registrar", password="demo", code=code)
    assert right.json() == {"name": "registrar", "roles": ["registrar"]}
    assert Entry.objects.get(stream=f"person/{clerk.pk}").act == "person.signed_in"


def test_wrong_name_password_and_code_are_the_same_answer(client) -> None:
    a_code_of(a_person("registrar"))
    wrong = [
        {"name": "registrar", "password": "no"}, {"name": "nobody", "password": "demo"},
        {"name": "registrar", "password": "demo", "code": "123456"},
        {"name": "registrar", "password": "no", "code": "123456"}, {"name": "registrar"},
        {"name": "", "password": ""}, {"name": "nobody", "password": "x", "code": "000000"},
    ]  # fmt: skip
    answers = [told(post(client, f"10.0.1.{n}", **asked)) for n, asked in enumerate(wrong)]
    assert answers[0]["status"] == 401 and all(answer == answers[0] for answer in answers)


def test_staff_without_a_second_factor_are_led_to_enrolment(client) -> None:
    a_person("registrar")
    assert told(post(client, name="registrar", password="demo"))["needs"] == "enrolment"
    for code in ("000000", "123456"):
        assert post(client, name="registrar", password="demo", code=code).status_code == 401


def test_staff_do_not_come_in_by_their_phone(client, sent) -> None:
    clerk = a_person("registrar")
    User.objects.filter(pk=clerk.pk).update(phone=MOBILE.format(5))
    known, unknown = post(client, name=MOBILE.format(5)), post(Client(), name=MOBILE.format(6))
    assert told(known) == told(unknown)  # nobody learns whose number it is …
    code = next(m.values["code"] for m in sent.messages if m.phone == MOBILE.format(5))
    assert post(client, name=MOBILE.format(5), code=code).status_code == 401  # … or gets in
    assert client.get("/api/session").json()["name"] is None


def test_a_code_of_the_app_is_taken_once(client) -> None:
    clerk = a_person("registrar")
    code = a_code_of(clerk)
    assert post(client, name="registrar", password="demo", code=code).status_code == 200
    assert post(Client(), name="registrar", password="demo", code=code).status_code == 401


def test_an_older_code_than_the_last_is_refused_and_a_clock_may_be_a_step_off() -> None:
    clerk, at = a_person("registrar"), timezone.now()
    app = a_factor(clerk)
    ahead, behind = app.at(at + dt.timedelta(seconds=30)), app.at(at - dt.timedelta(seconds=30))
    assert not second_factor.check(clerk, code=app.at(at + dt.timedelta(seconds=90)), at=at)
    assert second_factor.check(clerk, code=ahead, at=at)
    assert not second_factor.check(clerk, code=behind, at=at)


def test_control_without_the_step_a_code_is_replayed(monkeypatch) -> None:
    clerk, at = a_person("registrar"), timezone.now()
    code = a_factor(clerk).at(at)
    monkeypatch.setattr(
        second_factor, "_take_step", lambda factor, code, at: second_factor._step(factor, code, at)
    )
    assert second_factor.check(clerk, code=code, at=at)
    assert second_factor.check(clerk, code=code, at=at)


def test_recovery_codes_stand_in_for_the_app_once_each(client) -> None:
    clerk, at = a_person("registrar"), timezone.now()
    factor = second_factor.begin_enrolment(clerk, at=at)
    codes = second_factor.confirm(clerk, code=second_factor._totp(factor).at(at), at=at)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert not any(code.replace("-", "") in str(RecoveryCode.objects.values()) for code in codes)
    asked = {"name": "registrar", "password": "demo"}
    assert post(client, **asked, code=codes[0].lower()).status_code == 200
    assert post(Client(), **asked, code=codes[0]).status_code == 401
    assert post(Client(), **asked, code=codes[1]).status_code == 200
    other = a_person("cashier")
    assert not second_factor.check(other, code=codes[2], at=at)


def test_the_stored_factor_alone_makes_no_code(settings) -> None:
    clerk = a_person("registrar")
    secret = second_factor.secret_of(second_factor.begin_enrolment(clerk, at=timezone.now()))
    held = SecondFactor.objects.get(person=clerk)
    assert secret not in str(held.__dict__)
    settings.SECRET_KEY = "another"
    assert second_factor.secret_of(held) != secret


# citizens


@pytest.mark.parametrize("writing", ["92120001", "+968 9212 0001", "٠٠٩٦٨ ٩٢١٢ ٠٠٠١", "citizen-1"])
def test_a_citizen_comes_in_by_name_or_phone_in_any_writing(client, sent, writing) -> None:
    person = a_citizen(1)
    assert told(post(client, name=writing))["needs"] == "code"
    assert sent.messages[-1].phone == person.phone
    assert post(client, name=writing, code=sent.code()).json()["name"] == "citizen-1"


def test_a_number_not_known_gets_the_same_answer_and_becomes_a_citizen(client, sent) -> None:
    a_citizen(1)
    known, unknown = post(client, name="92120001"), post(Client(), name="92120002")
    assert told(known) == told(unknown)
    new = Client()
    post(new, name="92120002")
    assert post(new, name="92120002", code=sent.code()).json()["roles"] == ["citizen"]
    made = User.objects.get(phone=MOBILE.format(2))
    assert not made.has_usable_password() and made.is_staff is False
    assert Entry.objects.filter(stream=f"person/{made.pk}", act="person.joined").exists()
    again = Client()
    post(again, name="92120002")
    assert post(again, name="92120002", code=sent.code()).status_code == 200
    assert User.objects.filter(phone=MOBILE.format(2)).count() == 1


def test_a_code_belongs_to_the_session_that_asked(client, sent) -> None:
    a_citizen(1)
    post(client, name="92120001")
    assert post(Client(), name="92120001", code=sent.code()).status_code == 401
    assert post(client, name="92120001", code=sent.code()).status_code == 200


def test_an_account_with_a_password_wants_the_right_one_where_one_is_sent(client, sent) -> None:
    person = a_person("citizen")
    User.objects.filter(pk=person.pk).update(phone=MOBILE.format(1))
    assert told(post(client, name="citizen", password="no")) == told(post(client, name="x"))
    assert "needs" not in told(post(client, name="92120001", password="no"))
    assert told(post(client, name="citizen", password="demo"))["needs"] == "code"
    assert post(client, name="citizen", password="demo", code=sent.code()).status_code == 200


def test_a_disabled_person_is_nobody(client, sent) -> None:
    a_citizen(1, is_active=False)
    a_code_of(a_person("registrar"))
    User.objects.filter(username="registrar").update(is_active=False)
    assert told(post(client, name="92120001"))["needs"] == "code"  # as for any number
    assert post(client, name="92120001", code=sent.code()).status_code == 401
    assert told(post(client, name="registrar", password="demo")) == told(post(client, name="x"))


@pytest.mark.parametrize("name", ["citizen", "office", "registrar", "auditor", "9212 0001"])
def test_in_a_demo_everybody_s_code_is_000000(client, sent, demo, name) -> None:
    for role in ("citizen", "office", "registrar", "auditor"):
        a_person(role)
    assert told(post(client, name=name, password="demo"))["needs"] == "code"
    assert post(client, name=name, password="demo", code="123456").status_code == 401
    assert post(client, name=name, password="demo", code="000000").status_code == 200
    assert not sent.messages


# back-off


def guesses(number: int, name: str = "registrar", address: str = "10.0.0.9") -> list[int]:
    return [
        post(Client(), address, name=name, password=f"no {n}").status_code for n in range(number)
    ]


def test_guessing_is_slowed_down_and_answers_alike_for_names_that_do_not_exist() -> None:
    a_person("registrar")
    assert guesses(9) == guesses(9, "nobody", "10.0.0.8") == [401] * 5 + [429] * 4


def test_the_wait_doubles_and_ends(monkeypatch) -> None:
    attempt = locks.Attempt("password", "person 1", "10.0.0.9")
    at, waits = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC), []
    for _ in range(14):
        locks.count_attempt(attempt, at=at)
        key = attempt.keys(at)[0][0]
        until = FailedSignIn.objects.get(pk=key).locked_until
        waits.append((until - at).total_seconds())
        at = max(until, at)
    assert waits == [0] * 4 + [15, 30, 60, 120, 240, 480, 900, 900, 900, 900]


def test_the_victim_still_comes_in_while_attacked() -> None:
    clerk = a_person("registrar")
    app = a_factor(clerk)
    assert guesses(8)[-1] == 429
    at = timezone.now()
    right = {"name": "registrar", "password": "demo"}
    assert post(Client(), "10.9.9.9", **right, code=app.at(at)).status_code == 200
    assert post(Client(), "10.0.0.9", **right, code=app.at(at)).status_code == 429  # from there


def test_a_known_device_comes_in_through_an_attack_from_everywhere() -> None:
    clerk, at = a_person("registrar"), timezone.now()
    app, known = a_factor(clerk), Client()
    right = {"name": "registrar", "password": "demo"}
    assert post(known, **right, code=app.at(at)).status_code == 200
    known.cookies.pop("sessionid")
    for n in range(locks.FROM_ANYWHERE.free + 1):
        post(Client(), f"10.{n}.0.1", name="registrar", password="no")
    assert post(Client(), "10.200.0.1", **right).status_code == 429
    code = app.at(at + dt.timedelta(seconds=30))
    assert post(known, "10.0.0.1", **right, code=code).status_code == 200


def test_the_device_of_another_person_opens_no_way_round() -> None:
    a_person("cashier")
    code = a_code_of(User.objects.get(username="cashier"))
    thief = Client()
    post(thief, "10.0.0.9", name="cashier", password="demo", code=code)
    a_person("registrar")
    codes = [post(thief, "10.0.0.9", name="registrar", password="no").status_code for _ in range(7)]
    assert codes[-1] == 429


def test_right_passwords_do_not_buy_more_guesses_of_the_code() -> None:
    a_code_of(a_person("registrar"))
    client, wrong = Client(), {"name": "registrar", "password": "demo", "code": "111111"}
    assert [post(client, **wrong).status_code for _ in range(8)] == [401] * 5 + [429] * 3


def test_one_address_that_tries_many_names_is_slowed_down() -> None:
    answers = [
        post(Client(), "10.0.0.66", name=f"name{n}", password="x").status_code
        for n in range(locks.OF_AN_ADDRESS.free + 5)
    ]
    assert answers[:90] == [401] * 90 and answers[-1] == 429


def test_control_without_the_count_guessing_goes_on(monkeypatch) -> None:
    a_person("registrar")
    monkeypatch.setattr("municipality.people.signing_in.count_attempt", lambda a, *, at: None)
    assert guesses(12) == [401] * 12


def test_limits_of_sign_in_stand_where_a_demo_lifts_the_others(settings) -> None:
    assert settings.GEO_LIMITS is False
    assert guesses(6)[-1] == 429


def test_an_unknown_name_takes_as_long_as_a_known_one(settings, monkeypatch) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    monkeypatch.setattr("municipality.people.signing_in.count_attempt", lambda a, *, at: None)
    a_person("registrar")
    a_citizen(1)
    took: dict[str, list[float]] = {"registrar": [], "nobody": []}
    for _ in range(5):
        for name, times in took.items():
            begun = time.process_time()
            post(Client(), name=name, password="wrong password")
            times.append(time.process_time() - begun)
    known, unknown = (statistics.median(times) for times in took.values())
    assert 0.75 < unknown / known < 1.33  # within noise; the hash is nine tenths of it


def test_every_failed_call_of_the_door_is_in_the_log(client, caplog) -> None:
    a_person("registrar")
    post(client, name="registrar", password="no")
    assert "sign-in refused" in caplog.text and "no" not in caplog.messages


# sessions


def sign_in(client: Client, person: User) -> None:
    asked = {"name": person.username, "password": "demo", "code": a_code_of(person)}
    assert post(client, **asked).status_code == 200


def name_of(client: Client) -> str | None:
    return client.get("/api/session").json()["name"]


def test_signing_in_changes_the_session_s_key(client) -> None:
    a_code_of(a_person("registrar"))
    post(client, name="registrar", password="demo")
    client.get("/sign-in/")
    planted = client.cookies.get("sessionid")
    SecondFactor.objects.all().delete()
    sign_in(client, User.objects.get())
    assert planted is None or client.cookies["sessionid"].value != planted.value


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"roles": ["cashier"]}, {"password": "x"}, {"sessions_since": 9}],
)
def test_sessions_die_with_the_next_request_after_a_change(client, change) -> None:
    clerk = a_person("registrar")
    sign_in(client, clerk)
    assert name_of(client) == "registrar"
    User.objects.filter(pk=clerk.pk).update(**change)
    assert name_of(client) is None


def test_out_everywhere_ends_the_other_session_too(client) -> None:
    clerk, other = a_person("registrar"), Client()
    sign_in(client, clerk)
    SecondFactor.objects.all().delete()
    sign_in(other, clerk)
    assert SignIn.objects.count() == 2
    presence.leave_everywhere(clerk)
    assert name_of(client) is None and name_of(other) is None and not SignIn.objects.exists()


@pytest.mark.parametrize(
    ("role", "minutes", "alive"),
    [
        ("registrar", 29, True),
        ("registrar", 31, False),
        ("citizen", 31, True),
        ("citizen", 4400, False),
    ],
)
def test_an_idle_session_ends(role, minutes, alive) -> None:
    import time_machine

    client, now = Client(), timezone.now()
    client.force_login(a_person(role))
    assert name_of(client) == role
    with time_machine.travel(now + dt.timedelta(minutes=minutes), tick=True):
        assert (name_of(client) == role) is alive


def test_a_session_of_staff_ends_after_eight_hours_however_busy() -> None:
    import time_machine

    client, now = Client(), timezone.now()
    client.force_login(a_person("registrar"))
    name_of(client)
    alive = []
    for half_hours in range(1, 18):
        with time_machine.travel(now + dt.timedelta(minutes=29 * half_hours), tick=True):
            alive.append(name_of(client) == "registrar")
    assert alive == [True] * 16 + [False]


def test_signing_out_ends_the_session_in_the_store(client) -> None:
    sign_in(client, a_person("registrar"))
    stolen = client.cookies["sessionid"].value
    token = client.cookies["csrftoken"].value
    client.delete("/api/session", headers={"X-CSRFToken": token})
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert name_of(thief) is None and not SignIn.objects.exists()


def test_staff_are_told_of_a_new_device(sent) -> None:
    clerk = a_person("registrar")
    User.objects.filter(pk=clerk.pk).update(phone=MOBILE.format(5))
    first = Client()
    sign_in(first, clerk)
    assert not sent.messages
    SecondFactor.objects.all().delete()
    sign_in(first, clerk)  # the same device again
    assert not sent.messages
    SecondFactor.objects.all().delete()
    sign_in(Client(), clerk)
    assert [message.template for message in sent.messages] == ["people.new_device"]


# what is sent (``sec_fields``)


@pytest.mark.parametrize(
    "field", ["is_superuser", "roles", "is_staff", "phone", "person", "user", "id", "needs", "Name"]
)
def test_no_other_field_is_taken(client, field) -> None:
    a_code_of(a_person("registrar"))
    before = User.objects.values().get()
    answer = post(client, name="registrar", password="demo", **{field: "1"})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad_fields")
    assert User.objects.values().get() == before


@pytest.mark.parametrize("field", ["name", "password", "code"])
@pytest.mark.parametrize("value", [None, 1, True, [], ["a"], {"a": 1}, "a\x00b", 1.5])
def test_values_of_other_kinds_are_refused(client, field, value) -> None:
    asked = {"name": "registrar", "password": "demo", "code": "1", field: value}
    assert client.post("/api/session", asked, "application/json").status_code == 400
