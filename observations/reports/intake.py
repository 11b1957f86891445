"""Taking in a report: its place out of what was told, its category, its case, its promise.

One transaction: a report is there with its case, its fixes and its photos, counted and on its way
to a desk, or nothing of it is.  Photos have come through the gate of ``documents`` before.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from municipality.actor import Actor
from municipality.cases.actions import NewCase, NewParty, Where, open_case
from municipality.cases.clock import Promise, promise
from municipality.cases.machine import APPLICANT
from municipality.cases.models import Case
from municipality.cases.telling import case_link, day_text
from municipality.city_time import city_day
from municipality.documents.models import StoredFile
from municipality.notices.outbox import Recipient, queue
from municipality.people.models import User
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.stored import geos_point
from municipality.words import Text
from observations.reports.fixes import Doubt, Told, best, doubts, is_too_rough
from observations.reports.leading import lead
from observations.reports.models import (
    Category,
    Channel,
    Fix,
    Observation,
    Photo,
    Status,
    Submission,
    Target,
)
from observations.reports.placement import lies
from observations.reports.transitions import KIND
from observations.routing.actions import Why, route

OLDEST = dt.timedelta(days=7)  # an offline queue's report keeps its own day this long
AHEAD = dt.timedelta(minutes=5)  # of a device's clock that is not quite right
LONGEST_KEY, MOST_PHOTOS, LONGEST_TEXT = 60, 8, 2_000
OTHER = "other"  # where a category was retired and nobody said what became of it
URGENCY = {1: 4, 2: 3, 3: 2, 4: 1}  # severity of the heat index, by priority
NO_CATEGORY = Text("اختر نوع الملاحظة من القائمة.", "Choose what the report is about.")
NO_PLACE = Text("حدّد مكان الملاحظة على الخريطة.", "Say on the map where it is.")
TOO_ROUGH = Text(
    "الموقع تقريبي جدًا (±{metres} م). ضع الدبوس على المكان.",
    "The position is too rough (±{metres} m). Put the pin on the place.",
)
IN_DOUBT = Text(
    "بين الموقعين {metres} م، وهذا أكثر من دقتهما. أين الملاحظة؟",
    "The two positions are {metres} m apart, more than their accuracy. Where is it?",
)
MANY_PHOTOS = Text(
    f"للملاحظة {MOST_PHOTOS} صور على الأكثر.", f"A report has {MOST_PHOTOS} photos at most."
)
TEXT_TOO_LONG = Text(
    f"الوصف أطول من {LONGEST_TEXT} حرف.", f"The text has more than {LONGEST_TEXT} characters."
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose report it is: an account, or a caller by name and telephone."""

    name: str
    person: User | None = None
    phone: str = ""
    email: str = ""
    language: str = "ar"

    @property
    def mail(self) -> str:
        """Return the address for messages: that of the account, or the caller's."""
        return self.email if self.person is None else self.person.email


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report as it arrives.  ``sure``: the sender was asked where it is and has said so."""

    category: str
    told: tuple[Told, ...]
    channel: Channel
    made_at: dt.datetime
    description: str = ""
    photos: tuple[StoredFile, ...] = ()
    key: str | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a report is: the fix that counts, and where it lies."""

    fix: Told
    wilayat_id: int | None
    area_id: int | None


def category_now(code: str, *, on: dt.date) -> Category:
    """Return the category of a code on a day; one that was retired, by what took its place.

    A draft that was kept on a device outlives a category.  Raises Problem 422 for a code that
    never was one.
    """
    found = Category.objects.filter(code=code).first() if "\0" not in code else None
    seen: set[int] = set()
    while found is not None and found.retired_on is not None and found.retired_on <= on:
        seen.add(found.pk)
        if found.replaced_by_id is None or found.replaced_by_id in seen:
            found = Category.objects.filter(code=OTHER).first()
            break
        found = Category.objects.get(pk=found.replaced_by_id)
    if found is None:
        raise bad_value("category", NO_CATEGORY)
    return found


def promised(category: Category, *, on: dt.date) -> Promise | None:
    """Return how soon reports of a category are dealt with on a day; its own target first."""
    rows = Target.objects.filter(priority=category.priority, valid__contains=on)
    own = Q(category=category) | Q(category=None)
    found = rows.filter(own).order_by("category_id").first()  # NULL last
    return None if found is None else Promise(found.minutes, found.round_the_clock)


def open_promised(
    category: Category, *, parties: tuple[NewParty, ...], where: Where, by: Actor, at: dt.datetime
) -> Case:
    """Open the case of a report; what its category promises counts from now."""
    today = city_day(at)
    new = NewCase(kind=KIND, parties=parties, where=where, title=category.name_ar)
    case = open_case(new=new, by=by, at=at, year=today.year)
    target = promised(category, on=today)
    if target is not None:
        promise(case, target, since=at)
        case.save(update_fields=["due_at", "round_the_clock"])
    return case


def _doubt_json(doubt: Doubt) -> dict[str, object]:
    return {
        "chosen": doubt.one.origin.value,
        "other": doubt.other.origin.value,
        "apart_m": round(doubt.apart_m),
    }


