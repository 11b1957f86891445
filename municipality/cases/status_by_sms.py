"""Status of a transaction by SMS: text its number, get its stage in the script you wrote in.

Service of March 2009.  Only a phone that is on the case learns anything; any other gets the
same neutral answer, whether the case exists or not (guards.md threats 1 and 16).
"""

import datetime as dt
import re

from municipality.cases.kinds import machine_of
from municipality.cases.machine import DELEGATE
from municipality.cases.models import Case, Party
from municipality.cases.queries import asked_for, numbers_in
from municipality.cases.rights import delegates_now
from municipality.cases.telling import day_text, shortened
from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.notices.inbound import InboundText, Reply, known_language
from municipality.notices.templates import Template
from municipality.people.acting_person import office_ids
from municipality.people.models import Consultancy, User
from municipality.words import Text

LONGEST_STAGE, LONGEST_MISSING = 30, 100  # letters; three parts hold no more (a test compares)
CITY_AR, CITY_EN = PROFILE.municipality_ar, PROFILE.municipality_en

STATUS = Template(
    code="cases.status",
    ar=f"{CITY_AR}: المعاملة {{number}}: {{stage}}. {{due}} {{missing}}",
    en=f"{CITY_EN}: {{number}} is at: {{stage}}. {{due}} {{missing}}",
    longest={
        "number": "PX-2026-000123",
        "stage": "ص" * LONGEST_STAGE,
        "due": "الموعد 28/11/2026.",
        "missing": "ص" * LONGEST_MISSING,
    },
    max_parts=3,  # the third only for what an officer wrote
)
UNKNOWN = Template(
    code="cases.status_unknown",
    ar=f"{CITY_AR}: لا معاملة بهذا الرقم مسجلة لهاتفك. للاستفسار اتصل على 1111.",
    en=f"{CITY_EN}: no case of this number is registered to your phone. Call 1111.",
    longest={},
)
TEMPLATES = (STATUS, UNKNOWN)
_NUMBER_LETTERS = re.compile(r"\b[A-Za-z]{2,4}(?=[\s\-–_./]*[0-9])")
ASKED = Text("المطلوب: {what}.", "Needed: {what}.")
DUE = Text("الموعد {day}.", "Due {day}.")


def is_on_case(case: Case, phone: str, *, at: dt.datetime) -> bool:
    """Tell whether a phone belongs to a party, to their account, or to their office.

    That of a delegate does while the applicant lets them act.
    """
    parties = Party.objects.filter(case=case).exclude(role=DELEGATE)
    if parties.filter(phone=phone).exists():
        return True
    people = User.objects.filter(phone=phone, is_active=True)
    if parties.filter(person__in=people).exists():
        return True
    if parties.filter(consultancy__in=Consultancy.objects.filter(phone=phone)).exists():
        return True
    if any(phone == one.phone or one.person in people for one in delegates_now(case, at=at)):
        return True
    on = city_day(at)
    offices = [key for person in people for key in office_ids(person, on=on)]
    return bool(offices) and parties.filter(consultancy__in=offices).exists()


def _written_in(text: InboundText) -> str:
    """Return the language of the words around a number; empty where there are none."""
    words = _NUMBER_LETTERS.sub("", text.text)
    return text.language if any(letter.isalpha() for letter in words) else ""


def _missing(case: Case, language: str) -> str:
    """Return what the case waits for from its applicant: the officer's words where there are."""
    state = machine_of(case.kind).state(case.state)
    if not state.asks or state.ahead is None:
        return ""
    room = LONGEST_MISSING - len(ASKED.with_values(what="").in_language(language))
    what = asked_for(case) or state.ahead.in_language(language)
    return ASKED.with_values(what=shortened(what, room).rstrip(".")).in_language(language)


def status(text: InboundText) -> Reply | None:
    """Answer a text that holds the number of a case; None for any other text."""
    year = text.at.astimezone(PROFILE.time_zone).year
    numbers = numbers_in(text.text, year=year)
    if not numbers:
        return None
    known = Case.objects.filter(number__in=numbers).order_by("-opened_at", "-pk")
    case = next((each for each in known if is_on_case(each, text.sender, at=text.at)), None)
    if case is None:
        return Reply(UNKNOWN.code, language=_written_in(text) or known_language(text.sender))
    theirs = Party.objects.filter(case=case, phone=text.sender).order_by("pk")
    language = _written_in(text) or next(
        iter(theirs.values_list("language", flat=True)), known_language(text.sender)
    )
    due = case.due_at or case.expires_at
    return Reply(
        template=STATUS.code,
        values={
            "number": case.number,
            "stage": machine_of(case.kind).state(case.state).name.in_language(language),
            "due": DUE.with_values(day=day_text(due)).in_language(language) if due else "",
            "missing": _missing(case, language),
        },
        language=language,
    )
