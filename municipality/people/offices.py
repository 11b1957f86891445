"""Consultancy offices: licence, members, the pilot group, suspension; and whether one may file.

As in 2011 a pilot group files first and all offices later: one switch of the city.  Every act is
on the record of the office.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from municipality.actor import Actor
from municipality.digits import western
from municipality.history.actions import record
from municipality.names import tidy
from municipality.people.models import CitySetting, Consultancy, Membership, User
from municipality.problems import Problem, bad_value
from municipality.words import Text

SWITCH = "offices_that_file"
PILOT, ALL = "pilot", "all"
CLASSES = {
    "first": Text("الأولى", "First"),
    "second": Text("الثانية", "Second"),
    "third": Text("الثالثة", "Third"),
    "international": Text("عالمي", "International"),
}
TAKEN = Text("رقم الرخصة مسجل لمكتب آخر.", "Another office has this licence number.")
WRONG_SPAN = Text("آخر يوم قبل أول يوم.", "The last day is before the first.")
CHOOSE_CLASS = Text("اختر فئة الرخصة.", "Choose the class of the licence.")
WRITE_WHY = Text("اكتب السبب.", "Write the reason.")
NO_PERSON = Text(
    "لا شخص بهذا الاسم أو الهاتف يحمل دور المكتب.",
    "Nobody of this user name or phone has the role of an office.",
)
MEMBER_ALREADY = Text("هو عضو في المكتب في هذه الأيام.", "Already a member on these days.")
SUSPENDED = Text("المكتب موقوف: {why}", "The office is suspended: {why}")
LICENCE_OVER = Text("رخصة المكتب غير سارية اليوم.", "The licence of the office is not valid today.")
ALREADY_SUSPENDED = Text("المكتب موقوف من قبل.", "The office is already suspended.")
ALREADY_ACTIVE = Text("المكتب غير موقوف.", "The office is not suspended.")
ALREADY_IN_PILOT = Text(
    "المكتب في المجموعة التجريبية من قبل.", "The office is already in the pilot group."
)
ALREADY_OUT_OF_PILOT = Text(
    "المكتب خارج المجموعة التجريبية من قبل.", "The office is already out of the pilot group."
)
NOT_IN_PILOT = Text(
    "التقديم الإلكتروني للمجموعة التجريبية وحدها الآن.",
    "Filing online is for the pilot group alone for now.",
)


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """What is recorded of an office; the licence's days include the last."""

    name_ar: str
    name_en: str
    licence_number: str
    licence_class: str
    first: dt.date
    last: dt.date
    phone: str = ""  # E.164
    email: str = ""

    @property
    def number(self) -> str:
        """The licence number as it is stored: Western digits, capitals."""
        return tidy(western(self.licence_number)).upper()

    def columns(self) -> dict[str, object]:
        """Return the values of the columns; raises Problem 422 for what cannot be."""
        if self.licence_class not in CLASSES:
            raise bad_value("licence_class", CHOOSE_CLASS)
        if self.last < self.first:
            raise bad_value("last", WRONG_SPAN)
        return {
            "name_ar": tidy(self.name_ar), "name_en": tidy(self.name_en),
            "licence_number": self.number, "licence_class": self.licence_class,
            "licence_valid": (self.first, self.last + dt.timedelta(days=1)),
            "phone": self.phone, "email": self.email,
        }  # fmt: skip

    def told(self) -> dict[str, str]:
        """Return what the history keeps: the licence, never how the office is reached."""
        return {
            "name": tidy(self.name_ar), "licence": self.number, "class": self.licence_class,
            "from": str(self.first), "to": str(self.last),
        }  # fmt: skip


def _record(office: Consultancy, act: str, by: Actor, at: dt.datetime, **facts: object) -> None:
    record(stream=f"office/{office.pk}", act=f"office.{act}", by=by, at=at, facts=facts)


def _free(facts: OfficeFacts, others: QuerySet[Consultancy]) -> None:
    """Raise Problem 422 where another office has the licence number, in whatever letters."""
    if others.filter(licence_number__iexact=facts.number).exists():
        raise bad_value("licence_number", TAKEN)


def add(facts: OfficeFacts, *, by: Actor, at: dt.datetime) -> Consultancy:
    """Register an office; raises Problem 422 for a licence number that is taken."""
    try:
        with transaction.atomic():
            _free(facts, Consultancy.objects.all())
            made = Consultancy.objects.create(**facts.columns())
            _record(made, "added", by, at, **facts.told())
    except IntegrityError:
        raise bad_value("licence_number", TAKEN) from None
    return made


def change(office: Consultancy, facts: OfficeFacts, *, by: Actor, at: dt.datetime) -> None:
    """Change what is recorded of an office; raises Problem 422."""
    try:
        with transaction.atomic():
            _free(facts, Consultancy.objects.exclude(pk=office.pk))
            Consultancy.objects.filter(pk=office.pk).update(**facts.columns())
            _record(office, "changed", by, at, **facts.told())
    except IntegrityError:
        raise bad_value("licence_number", TAKEN) from None