def placed(told: tuple[Told, ...], *, sure: bool, on: dt.date) -> Placed:
    """Choose the fix that counts and say where it lies; raises Problem where it is in doubt.

    422 without a position, for one that is too rough and for one in the sea; 409 ``place_in_doubt``
    with ``doubts`` where two positions contradict each other and the sender was not asked.
    """
    if not told:
        raise bad_value("fixes", NO_PLACE)
    fix = best(told)
    if is_too_rough(fix):
        raise bad_value(
            "fixes", TOO_ROUGH.with_values(metres=round(fix.radius_m)), code="too_rough"
        )
    asked = [] if sure else doubts(told)
    if asked:
        raise Problem(
            409,
            "place_in_doubt",
            IN_DOUBT.with_values(metres=round(asked[0].apart_m)),
            extra={"doubts": [_doubt_json(doubt) for doubt in asked]},
        )
    where = lies(fix.point, accuracy_m=fix.radius_m, on=on)
    return Placed(fix, where.wilayat_id, where.area_id)


def made_when(made_at: dt.datetime, *, at: dt.datetime) -> dt.datetime:
    """Return the moment a report is counted by: its own, unless that cannot be."""
    return min(made_at, at) if at - OLDEST <= made_at <= at + AHEAD else at


@acting
def sent_before(person: User | None, key: str | None) -> Submission | None:
    """Return what a person has sent under a key of theirs."""
    if key is None or person is None:
        return None
    return Submission.objects.filter(person=person, key=key).first()  # unique


def _check(new: NewReport) -> None:
    if len(new.photos) > MOST_PHOTOS:
        raise bad_value("photos", MANY_PHOTOS)
    if len(new.description) > LONGEST_TEXT:
        raise bad_value("description", TEXT_TOO_LONG)


def _observation(
    new: NewReport, category: Category, where: Placed, *, at: dt.datetime
) -> Observation:
    made_at = made_when(new.made_at, at=at)
    return Observation.objects.create(
        point=geos_point(where.fix.point), accuracy_m=where.fix.accuracy_m,
        fix_origin=where.fix.origin.value, category=category, status=Status.NEW,
        channel=new.channel, severity=URGENCY.get(category.priority, 0), reported_at=made_at,
        reported_on=city_day(made_at), wilayat_id=where.wilayat_id,
        area_id=where.area_id,
    )  # fmt: skip


def keep_fixes(
    observation: Observation, told: tuple[Told, ...], counts: Told, *, by: int | None,
    at: dt.datetime,
) -> None:  # fmt: skip
    """Write every position that was told, and mark the one that counts."""
    Fix.objects.bulk_create(
        Fix(
            observation=observation, origin=fix.origin.value, point=geos_point(fix.point),
            accuracy_m=fix.accuracy_m, fixed_at=fix.fixed_at, told_at=at, by_person_id=by,
            counts_from=at if fix is counts else None,
        )
        for fix in told
    )  # fmt: skip


def keep_photos(
    submission: Submission, photos: tuple[StoredFile, ...], *, of_the_work: bool, at: dt.datetime
) -> None:
    """Add photos to a report; each is private until somebody has looked at it."""
    Photo.objects.bulk_create(
        Photo(observation_id=submission.observation_id, file=file, of_the_work=of_the_work, at=at)
        for file in photos
    )
    ids = [file.pk for file in photos]
    StoredFile.objects.filter(pk__in=ids).update(about=submission.case.stream)


@acting
def send(*, new: NewReport, sender: Sender, by: Actor, at: dt.datetime) -> Submission:
    """Take in one report and open its case; sent again under the same key, it is one.

    Raises Problem as ``placed`` and ``category_now`` do, 422 for too many photos or letters.
    """
    if (before := sent_before(sender.person, new.key)) is not None:
        return before
    _check(new)
    today = city_day(at)
    category = category_now(new.category, on=today)
    where = placed(new.told, sure=new.sure, on=today)
    observation = _observation(new, category, where, at=at)
    person = sender.person
    applicant = NewParty(
        role=APPLICANT, name=sender.name, person_id=person.pk if person else None,
        phone=sender.phone, email=sender.mail, language=sender.language,
    )  # fmt: skip
    there = Where(place=observation.point, wilayat_id=where.wilayat_id, area_id=where.area_id)
    case = open_promised(category, parties=(applicant,), where=there, by=by, at=at)
    if case.due_at is not None:
        observation.due_at = case.due_at
        observation.save(update_fields=["due_at"])
    submission = Submission.objects.create(
        observation=observation, case=case, person=person, key=new.key,
        description=new.description.strip(), sent_at=at,
    )  # fmt: skip
    keep_fixes(observation, new.told, where.fix, by=None, at=at)
    keep_photos(submission, new.photos, of_the_work=False, at=at)
    _tell(submission, sender, at=at)
    route(observation=observation, at=at, why=Why.INTAKE, by=by)
    submission.case = lead(case_id=case.pk, before=None, at=at)
    return submission


def _tell(submission: Submission, sender: Sender, *, at: dt.datetime) -> None:
    """Tell the sender the number, the day it is due and where to follow it."""
    case, category = submission.case, submission.observation.category
    in_arabic = sender.language == "ar"
    person = sender.person
    queue(
        template="observation.sent",
        to=Recipient(
            phone=sender.phone, email="" if sender.phone else sender.mail,
            language=sender.language, person_id=person.pk if person else None,
        ),
        values={
            "number": case.number, "due": day_text(case.due_at),
            "category": category.name_ar if in_arabic else category.name_en,
            "link": case_link(case, language=sender.language),
        },
        key=f"case/{case.pk}/sent",
        at=at,
        about=case.stream,
    )  # fmt: skip
