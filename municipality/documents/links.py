"""Links to files: signed, for one person and one file, and over after some minutes."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.core import signing
from django.urls import reverse

from municipality.documents.files import file_of
from municipality.documents.models import StoredFile

SALT = "municipality.documents.links"
Copy = Literal["clean", "original", "small", "public"]  # the last two: pictures of a photo


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link leads to."""

    file: StoredFile
    copy: Copy


def link_to(
    file: StoredFile, person_id: int | None, until: dt.datetime, copy: Copy = "clean"
) -> str:
    """Make the address of a file for one person (None: anybody) until a moment.

    The clean copy, unless ``original`` is asked for; whether a person may have that is asked
    again when the link is opened.
    """
    told = {"f": file.public_id, "p": person_id, "u": int(until.timestamp()), "c": copy}
    return reverse("home:file", args=[signing.dumps(told, salt=SALT, compress=True)])


def read_link(token: str, *, person_id: int | None, at: dt.datetime) -> Linked | None:
    """Return what a link leads to; None where it was altered, is over or is another's."""
    try:
        told = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    if told["u"] <= at.timestamp() or told["p"] not in (None, person_id):
        return None
    found = file_of(told["f"])
    if found is None or not found.may_be_opened:
        return None
    return Linked(found, told["c"])
