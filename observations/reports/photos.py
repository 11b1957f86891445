"""Photos of reports before the public: an officer has looked, and hidden faces and plates."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from municipality.actor import Actor
from municipality.documents.links import link_to
from municipality.documents.pictures import make_pictures, pictures_held
from municipality.history.actions import record
from municipality.reach import acting, as_system
from observations.reports.models import Photo, Submission

RELEASED_FOR = dt.timedelta(hours=1)  # a link to a picture


@dataclass(frozen=True, slots=True)
class Released:
    """Addresses of the two pictures of a photo in which faces and plates are unreadable."""

    small: str
    whole: str


@acting
def _looked_at(photo_id: int, shown: str, *, hidden: int, by: Actor, at: dt.datetime) -> Photo:
    photo = Photo.objects.select_for_update().get(pk=photo_id)
    photo.shown, photo.looked_at, photo.looked_by_id = shown, at, by.person_id
    photo.save(update_fields=["shown", "looked_at", "looked_by"])
    case = Submission.objects.select_related("case").get(observation=photo.observation_id).case
    facts = {"photo": photo.public_id, "shown": shown, "boxes": hidden}
    record(stream=case.stream, act="look_at_photo", by=by, at=at, facts=facts)
    return photo


@acting
def _file(photo_id: int) -> Photo:
    return Photo.objects.select_related("file").get(pk=photo_id)


def show_photo(
    *, photo_id: int, hidden: Sequence[Sequence[Any]], by: Actor, at: dt.datetime
) -> Photo:
    """Release a photo with some boxes (fractions of the upright photo) made unreadable.

    Raises Unreadable for boxes that are none, Problem 503 where the pictures could not be kept.
    Shown again with other boxes, the pictures made before are gone.
    """
    make_pictures(_file(photo_id).file, hidden=hidden, by=by, at=at)
    return _looked_at(photo_id, Photo.Shown.SHOWN, hidden=len(hidden), by=by, at=at)


def hide_photo(*, photo_id: int, by: Actor, at: dt.datetime) -> Photo:
    """Keep a photo from the public, or take it back; one click, at any time."""
    return _looked_at(photo_id, Photo.Shown.HIDDEN, hidden=0, by=by, at=at)


def released_photos(ids: Collection[int], *, at: dt.datetime) -> dict[int, list[Released]]:
    """Return what anybody may see of photos, by report, those of the report before those of work.

    Only pictures that were made to be seen, never the photo itself: whoever looked at a photo
    without making them has released nothing.  The caller asks which reports are shown.
    """
    found: dict[int, list[Released]] = {}
    until = at + RELEASED_FOR
    with as_system():
        rows = Photo.objects.filter(observation_id__in=ids, shown=Photo.Shown.SHOWN)
        listed = list(rows.select_related("file").order_by("of_the_work", "at", "pk"))
        held = pictures_held([row.file for row in listed], "public")
    for row in listed:
        if row.file_id in held:
            small, whole = (link_to(row.file, None, until, one) for one in ("small", "public"))
            found.setdefault(row.observation_id, []).append(Released(small, whole))
    return found
