"""Photos of reports before the public: an officer has looked, and hidden faces and plates."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from municipality.actor import Actor
from municipality.documents.pictures import make_pictures
from municipality.history.actions import record
from municipality.reach import acting
from observations.reports.models import Photo, Submission


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
