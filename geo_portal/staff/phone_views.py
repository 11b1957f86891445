"""The demo's telephone: what the operator has acknowledged for a number, and a way to text us.

Only in a demo, where it is open to anybody; elsewhere there is nothing at these addresses.
"""

import http.client
import json
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from municipality.notices.models import InboundMessage, Message
from municipality.people.access import ANYONE, not_found, open_to
from municipality.people.models import User
from municipality.phones import NotAPhone, shown
from municipality.phones import phone as read_phone
from municipality.places.demo import is_demo
from municipality.problems import Problem
from municipality.reach import as_system
from municipality.words import Text

MOST = 40
MOST_LETTERS = 500
NO_PHONE = Text("اكتب رقم هاتف نقال صحيحًا.", "Write a mobile number.")
NO_SMSC = Text("محاكي المشغّل لا يجيب الآن.", "The operator's simulator does not answer now.")
_ACKNOWLEDGED = ("sent", "delivered", "temporary_failure")


def _only_in_a_demo() -> None:
    if not is_demo():
        raise not_found()


def _numbers() -> list[tuple[str, str]]:
    """Return the telephones of the demo's own people, whose numbers are made up.

    A number that a visitor typed may be a real one: it is on no list, and opens by typing it.
    """
    people = User.objects.exclude(phone=None).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    found = people.order_by("pk").values_list("phone", "username")[:MOST]
    return [(str(number), name) for number, name in found]


def _talk(number: str) -> list[dict[str, object]]:
    """Return what a telephone sent and what it got, in order of time."""
    with as_system():
        got = Message.objects.filter(to_address=number, state__in=_ACKNOWLEDGED)
        sent = InboundMessage.objects.filter(sender=number)
        bubbles: list[dict[str, object]] = [
            {"at": row.sent_at, "text": row.text, "ours": True, "parts": row.parts, "row": row}
            for row in got.exclude(sent_at=None).order_by("-sent_at")[:MOST]
        ]
        bubbles += [
            {"at": row.at, "text": row.text, "ours": False} for row in sent.order_by("-at")[:MOST]
        ]
    return sorted(bubbles, key=lambda bubble: str(bubble["at"]))


@require_safe
@open_to(ANYONE)
def phone(request: HttpRequest) -> HttpResponse:
    """Show one telephone of the demo; without ``number`` the ones there are."""
    _only_in_a_demo()
    number, error = "", ""
    if asked := request.GET.get("number", "")[:30]:
        try:
            number = read_phone(asked)
        except NotAPhone:
            error = str(NO_PHONE)
    context = {
        "number": number,
        "shown": shown(number) if number else "",
        "short_code": settings.GEO_SMS_FROM,
        "numbers": [(one, shown(one), name) for one, name in _numbers()],
        "talk": _talk(number) if number else [],
        "error": error,
        "asked": asked,
        "sent": "sent" in request.GET,
    }
    return render(request, "staff/phone.html", context, status=422 if error else 200)


def _hand_to_operator(number: str, text: str) -> None:
    """Let the simulator carry a text; raises Problem 503 where it does not answer."""
    parts = urlsplit(settings.GEO_SMSC_CONTROL_URL)
    link = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=5)
    try:
        body = json.dumps({"from": number, "text": text, "to": settings.GEO_SMS_FROM})
        link.request("POST", "/mo", body.encode(), {"Content-Type": "application/json"})
        if link.getresponse().status >= 400:
            raise Problem(503, "operator_silent", NO_SMSC)
    except (OSError, http.client.HTTPException):
        raise Problem(503, "operator_silent", NO_SMSC) from None
    finally:
        link.close()


@require_POST
@open_to(ANYONE)
def text_us(request: HttpRequest) -> HttpResponse:
    """Text something to the short code, as the owner of the telephone would."""
    _only_in_a_demo()
    try:
        number = read_phone(request.POST.get("number", "")[:30])
    except NotAPhone:
        return redirect(reverse("home:phone"))
    text = request.POST.get("text", "").replace("\x00", "").strip()[:MOST_LETTERS]
    if text:
        _hand_to_operator(number, text)
    return redirect(f"{reverse('home:phone')}?{urlencode({'number': number, 'sent': 1})}")
