"""The message log: how far each message is.  It shows no text: some hold sign-in codes."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from geo_portal.staff.template_words import title
from municipality.digits import western
from municipality.notices.handing_over import is_bound, waiting
from municipality.notices.models import Message
from municipality.people.access import open_to
from municipality.people.contact import masked_email
from municipality.phones import NotAPhone, masked, phone
from municipality.words import Text

LATEST = 100
STATES = {
    "created": (Text("في الانتظار", "Waiting"), "", "clock"),
    "sending": (Text("قيد الإرسال", "Being sent"), "info", "clock"),
    "sent": (Text("أُرسلت", "Sent"), "info", "tick"),
    "delivered": (Text("وصلت", "Delivered"), "pass", "pass"),
    "temporary_failure": (Text("لم تصل بعد: الهاتف مغلق", "Phone off"), "near", "triangle"),
    "permanent_failure": (Text("تعذّر تسليمها", "Not deliverable"), "fail", "fail"),
    "technical_failure": (Text("لم تُرسل لعطل", "Not sent"), "fail", "triangle"),
}
REASONS = {
    "expired": Text("انقضى وقتها قبل أن تُرسل", "its time was over before it could be sent"),
    "number_not_textable": Text("رقم لا تُرسل إليه رسالة", "a number that cannot be texted"),
    "address_not_valid": Text("عنوان غير صحيح", "an address that is not valid"),
}


def _asked(text: str) -> QuerySet[Message]:
    """Find messages by telephone, by matter (``case/42``) or by the number of a case."""
    found = Message.objects.order_by("-queued_at", "-pk")
    asked = western(text).strip()
    if not asked:
        return found
    try:
        return found.filter(to_address=phone(asked))
    except NotAPhone:
        pass  # then it is a number of ours
    if "/" in asked:
        return found.filter(about=asked)
    if "@" in asked:
        return found.filter(to_address=asked)
    return found.filter(values__number=asked.upper())


def _masked(message: Message) -> str:
    if message.channel == Message.Channel.SMS:
        return masked(message.to_address)
    return masked_email(message.to_address)


def _shown(message: Message) -> dict[str, Any]:
    name, look, icon = STATES[message.state]
    return {
        "row": message,
        "title": title(message.template),
        "to": _masked(message),
        "state": str(name),
        "look": look,
        "reason": REASONS.get(message.reason, message.reason),
        "icon": icon,
        "events": [(event.at, str(STATES[event.state][0])) for event in message.events.all()],
    }


@require_safe
@open_to("supervisor", "auditor", "admin")
def messages(request: HttpRequest) -> HttpResponse:
    """List the latest messages, of one telephone or one matter, or in one state."""
    q, state = request.GET.get("q", "")[:100].replace("\x00", ""), request.GET.get("state", "")
    rows = _asked(q)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    if state in STATES:
        rows = rows.filter(state=state)
    count, oldest = waiting(Message.Channel.SMS)
    context = {
        "bound": is_bound(),
        "waiting": count,
        "oldest": oldest,
        "q": q,
        "state": state,
        "states": [(code, str(STATES[code][0]), counts.get(code, 0)) for code in STATES],
        "messages": [_shown(row) for row in rows.prefetch_related("events")[:LATEST]],
        "latest": LATEST,
    }
    return render(request, "staff/messages.html", context)
