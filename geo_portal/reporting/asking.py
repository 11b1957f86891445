"""What the pages and the API of reports share: who sends, and which photos are theirs."""

import datetime as dt
from collections.abc import Iterable

from django.core.files.base import File

from municipality import crs
from municipality.actor import Actor
from municipality.documents.file_gate import Unreadable
from municipality.documents.intake import accept_photo
from municipality.documents.models import StoredFile
from municipality.documents.store import digest
from municipality.people.limits import Limit, count_person
from municipality.people.models import User
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.words import Text, in_arabic
from observations.reports.fixes import Origin, Told
from observations.reports.intake import Sender

# guards.md threat 27: a report is a minute's work, and nobody sees one every ten minutes.
REPORTS = (Limit("report_hour", 5, 3_600), Limit("report_day", 20, 86_400))
PHOTOS = (Limit("report_photo_hour", 60, 3_600),)
NO_SUCH_PHOTO = Text(
    "إحدى الصور لم تُرسل منك، أو أُرفقت بملاحظة أخرى.",
    "One of the photos was not sent by you, or belongs to another report.",
)


def sender_of(person: User) -> Sender:
    """Return a person as the sender of a report, in the language they are reading."""
    return Sender(
        name=person.full_name, person=person, phone=person.phone or "",
        language="ar" if in_arabic() else "en",
    )  # fmt: skip


def role_of(person: User) -> str:
    """Return the role somebody sends their own report in."""
    return "citizen" if person.has_role("citizen") or not person.roles else person.roles[0]


def draft_of(person_id: int) -> str:
    """Name what the photos of a person belong to until their report is sent."""
    return f"draft/{person_id}"


@acting
def drafts(person_id: int) -> list[StoredFile]:
    """Return the photos that a person has sent and no report holds yet."""
    return list(StoredFile.objects.filter(about=draft_of(person_id), removed_at=None))


def keep_photo(upload: File[bytes], by: Actor, *, at: dt.datetime) -> StoredFile:
    """Take in one photo ahead of its report; sent again, it is the one that is there.

    Raises Problem 422 for a file that is no photo, 429 for too many.
    """
    person_id = by.person_id or 0
    sha256 = digest(upload.read())
    for known in drafts(person_id):
        if known.sha256 == sha256:
            return known  # the answer was lost on the way
    count_person(person_id, PHOTOS, at=at)
    upload.seek(0)
    try:
        return accept_photo(upload, by=by, at=at, about=draft_of(person_id))
    except Unreadable as refused:
        raise Problem(422, "not_accepted", refused.words) from None


def photos_named(ids: list[str], *, person_id: int) -> tuple[StoredFile, ...]:
    """Return the photos of a draft by their ids, in order; raises Problem 422 for another's."""
    own = {file.public_id: file for file in drafts(person_id)}
    if any(name not in own for name in ids) or len(set(ids)) != len(ids):
        raise bad_value("photos", NO_SUCH_PHOTO)
    return tuple(own[name] for name in ids)


def told_by_photos(files: Iterable[StoredFile]) -> tuple[Told, ...]:
    """Return where photos say they were taken, of those that say it and lie in the city.

    One from another country is a copied picture: it says nothing about a place here.
    """
    found = []
    for file in files:
        facts = file.facts
        if facts.lon is None or facts.lat is None or not crs.in_extent(facts.lon, facts.lat):
            continue
        taken = facts.taken_at if facts.taken_at and facts.taken_at.tzinfo else None
        point = crs.metric_point(facts.lon, facts.lat)
        found.append(Told(Origin.EXIF, point, facts.error_m, facts.fixed_at or taken))
    return tuple(found)