def _held(office: Consultancy) -> Consultancy:
    """Lock the row, so that two of the same form are judged one after the other."""
    return Consultancy.objects.select_for_update(of=("self",)).get(pk=office.pk)


@transaction.atomic
def suspend(office: Consultancy, why: str, *, by: Actor, at: dt.datetime) -> None:
    """Stop an office from filing, at once; raises Problem 422 without a reason, or again."""
    if _held(office).state == Consultancy.State.SUSPENDED:
        raise bad_value("to", ALREADY_SUSPENDED)
    reason = " ".join(why.split())[:200]
    if not reason:
        raise bad_value("why", WRITE_WHY)
    suspended = {"state": Consultancy.State.SUSPENDED, "suspended_why": reason}
    Consultancy.objects.filter(pk=office.pk).update(**suspended)
    _record(office, "suspended", by, at, why=reason)


@transaction.atomic
def reinstate(office: Consultancy, *, by: Actor, at: dt.datetime) -> None:
    """Let a suspended office file again; raises Problem 422 where it is not suspended."""
    if _held(office).state != Consultancy.State.SUSPENDED:
        raise bad_value("to", ALREADY_ACTIVE)
    Consultancy.objects.filter(pk=office.pk).update(
        state=Consultancy.State.ACTIVE, suspended_why=""
    )
    _record(office, "reinstated", by, at)


@transaction.atomic
def take_into_pilot(office: Consultancy, *, by: Actor, at: dt.datetime) -> None:
    """Take an office into the pilot group; raises Problem 422 where it is in it."""
    if _held(office).is_pilot:
        raise bad_value("to", ALREADY_IN_PILOT)
    Consultancy.objects.filter(pk=office.pk).update(is_pilot=True)
    _record(office, "in_pilot", by, at)


@transaction.atomic
def take_out_of_pilot(office: Consultancy, *, by: Actor, at: dt.datetime) -> None:
    """Take an office out of the pilot group; raises Problem 422 where it is not in it."""
    if not _held(office).is_pilot:
        raise bad_value("to", ALREADY_OUT_OF_PILOT)
    Consultancy.objects.filter(pk=office.pk).update(is_pilot=False)
    _record(office, "out_of_pilot", by, at)


@transaction.atomic
def let_file(whom: str, *, by: Actor, at: dt.datetime) -> None:
    """Turn the city's switch: ``pilot`` or ``all``; anything else is the pilot group."""
    value = ALL if whom == ALL else PILOT
    CitySetting.objects.update_or_create(name=SWITCH, defaults={"value": value, "changed_at": at})
    facts = {"value": value}
    record(stream=f"setting/{SWITCH}", act="setting.changed", by=by, at=at, facts=facts)


def who_files() -> str:
    """Return the city's switch; ``pilot`` until somebody has turned it."""
    held = CitySetting.objects.filter(name=SWITCH).values_list("value", flat=True).first()  # unique
    return ALL if held == ALL else PILOT


def why_not(office: Consultancy, *, on: dt.date) -> Text | None:
    """Say why an office may file nothing new on a day; None where it may."""
    if office.state == Consultancy.State.SUSPENDED:
        return SUSPENDED.with_values(why=office.suspended_why)
    if on not in office.licence_valid:
        return LICENCE_OVER
    if not office.is_pilot and who_files() == PILOT:
        return NOT_IN_PILOT
    return None


def check_may_file(office_id: int, *, on: dt.date) -> Consultancy:
    """Return the office, held for this transaction; raises Problem 403 where it may not file.

    The row is locked for share, so that a suspension and a filing never cross.
    """
    office = Consultancy.objects.select_for_update(of=("self",)).get(pk=office_id)
    refused = why_not(office, on=on)
    if refused is not None:
        raise Problem(403, "office_may_not_file", refused)
    return office


def add_member(
    office: Consultancy, name: str, *, first: dt.date, by: Actor, at: dt.datetime
) -> Membership:
    """Let a person work for an office from a day on; ``name`` is a user name or a phone.

    Raises Problem 422 for nobody, and for somebody who is a member already.
    """
    person = User.objects.filter(username=name).first() or User.objects.filter(phone=name).first()
    if person is None or not person.has_role("office"):
        raise bad_value("member", NO_PERSON)
    try:
        with transaction.atomic():
            made = Membership.objects.create(consultancy=office, person=person, valid=(first, None))
            _record(office, "member_added", by, at, person=person.pk)
    except IntegrityError:
        raise bad_value("member", MEMBER_ALREADY) from None
    return made


@transaction.atomic
def end_member(member: Membership, *, on: dt.date, by: Actor, at: dt.datetime) -> None:
    """End a membership: the person sees nothing of the office from that day on."""
    started = member.valid.lower
    if started is not None and started >= on:
        member.delete()  # never a member on any day
    else:
        Membership.objects.filter(pk=member.pk).update(valid=(started, on))
    _record(member.consultancy, "member_ended", by, at, person=member.person_id)
