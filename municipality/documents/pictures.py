"""Pictures made of people's photos for others: small ones for lists, and one for the public.

A clerk looks at the photo, draws boxes over faces, number plates and papers, and has both
pictures made with what is below them unreadable.  Who may ask for that, and who sees which
picture, is the business of whoever calls.
"""

import datetime as dt
import logging
import math
from collections.abc import Collection, Sequence
from typing import Any, BinaryIO

from municipality.actor import Actor
from municipality.documents import store
from municipality.documents.cleaning import PHOTO_KINDS, Box, Made, pictures_of
from municipality.documents.file_gate import Unreadable
from municipality.documents.intake import NOT_STORED
from municipality.documents.models import Picture, StoredFile
from municipality.documents.refusals import sentence
from municipality.problems import Problem
from municipality.reach import acting

MOST_BOXES = 50
LEAST_PIXELS = 4  # of a box in each direction, in the photo
log = logging.getLogger("municipality.documents")


def _refused(code: str, **values: object) -> Unreadable:
    return Unreadable(code, sentence(code, **values))


def boxes_of(given: Sequence[Sequence[Any]], *, width: int, height: int) -> list[Box]:
    """Check boxes that a person drew on a photo of that many pixels; raises Unreadable.

    Each is left, top, right, bottom as fractions (0 to 1) of the picture as it is seen, upright.
    """
    if len(given) > MOST_BOXES:
        raise _refused("too_many_boxes", most=MOST_BOXES)
    sound: list[Box] = []
    for number, box in enumerate(given, 1):
        try:
            left, top, right, bottom = (float(value) for value in box)
        except (TypeError, ValueError, OverflowError):
            raise _refused("box_not_sound", number=number) from None
        sides = (left, top, right, bottom)
        if not all(math.isfinite(side) and 0 <= side <= 1 for side in sides):
            raise _refused("box_not_sound", number=number)
        if right < left or bottom < top:
            raise _refused("box_not_sound", number=number)
        if (right - left) * width < LEAST_PIXELS or (bottom - top) * height < LEAST_PIXELS:
            raise _refused("box_too_small", number=number)
        sound.append(sides)
    return sound


def _held(file: StoredFile, boxes: list[Box]) -> dict[str, Picture]:
    """Return the pictures of a file that hold now, if both were made with just these boxes."""
    found = {one.purpose: one for one in file.pictures.filter(ended_at__isnull=True)}
    same = all(one.hidden == [list(box) for box in boxes] for one in found.values())
    return found if same and set(found) == set(Picture.Purpose.values) else {}


@acting
def _kept(
    file: StoredFile, made: dict[str, Made], boxes: list[Box], by: Actor, at: dt.datetime
) -> dict[str, Picture]:
    """Write bytes and rows; what was held for the same purposes ends.

    The row of the file is locked, so that two clerks take turns and a file that is being
    forgotten gets no new picture.
    """
    there = StoredFile.objects.select_for_update().get(pk=file.pk)
    if not there.may_be_opened:
        raise _refused("photo_not_there")
    digests = {purpose: store.digest(one.data) for purpose, one in made.items()}
    for digest in sorted(set(digests.values())):
        store.lock(digest)
    file.pictures.filter(ended_at__isnull=True, purpose__in=made).update(ended_at=at)
    for one in made.values():
        store.keep([one.data])
    return {
        purpose: Picture.objects.create(
            file=file, purpose=purpose, sha256=digests[purpose], size=len(one.data),
            width=one.width, height=one.height, hidden=boxes, by_person_id=by.person_id, at=at,
        )
        for purpose, one in made.items()
    }  # fmt: skip


@acting
def _as_they_are(file: StoredFile, boxes: list[Box]) -> dict[str, Picture]:
    return _held(file, boxes)


def make_pictures(
    file: StoredFile, *, hidden: Sequence[Sequence[Any]], by: Actor, at: dt.datetime
) -> dict[str, Picture]:
    """Make the ``public`` and the ``small`` picture of a photo with places hidden in both.

    Raises Unreadable with a sentence for the clerk, Problem 503 where they could not be stored.
    With the boxes of the pictures that hold, those are returned and nothing is made.  Call it
    before a transaction of your own where you can: the sandbox takes some tenths of a second.
    """
    if file.kind not in PHOTO_KINDS:
        raise _refused("no_photo")
    if not file.may_be_opened:
        raise _refused("photo_not_there")
    boxes = boxes_of(hidden, width=file.width, height=file.height)
    if held := _as_they_are(file, boxes):
        return held
    try:
        with store.open_kept(file.clean_sha256) as source:
            made = pictures_of(source, boxes)
        return _kept(file, made, boxes, by, at)
    except FileNotFoundError:
        raise _refused("photo_not_there") from None
    except OSError as error:  # the disk is full, the bucket is away
        log.exception("a picture could not be stored")
        raise Problem(503, "not_stored", NOT_STORED) from error


@acting
def pictures_held(files: Collection[StoredFile], purpose: str) -> dict[int, Picture]:
    """Return the picture of one purpose of each file that may be opened, by the file's pk.

    The caller checks who asks.  A small picture of a photo that nobody looked at yet (no
    ``public`` one beside it) shows all that the photo shows: it is for staff and who sent it.
    """
    there = [file.pk for file in files if file.may_be_opened]
    found = Picture.objects.filter(file__in=there, purpose=purpose, ended_at__isnull=True)
    return {one.file_id: one for one in found}


def open_picture(picture: Picture) -> BinaryIO:
    """Open the bytes (``image/jpeg``) of a picture that holds; raises FileNotFoundError."""
    if picture.ended_at is not None:
        raise FileNotFoundError(picture.sha256)
    return store.open_kept(picture.sha256)
