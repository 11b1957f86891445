"""The machine door of money: the gateway's messages."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Router

from municipality.billing.payments.signatures import BadSignature, verify
from municipality.billing.payments.webhooks import receive
from municipality.geometry_gate import strict_json
from municipality.people.access import ANYONE, not_found, open_to
from municipality.problems import Problem
from municipality.words import Text

router = Router(tags=["payments"])

MOST_BYTES = 20_000
TOO_LARGE = Text("الرسالة أكبر من المسموح.", "The message is larger than allowed.")
NOT_JSON = Text("أرسل application/json.", "Send application/json.")
UNSIGNED = Text("توقيع الرسالة غير صحيح.", "The message's signature does not hold.")


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise Problem(413, "too_large", TOO_LARGE)
    if request.content_type != "application/json":
        raise Problem(415, "bad_value", NOT_JSON)
    return request.body


def _comes_from_gateway(request: HttpRequest) -> bool:
    """Tell whether the connection comes from the gateway's networks, where they are known."""
    networks = [ip_network(text) for text in settings.GEO_WEBHOOK_FROM]
    address = ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104
    return not networks or any(address in network for network in networks)


@router.post("/webhook", summary="A signed message of the payment gateway")
@open_to(ANYONE)
def webhook(request: HttpRequest) -> HttpResponse:
    """Take one message, signed over ``id.timestamp.body``; 2xx only after its effect is kept."""
    if not _comes_from_gateway(request):
        raise not_found()
    body = _body(request)
    headers = {
        name: request.headers.get(name, "")
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    }
    now = timezone.now()
    try:
        message_id = verify(headers=headers, body=body, keys=settings.GEO_WEBHOOK_KEYS, at=now)
    except BadSignature:
        raise Problem(401, "bad_signature", UNSIGNED) from None
    message = strict_json(body)
    if not isinstance(message, dict):
        raise Problem(400, "not_json", NOT_JSON)
    effect = receive(message_id=message_id, message=message, at=now)
    return JsonResponse({"effect": effect})
