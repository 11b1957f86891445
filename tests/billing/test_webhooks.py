"""sec_webhook: forged, replayed, reordered and malformed messages of the gateway."""

import base64
import json
import random
import secrets
import time
from typing import Any

import pytest
from django.test import Client

from municipality.billing import api
from municipality.billing.models import Charge, Receipt, SeenWebhook
from municipality.billing.payments import signatures
from municipality.billing.payments.signatures import sign
from municipality.conf import PROFILE
from tests.billing.builders import a_bill, an_online_charge

pytestmark = pytest.mark.django_db
ADDRESS = "/api/payments/webhook"
KEY, OLD_KEY = ("whsec_" + base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2))


@pytest.fixture(autouse=True)
def keys(settings: Any) -> None:
    settings.GEO_WEBHOOK_KEYS = [KEY, OLD_KEY]


def about(charge: Charge, kind: str = "payment.captured", **facts: Any) -> bytes:
    """A message about a charge."""
    data = {
        "reference": charge.public_id, "number": "tx_1", "amount": charge.amount_baisa,
        "currency": PROFILE.currency, "exponent": PROFILE.currency_exponent, **facts,
    }  # fmt: skip
    return json.dumps({"type": kind, "data": data}).encode()


def signed(
    body: bytes, *, message_id: str = "msg_1", key: str = KEY, ago: int = 0
) -> dict[str, str]:
    """The headers of a message as its sender signs it."""
    timestamp = int(time.time()) - ago
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(key=key, message_id=message_id, timestamp=timestamp, body=body),
    }


def post(body: bytes, headers: dict[str, str], kind: str = "application/json") -> Any:
    """Send it."""
    return Client().post(ADDRESS, body, content_type=kind, headers=headers)


def test_a_signed_message_pays_and_is_acknowledged_after_it_is_kept() -> None:
    body = about(an_online_charge(a_bill()))
    answer = post(body, signed(body))
    assert (answer.status_code, answer.json()) == (200, {"effect": "applied"})
    assert Receipt.objects.count() == 1


def test_where_the_gateways_networks_are_known_no_other_is_heard(settings: Any) -> None:
    body = about(an_online_charge(a_bill()))
    settings.GEO_WEBHOOK_FROM = ["203.0.113.0/28", "2001:db8::/32"]
    assert post(body, signed(body)).status_code == 404
    assert not SeenWebhook.objects.exists() and not Receipt.objects.exists()
    settings.GEO_WEBHOOK_FROM.append("127.0.0.1")
    assert post(body, signed(body)).status_code == 200


def test_both_keys_hold_while_they_are_changed() -> None:
    for number, key in enumerate((KEY, OLD_KEY)):
        body = about(an_online_charge(a_bill()), number=f"tx_{number}")
        assert post(body, signed(body, message_id=f"m{number}", key=key)).status_code == 200
    assert Receipt.objects.count() == 2


