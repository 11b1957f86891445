"""Status of a transaction by SMS: text its number, get its stage in the script you wrote in.

Service of March 2009.  Only a phone that is on the case learns anything; any other gets the
same neutral answer, whether the case exists or not (guards.md threats 1 and 16).
"""

import datetime as dt
import re

from municipality.cases.kinds import machine_of
from municipality.cases.models import Case, Party
from municipality.cases.queries import numbers_in
from municipality.cases.telling import day_text
from municipality.conf import PROFILE
from municipality.notices.inbound import InboundText, Reply
from municipality.notices.templates import Template
from municipality.people.acting_person import office_ids
from municipality.people.models import Consultancy, User

LONGEST_STAGE, LONGEST_MISSING = 30, 40  # letters; two parts hold no more (a test compares)
CITY_AR, CITY_EN = PROFILE.municipality_ar, PROFILE.municipality_en

STATUS = Template(
    code="cases.status",
    ar=f"{CITY_AR}: المعاملة {{number}}: {{stage}}. الموعد {{due}}. {{missing}}",
    en=f"{CITY_EN}: {{number}} is at: {{stage}}. Due {{due}}. {{missing}}",
    longest={
        "number": "PX-2026-000123",
        "stage": "ص" * LONGEST_STAGE,
        "due": "28/11/2026",
        "missing": "ص" * LONGEST_MISSING,
    },
)
UNKNOWN = Template(
    code="cases.status_unknown",
    ar=f"{CITY_AR}: لا معاملة بهذا الرقم مسجلة لهاتفك. للاستفسار اتصل على 1111.",
    en=f"{CITY_EN}: no case of this number is registered to your phone. Call 1111.",
    longest={},
)
TEMPLATES = (STATUS, UNKNOWN)
_NUMBER_LETTERS = re.compile(r"\b[A-Za-z]{2,4}(?=[\s\-–_./]*[0-9])")
ASKED_AR, ASKED_EN = "المطلوب: {what}.", "Needed: {what}."


def is_on_case(case: Case, phone: str, *, at: dt.datetime) -> bool:
    """Tell whether a phone belongs to a party, to their account, or to their office."""
    parties = Party.objects.filter(case=case)
    if parties.filter(phone=phone).exists():
        return True
    people = User.objects.filter(phone=phone, is_active=True)
    if parties.filter(person__in=people).exists():
        return True
    if parties.filter(consultancy__in=Consultancy.objects.filter(phone=phone)).exists():
        return True
    on = at.astimezone(PROFILE.time_zone).date()
    offices = [key for person in people for key in office_ids(person, on=on)]
    return bool(offices) and parties.filter(consultancy__in=offices).exists()


def _language(text: InboundText, case: Case) -> str:
    """Return the language of the answer: the script of the words around the number, else theirs."""
    words = _NUMBER_LETTERS.sub("", text.text)
    if any(letter.isalpha() for letter in words):
        return text.language
    known = Party.objects.filter(case=case, phone=text.sender).order_by("pk")
    return next(iter(known.values_list("language", flat=True)), text.language)


def status(text: InboundText) -> Reply | None:
    """Answer a text that holds the number of a case; None for any other text."""
    year = text.at.astimezone(PROFILE.time_zone).year
    numbers = numbers_in(text.text, year=year)
    if not numbers:
        return None
    known = Case.objects.filter(number__in=numbers).order_by("-opened_at", "-pk")
    case = next((each for each in known if is_on_case(each, text.sender, at=text.at)), None)
    if case is None:
        return Reply(template=UNKNOWN.code)
    language = _language(text, case)
    state = machine_of(case.kind).state(case.state)
    missing = ""
    if state.asks and state.ahead is not None:
        what = state.ahead.in_language(language)
        missing = (ASKED_AR if language == "ar" else ASKED_EN).format(what=what)
    return Reply(
        template=STATUS.code,
        values={
            "number": case.number,
            "stage": state.name.in_language(language),
            "due": day_text(case.due_at or case.expires_at),
            "missing": missing,
        },
        language=language,
    )
