"""Renewing by answering a text message: جدد, renew; with the permit's number, months, or neither.

Only the phone that a permit is held by renews it; from any other the answer is the same whether
there is such a permit or not (guards.md threats 9 and 16).  Asked twice, the same bill is told.
Nothing is charged by it: the answer holds the amount and the link to pay.
"""

import datetime as dt
import re

from django.conf import settings

from municipality.actor import SYSTEM, Actor
from municipality.baisa import Baisa, as_rial
from municipality.billing.bills.models import Bill
from municipality.cases.actions import CannotMove
from municipality.city_time import city_day
from municipality.conf import CURRENCY_LAST, PROFILE
from municipality.names import fold
from municipality.notices.inbound import InboundText, Reply
from municipality.notices.templates import Template
from municipality.people.models import User
from municipality.problems import Problem
from municipality.words import Text
from parking_zones.parking_permits.checks import Act
from parking_zones.parking_permits.fees import due_bill
from parking_zones.parking_permits.holders import held_by_phone
from parking_zones.parking_permits.models import ParkingPermit, PermitRequest
from parking_zones.parking_permits.requests import About, ask_about
from parking_zones.parking_permits.terms import YEAR

WORDS = frozenset(fold(word) for word in ("جدد", "جدّد", "تجديد", "جددي", "renew", "renewal"))
LONGEST_WHY = 90
_CITY_AR, _CITY_EN = PROFILE.municipality_ar, PROFILE.municipality_en
_NUMBER = re.compile(r"(?:pp)?[\s\-_/]*(20[0-9]{2})[\s\-_/]*([0-9]{1,6})(?![0-9])", re.I)
_DIGITS = re.compile(r"[0-9]+")
PERMIT = "PP-2026-000123"

BILLED = Template(
    code="parking_permit.sms_billed",
    ar=f"{_CITY_AR}: تجديد {{permit}}، عدد الأشهر {{months}}: {{amount}} {CURRENCY_LAST.ar}. "
    "ادفع: {link}",
    en=f"{_CITY_EN}: renewal of {{permit}}, months: {{months}}: {{amount}} {CURRENCY_LAST.en}. "
    "Pay: {link}",
    longest={
        "permit": PERMIT, "months": "12", "amount": "9999.999",
        "link": "https://www.mm.gov.om/pay/" + "x" * 23,
    },
    max_parts=3,
)  # fmt: skip
WHICH = Template(
    code="parking_permit.sms_which",
    ar=f"{_CITY_AR}: لك أكثر من تصريح. أرسل جدد ورقم التصريح: {{permits}}",
    en=f"{_CITY_EN}: you hold several permits. Text renew and one number: {{permits}}",
    longest={"permits": "، ".join([PERMIT] * 4)},
    max_parts=3,
)
NONE = Template(
    code="parking_permit.sms_none",
    ar=f"{_CITY_AR}: لا تصريح مواقف يُجدد مسجل لهاتفك. للاستفسار اتصل على 1111.",
    en=f"{_CITY_EN}: no parking permit to renew is registered to your phone. Call 1111.",
    longest={},
)
NOT_NOW = Template(
    code="parking_permit.sms_not_now",
    ar=f"{_CITY_AR}: {{permit}}: {{why}}",
    en=f"{_CITY_EN}: {{permit}}: {{why}}",
    longest={"permit": PERMIT, "why": "ص" * LONGEST_WHY},
    max_parts=3,
)
TEMPLATES = (BILLED, WHICH, NONE, NOT_NOW)
MOST_NAMED = 4
PAID = Text("دُفعت رسوم تجديده من قبل.", "its renewal is paid already.")


class _Asked:
    """What a text asks for: a permit's number (its end, from the year on) and months."""

    def __init__(self, text: str) -> None:
        found = _NUMBER.search(text)
        self.number = f"{found[1]}-{int(found[2]):06d}" if found else ""
        rest = text.replace(found[0], " ", 1) if found else text
        counts = [int(part) for part in _DIGITS.findall(rest)[:3] if len(part) <= 9]
        self.months: int | None = None
        for count in counts:
            if not self.number and count > YEAR:
                self.number = f"{count:06d}"  # the last part of a number, without its year
            else:
                self.months = count


def _held(phone: str, *, at: dt.datetime) -> list[ParkingPermit]:
    """Return the permits that a phone may renew: not over, not ended, not renewed yet."""
    rows = ParkingPermit.objects.filter(
        held_by_phone(phone), ends_on__gt=city_day(at), ended_at=None, renewal=None
    )
    return list(rows.order_by("ends_on", "pk"))


def _actor(permit: ParkingPermit) -> Actor:
    """Name who renews: the holder's account, else the platform for a phone without one."""
    holder = User.objects.filter(pk=permit.person_id or 0).first()  # unique
    return SYSTEM if holder is None else Actor(holder.pk, holder.full_name, "citizen")


def _billed(permit: ParkingPermit, bill: Bill, months: int, language: str) -> Reply:
    start = "" if language == "ar" else "/en"
    return Reply(
        BILLED.code,
        {
            "permit": permit.number, "months": months, "amount": as_rial(Baisa(bill.total_baisa)),
            "link": f"{settings.GEO_PUBLIC_URL}{start}/pay/{bill.public_id}/",
        },
        language,
    )  # fmt: skip


def _renewed(permit: ParkingPermit, asked: _Asked, text: InboundText) -> Reply:
    about = About(Act.RENEW, months=asked.months, channel=PermitRequest.Channel.SMS)
    try:
        case = ask_about(permit_id=permit.pk, about=about, by=_actor(permit), at=text.at)
    except Problem as refused:
        return _refused(permit, refused.detail, text)
    except CannotMove as refused:
        return _refused(permit, refused.words, text)
    bill = due_bill(case)
    if bill is None:
        return _refused(permit, PAID, text)
    months = PermitRequest.objects.get(case=case).months
    return _billed(permit, bill, months, text.language)


def _refused(permit: ParkingPermit, why: Text, text: InboundText) -> Reply:
    said = why.in_language(text.language)[:LONGEST_WHY]
    return Reply(NOT_NOW.code, {"permit": permit.number, "why": said}, text.language)


def renew(text: InboundText) -> Reply | None:
    """Answer a text that begins with a word of renewing; None for any other."""
    words = text.folded.split()
    if not words or words[0] not in WORDS:
        return None
    asked = _Asked(text.text)
    held = _held(text.sender, at=text.at)
    if asked.number:
        held = [permit for permit in held if permit.number.endswith(asked.number)]
    if not held:
        return Reply(NONE.code, language=text.language)
    if len(held) > 1:
        return Reply(WHICH.code, {"permits": _listed(held)}, text.language)
    return _renewed(held[0], asked, text)


def _listed(held: list[ParkingPermit]) -> str:
    return ", ".join(permit.number for permit in held[:MOST_NAMED])