def test_no_single_bit_of_a_message_can_be_changed() -> None:
    body = about(an_online_charge(a_bill()))
    headers = signed(body)
    rng = random.Random(5)
    for _ in range(1_000):
        flipped, told = bytearray(body), dict(headers)
        part = rng.choice(["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
        text = flipped if part == "body" else bytearray(told[part].encode())
        place = rng.randrange(len(text))
        text[place] ^= 1 << rng.randrange(7)
        if part != "body":
            told[part] = text.decode("latin-1")
        with pytest.raises(signatures.BadSignature):
            signatures.verify(headers=told, body=bytes(flipped), keys=[KEY], at=now())


def now() -> Any:
    from django.utils import timezone

    return timezone.now()


def forgeries(body: bytes) -> dict[str, tuple[bytes, dict[str, str], int]]:
    """Every way of getting in without a key, with the status it gets."""
    well = signed(body)
    other = signed(body, message_id="msg_2")
    signature = well["webhook-signature"]
    return {
        "no headers": (body, {}, 401),
        "wrong key": (body, signed(body, key="whsec_" + base64.b64encode(b"x" * 24).decode()), 401),
        "old": (body, signed(body, ago=301), 401),
        "of the future": (body, signed(body, ago=-301), 401),
        "swapped id": (body, {**well, "webhook-id": "msg_9"}, 401),
        "id of another message": (body, {**other, "webhook-id": "msg_1"}, 401),
        "doubled id": (body, {**well, "webhook-id": "msg_1,msg_1"}, 401),
        "doubled signature": (body, {**well, "webhook-signature": f"{signature},{signature}"}, 401),
        "id ends with a point": (body, signed(body, message_id="msg_1."), 401),
        "point moves from id to time": (
            body, {**well, "webhook-id": "msg_1." + well["webhook-timestamp"]}, 401,
        ),
        "time in Arabic digits": (body, {**well, "webhook-timestamp": "١٧٩٥٧٧٧٧٧٧"}, 401),
        "no version": (body, {**well, "webhook-signature": signature[3:]}, 401),
        "empty signature": (body, {**well, "webhook-signature": ""}, 401),
        "a hundred signatures": (
            body, {**well, "webhook-signature": " ".join(["v1,x"] * 99 + [signature])}, 401,
        ),
        "another body": (body.replace(b"6195", b"6194"), well, 401),
        "a body of 1 MB": (b" " * 1_000_000 + body, well, 413),
    }  # fmt: skip


def test_no_forgery_is_accepted() -> None:
    charge = an_online_charge(a_bill())
    body = about(charge)
    for name, (sent, headers, status) in forgeries(body).items():
        assert post(sent, headers).status_code == status, name
    assert not Receipt.objects.exists() and not SeenWebhook.objects.exists()
    charge.refresh_from_db()
    assert charge.state == "sent"


def test_without_the_check_a_forgery_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the guard is off and the attack succeeds."""
    monkeypatch.setattr(api, "verify", lambda **facts: secrets.token_hex(8))
    body = about(an_online_charge(a_bill()))
    assert post(body, {}).status_code == 200 and Receipt.objects.count() == 1


def test_another_content_type_and_what_is_not_an_object_are_refused() -> None:
    body = about(an_online_charge(a_bill()))
    assert post(body, signed(body), kind="text/plain").status_code == 415
    for text in (b"[]", b"{", b'{"a": NaN}', b'{"type": 1, "type": 2}'):
        assert post(text, signed(text)).status_code == 400
    assert not SeenWebhook.objects.exists()


def test_a_message_that_comes_a_hundred_times_has_one_effect() -> None:
    body = about(an_online_charge(a_bill()))
    headers = signed(body)
    effects = [post(body, headers).json()["effect"] for _ in range(100)]
    assert effects == ["applied"] + ["seen"] * 99
    assert Receipt.objects.count() == 1


def test_a_message_about_a_payment_we_do_not_know_is_heard_again_later() -> None:
    charge = an_online_charge(a_bill())
    body = about(charge).replace(charge.public_id.encode(), b"A" * 22)
    assert post(body, signed(body)).status_code == 404
    assert not SeenWebhook.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [{"amount": 6_190}, {"exponent": 2}, {"currency": "USD"}, {"amount": "6195"}, {"amount": -5},
     {"amount": True}, {"amount": None}],
    ids=str,
)  # fmt: skip
def test_an_amount_that_is_not_ours_is_unknown_and_never_paid(facts: dict[str, Any]) -> None:
    charge = an_online_charge(a_bill(6_195))
    body = about(charge, **facts)
    assert post(body, signed(body)).json() == {"effect": "doubted"}
    charge.refresh_from_db()
    assert charge.state == "unknown" and not Receipt.objects.exists()
    body = about(charge, **facts, number="tx_2")
    assert post(body, signed(body, message_id="msg_2")).json() == {"effect": "ignored"}


def test_an_event_nobody_knows_is_noted_and_changes_nothing() -> None:
    body = about(an_online_charge(a_bill()), kind="payment.celebrated")
    assert post(body, signed(body)).json() == {"effect": "ignored"}
    assert SeenWebhook.objects.get().kind == "payment.celebrated"
