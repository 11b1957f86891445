"""The editor's pages, the message log and the demo's phone, as each role meets them."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from municipality.notices import handing_over
from municipality.notices.handing_over import Settled
from municipality.notices.models import InboundMessage, Message, TemplateVersion
from municipality.notices.outbox import Recipient, queue
from municipality.places.demo import _KEPT, DEMO
from municipality.places.models import Stamp
from tests.builders import a_person
from tests.notices.builders import PHONE, SHORT, a_message, free_port
from tests.notices.conftest import Smsc

pytestmark = pytest.mark.django_db
PAGE = f"/en/staff/templates/{SHORT.code}/"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(a_person(f"one_{role}", role))
    return client


@pytest.fixture
def editor() -> Client:
    return signed_in("editor")


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say that this is a demo city."""
    Stamp.objects.update_or_create(name=DEMO, defaults={"value": 1})
    monkeypatch.setattr("geo_portal.staff.phone_views.is_demo", lambda: True)


def a_case_message(number: str = "PX-2026-000777", key: str = "k") -> Message:
    queue(
        template=SHORT.code, to=Recipient(phone=PHONE), values={"number": number}, key=key,
        at=timezone.now(), about="case/77",
    )  # fmt: skip
    return Message.objects.get(key=key)


def test_the_list_shows_both_languages_and_what_each_costs(editor: Client) -> None:
    page = editor.get("/en/staff/templates/").content.decode()
    assert SHORT.code in page and "المعاملة {number}" in page and "Original wording" in page


def test_a_preview_with_a_real_matter_says_the_parts_and_saves_nothing(editor: Client) -> None:
    a_case_message()
    sent = {"act": "preview", "seen": "0", "like": "case/77"}
    sent |= {"ar": "ب" * 62 + " {number}", "en": "Case {number}"}
    page = editor.post(PAGE, sent).content.decode()
    assert "Case PX-2026-000777" in page and "UCS-2" in page and "GSM-7" in page
    assert not TemplateVersion.objects.exists()


def test_a_wording_is_saved_with_who_and_when_and_two_tabs_do_not_overwrite(editor: Client) -> None:
    sent = {"act": "save", "seen": "0", "ar": "معاملتك {number}", "en": "Your case {number}"}
    assert editor.post(PAGE, sent).status_code == 302
    saved = TemplateVersion.objects.get()
    assert (saved.version, saved.person_name, saved.en) == (1, "one_editor", "Your case {number}")
    second = editor.post(PAGE, sent | {"en": "Mine {number}"})
    assert second.status_code == 422 and "a moment ago" in second.content.decode()
    assert "Your case" in editor.get("/en/staff/templates/").content.decode()


@pytest.mark.parametrize(
    ("ar", "sentence"),
    [
        ("بلا حقل", "fields too many or missing"),
        ("{number.__class__}", "Braces may stand only"),
        ("%n {number}", "may not be followed by a letter"),
        ("ب" * 130 + "{number}", "SMS parts"),
        ("{number}\u202e", "invisible character"),
    ],
)
def test_a_wording_that_may_not_be_is_refused_in_a_sentence(
    editor: Client, ar: str, sentence: str
) -> None:
    sent = {"act": "save", "seen": "0", "ar": ar, "en": "Case {number}"}
    answer = editor.post(PAGE, sent)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not TemplateVersion.objects.exists()


def test_the_text_of_a_wording_is_text_on_the_page(editor: Client) -> None:
    sent = {"act": "preview", "seen": "0", "ar": "<script>x</script> {number}", "en": "{number}"}
    page = editor.post(PAGE, sent).content.decode()
    assert "<script>x" not in page and "&lt;script&gt;x" in page


def test_an_unknown_template_is_not_there(editor: Client) -> None:
    assert editor.get("/en/staff/templates/no.such/").status_code == 404


def test_the_log_says_states_and_never_the_text() -> None:
    message = a_case_message()
    handing_over.claim(1, at=timezone.now())
    message.refresh_from_db()
    handing_over.settle([Settled(message, provider_ids=("p",))], at=timezone.now())
    for role in ("supervisor", "auditor", "admin"):
        client = signed_in(role)
        for asked in ("", "PX-2026-000777", "px-٢٠٢٦-000777", "case/77", PHONE, "9200 0001"):
            page = client.get("/en/staff/messages/", {"q": asked}).content.decode()
            assert "PX-2026-000777" in page and "Sent" in page, asked
            assert message.text not in page and ("92000001" not in page or asked)
        assert "No messages match" in client.get("/en/staff/messages/?q=case/78").content.decode()
    assert "No messages match" in client.get("/en/staff/messages/?state=created").content.decode()


def test_the_log_asks_few_questions_however_many_messages(django_assert_max_num_queries) -> None:
    for number in range(40):
        a_message(str(number))
    client = signed_in("auditor")
    with django_assert_max_num_queries(12):
        client.get("/en/staff/messages/")


def test_outside_a_demo_there_is_no_phone(client: Client) -> None:
    _KEPT.get()
    assert client.get("/en/phone/").status_code == 404
    assert client.post("/en/phone/text", {"number": PHONE, "text": "x"}).status_code == 404


def test_the_phone_shows_only_what_the_operator_has_acknowledged(
    demo: None, client: Client
) -> None:
    message = a_message("still waiting")
    assert "still waiting" not in client.get("/en/phone/", {"number": PHONE}).content.decode()
    (message,) = handing_over.claim(1, at=timezone.now())
    assert "still waiting" not in client.get("/en/phone/", {"number": PHONE}).content.decode()
    handing_over.settle([Settled(message, provider_ids=("p",))], at=timezone.now())
    assert "still waiting" in client.get("/en/phone/", {"number": "9200 0001"}).content.decode()
    assert client.get("/en/phone/", {"number": "12"}).status_code == 422
    other = client.get("/en/phone/", {"number": "92000009"}).content.decode()
    assert "still waiting" not in other and "No messages for this number" in other


def test_what_is_texted_from_the_phone_goes_over_the_operator(
    demo: None, client: Client, smsc: Smsc, settings
) -> None:
    settings.GEO_SMSC_CONTROL_URL = f"http://127.0.0.1:{smsc.control}"
    answer = client.post("/en/phone/text", {"number": PHONE, "text": "معاملة 1"})
    assert answer.status_code == 302 and smsc.state["waiting"] == 1
    assert not InboundMessage.objects.exists()  # it comes over the bind, or not at all
    settings.GEO_SMSC_CONTROL_URL = f"http://127.0.0.1:{free_port()}"
    assert client.post("/en/phone/text", {"number": PHONE, "text": "x"}).status_code == 503


def test_a_reply_stands_below_what_it_answers(demo: None, client: Client) -> None:
    at = timezone.now() - dt.timedelta(minutes=1)
    until = at + dt.timedelta(seconds=30)
    InboundMessage.objects.create(
        sender=PHONE, receiver="90091", text="asked", digest="d", at=at, heard=(at, until)
    )
    message = a_message("answered")
    handing_over.claim(1, at=timezone.now())
    handing_over.settle([Settled(message, provider_ids=("p",))], at=timezone.now())
    page = client.get("/en/phone/", {"number": PHONE}).content.decode()
    assert page.index("asked") < page.index("answered")
