"""Texts and amounts in the language of the page: ``{% say "عربي" "English" %}``, ``|rial``."""

from decimal import Decimal

from django import template

from geo_portal.staff.act_words import PLATFORM
from municipality.baisa import Baisa, as_rial
from municipality.conf import CURRENCY
from municipality.words import Text

_PARTS = {
    "applicant": Text("مقدم الطلب", "Applicant"),
    "owner": Text("المالك", "Owner"),
    "former_owner": Text("المالك السابق", "Former owner"),
    "office": Text("المكتب الاستشاري", "Consultancy office"),
    "payer": Text("الدافع", "Payer"),
    "delegate": Text("النائب عن مقدم الطلب", "Delegate of the applicant"),
}
_MESSAGE_STATES = {
    "created": Text("في الانتظار", "Waiting"),
    "sending": Text("قيد الإرسال", "Being sent"),
    "sent": Text("أُرسلت", "Sent"),
    "delivered": Text("وصلت", "Delivered"),
    "temporary_failure": Text("لم تصل: الهاتف مغلق", "Not delivered: phone off"),
    "permanent_failure": Text("لم تصل: لا مستلم", "Not delivered: no such recipient"),
    "technical_failure": Text("لم تُرسل: عطل", "Not sent: a fault"),
}
_REFUNDS = {
    "refund": Text("رد مبلغ", "Refund"),
    "void": Text("إلغاء إيصال", "Void"),
    "second_capture": Text("دفعة ثانية لفاتورة واحدة", "Second payment of one bill"),
    "wrong_amount": Text("خُصم مبلغ غير المطلوب", "Another amount was taken"),
}
_OWED = {
    "second_capture": Text(
        "الفاتورة لم تعد تقبل مالًا؛ يُرد هذا المبلغ.",
        "The bill takes no money any more; this payment goes back.",
    ),
    "wrong_amount": Text(
        "خُصم مبلغ غير المطلوب؛ يُرد كله.",
        "The amount taken is not the amount asked for; all of it goes back.",
    ),
}
_REFUND_STATES = {
    "asked": Text("بانتظار الموافقة", "waits for approval"),
    "refused": Text("لم يوافق عليه", "refused"),
    "approved": Text("ووفق عليه", "approved"),
    "sent": Text("أُرسل إلى البنك", "sent to the bank"),
    "unknown": Text("لا جواب من البنك بعد", "no answer from the bank yet"),
    "done": Text("تم", "done"),
}
_PURPOSES = {
    "plot_extract_fee": Text("رسم مستخرج قطعة أرض معتمد", "Certified plot extract"),
    "building_permit_fee": Text("رسوم إباحة بناء", "Building permit"),
    "parking_ticket": Text("تذكرة موقف", "Parking ticket"),
    "parking_violation": Text("مخالفة مواقف", "Parking violation"),
    "parking_permit_fee": Text("رسوم تصريح مواقف", "Parking permit"),
}
_DIFFERENCES = {
    "unknown_to_us": Text("دفعة عند البنك لا نعرفها", "A payment at the bank that we do not know"),
    "not_in_file": Text("دفعة عندنا ليست في كشف البنك", "A payment of ours not in the bank's file"),
    "amount": Text("المبلغ مختلف", "The amounts differ"),
    "double": Text("خصم مكرر عند البنك", "Taken twice at the bank"),
    "late": Text("دفعة وصل خبرها متأخرًا", "A payment we heard of late"),
}

register = template.Library()
TEN_M = 10  # below it a tenth of a metre is told


@register.simple_tag
def say(ar: str, en: str) -> str:
    """Give the Arabic or the English text; both are always written together."""
    return str(Text(ar, en))


@register.filter
def name_of(thing: object) -> str:
    """Give ``name_ar`` or ``name_en`` of a place, zone or category."""
    return str(Text(getattr(thing, "name_ar", ""), getattr(thing, "name_en", "")))


@register.filter
def rial(amount_baisa: int) -> str:
    """Write an amount of baisa with its three decimals: 6.195."""
    return as_rial(Baisa(int(amount_baisa)))


@register.filter
def about_metres(value: float) -> str:
    """Write metres that a reading gives: whole ones, one decimal below ten."""
    return f"{value:,.1f}" if value < TEN_M else f"{value:,.0f}"


@register.simple_tag
def currency() -> str:
    """Give the symbol of the city's currency, as it stands behind an amount."""
    return str(CURRENCY)


@register.filter
def quantity(value: Decimal) -> str:
    """Write how many of something, without noughts that say nothing: 17.94, 3.

    >>> quantity(Decimal("17.940")), quantity(Decimal("100.000"))
    ('17.94', '100')
    """
    return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


@register.filter
def in_page_language(source: str) -> str:
    """Give the page's side of a source written "عربي / English"; all of one written once."""
    ar, _, en = source.partition(" / ")
    return str(Text(ar, en or ar))


@register.filter
def part_name(role: str) -> str:
    """Name the part someone has in a case."""
    return str(_PARTS.get(role, Text(role, role)))


@register.filter
def actor_name(name: str, role: str) -> str:
    """Name who did something: a person or a body as written, the platform in words."""
    return str(PLATFORM.get(role, name))


@register.filter
def message_state(state: str) -> str:
    """Name the delivery state of a message."""
    return str(_MESSAGE_STATES.get(state, Text(state, state)))


@register.filter
def refund_kind(kind: str) -> str:
    """Name why money goes back."""
    return str(_REFUNDS.get(kind, Text(kind, kind)))


@register.filter
def refund_reason(refund: object) -> str:
    """Say why money goes back: what the platform owes by itself in words, else as it was asked."""
    own = _OWED.get(getattr(refund, "kind", ""))
    return str(own) if own else str(getattr(refund, "reason", ""))


@register.filter
def difference_kind(kind: str) -> str:
    """Name what differs between our books and the bank's."""
    return str(_DIFFERENCES.get(kind, Text(kind, kind)))


@register.filter
def refund_state(state: str) -> str:
    """Name how far a refund is."""
    return str(_REFUND_STATES.get(state, Text(state, state)))


@register.filter
def purpose_name(purpose: str) -> str:
    """Name what a bill is for."""
    return str(_PURPOSES.get(purpose, Text(purpose, purpose)))
