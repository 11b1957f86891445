"""What a driver reads on the telephone about a ticket."""

from municipality.baisa import Baisa, as_rial
from municipality.conf import CURRENCY_LAST, PROFILE
from municipality.notices.templates import Template
from municipality.words import Text
from parking_zones.plates import vehicle_of_key
from parking_zones.tickets.models import ParkingTicket
from parking_zones.zones.queries import city_time

_AR, _EN = PROFILE.municipality_ar, PROFILE.municipality_en
USEFUL_S = 3_600  # an answer about parking is of no use the next day
_TICKET = {
    "number": "PT-2026-0000123", "plate": "12345 أ ب",
    "start": "00:00", "end": "00:00", "day": "28/11/2026",
}  # fmt: skip
_WHERE = {"where": "، المنطقة 123456"}

BOUGHT = Template(
    code="parking.ticket_bought",
    ar=f"{_AR}: تذكرة {{number}} للمركبة {{plate}}{{where}} من {{start}} إلى {{end}} يوم {{day}}، "
    f"{{amount}} {CURRENCY_LAST.ar}.",
    en=f"{_EN}: ticket {{number}}, {{plate}}{{where}}, {{start}} to {{end}} on {{day}}, "
    f"{{amount}} {CURRENCY_LAST.en}.",
    longest=_TICKET | _WHERE | {"amount": "99.999"},
    useful_for_s=USEFUL_S,
)
NOT_CHARGED = Template(
    code="parking.ticket_not_charged",
    ar=f"{_AR}: لم تُشترَ تذكرة للمركبة {{plate}}: لم يقبل المشغل خصم {{amount}} {CURRENCY_LAST.ar}.",
    en=f"{_EN}: no ticket for {{plate}}: your operator did not take {{amount}} {CURRENCY_LAST.en}.",
    longest={"plate": "12345 أ ب", "amount": "99.999"},
    useful_for_s=USEFUL_S,
)
NO_ANSWER = Template(
    code="parking.ticket_no_answer",
    ar=f"{_AR}: لم يصل جواب المشغل عن تذكرة المركبة {{plate}} بعد. سنخبرك متى وصل.",
    en=f"{_EN}: no answer from your operator yet about {{plate}}. We will tell you when it comes.",
    longest={"plate": "12345 أ ب"},
    useful_for_s=USEFUL_S,
)
TOLD = Template(
    code="parking.told",
    ar=f"{_AR}: {{sentence}}",
    en=f"{_EN}: {{sentence}}",
    longest={"sentence": "ص" * 110},
    useful_for_s=USEFUL_S,
)
ENDS_SOON = Template(
    code="parking.ticket_ends_soon",
    ar=f"{_AR}: تنتهي تذكرة المركبة {{plate}} الساعة {{end}}. للتمديد أرسل {{text}} إلى {{short}}.",
    en=f"{_EN}: the ticket of {{plate}} ends at {{end}}. To extend, text {{text}} to {{short}}.",
    longest={
        "plate": "12345 أ ب",
        "end": "00:00",
        "text": "12345 أ ب 30 ز123456",
        "short": "90091",
    },
    useful_for_s=600,
)
ENDS_SOON_ABROAD = Template(
    code="parking.ticket_of_foreign_plate_ends_soon",
    ar=f"{_AR}: تنتهي تذكرة المركبة {{plate}} الساعة {{end}}. للتمديد افتح تذاكرك في الموقع.",
    en=f"{_EN}: the ticket of {{plate}} ends at {{end}}. To extend, open your tickets on the site.",
    longest={"plate": "12345678901234567890", "end": "00:00"},
    useful_for_s=600,
)
NEVER_ANSWERED = Template(
    code="parking.ticket_never_answered",
    ar=f"{_AR}: لم يجب مشغلك عن تذكرة المركبة {{plate}}، فلم تُحسب. راجعه إن خُصم ثمنها.",
    en=f"{_EN}: your operator never answered about {{plate}}; no ticket. Ask them if you paid.",
    longest={"plate": "12345 أ ب"},
    useful_for_s=86_400,
)
TEMPLATES = (
    BOUGHT, NOT_CHARGED, NO_ANSWER, NEVER_ANSWERED, TOLD, ENDS_SOON, ENDS_SOON_ABROAD,
)  # fmt: skip
WHERE = Text("، المنطقة {number}", ", zone {number}")


def plate_text(ticket: ParkingTicket, language: str) -> str:
    """Write a ticket's plate in the script of a language."""
    plate = vehicle_of_key(ticket.plate_key)
    return plate.shown_ar if language == "ar" else plate.shown_en


def values_of(ticket: ParkingTicket) -> dict[str, object]:
    """Return what a message tells of a ticket, in the language of its buyer."""
    language, start = ticket.language, city_time(ticket.starts_at)
    where = ""
    if ticket.zone is not None:
        where = WHERE.with_values(number=ticket.zone.number).in_language(language)
    return {
        "number": ticket.number, "plate": plate_text(ticket, language), "where": where,
        "start": f"{start:%H:%M}", "end": f"{city_time(ticket.ends_at):%H:%M}",
        "day": f"{start:%d/%m/%Y}", "amount": as_rial(Baisa(ticket.amount_baisa)),
    }  # fmt: skip
