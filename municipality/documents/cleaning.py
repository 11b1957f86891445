"""A person's paper or photo, checked and written anew in the sandbox (guards.md threats 3, 8)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from municipality.documents.file_gate import (
    CLEAN_PAPER,
    MAKE_PICTURES,
    Answer,
    GateLimits,
    Unreadable,
    look_into,
    written,
)
from municipality.documents.photo_facts import NOTHING_SAID, NotSound, PhotoFacts
from municipality.documents.refusals import sentence

KINDS = ("pdf", "jpeg", "png", "heic")  # of papers; a door for photos names PHOTO_KINDS itself
PHOTO_KINDS = ("jpeg", "png", "heic", "webp")
LIMITS = GateLimits(cpu_s=20, wall_s=40, memory_bytes=1 << 30, output_bytes=100 << 20)
Box = tuple[
    float, float, float, float
]  # left, top, right, bottom, fractions of the upright picture


@dataclass(frozen=True, slots=True)
class Made:
    """A JPEG that was made of a photo; width and height in pixels."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is known of a sound file, and its clean copy."""

    kind: str
    sha256: str
    size: int
    pages: int
    width: int  # pixels, of photos
    height: int
    clean_kind: str
    clean: bytes
    isolation: dict[str, str]
    facts: PhotoFacts = NOTHING_SAID  # what a photo says of itself: a claim of the sender's
    pictures: dict[str, Made] = field(default_factory=dict)  # by purpose, those asked for


def _made(answer: Answer, purpose: str) -> Made:
    told: dict[str, Any] = answer.said["pictures"][purpose]
    data = written(answer, f"{purpose}.bin")
    return Made(int(told["width"]), int(told["height"]), data)


def clean(
    source: BinaryIO, *, kinds: Sequence[str] = KINDS, pictures: Sequence[str] = ()
) -> Cleaned:
    """Check a file of one of the ``kinds`` and return it with its clean copy; raises Unreadable.

    The copy of a photo is made of its pixels alone, that of a PDF is written by qpdf without
    metadata.  ``pictures`` (``small``) are made of a photo in the same go, which costs less than
    to open it again.  Nothing is parsed in this process.
    """
    task = {"kinds": list(kinds), "pictures": list(pictures)}
    with look_into(source, child=CLEAN_PAPER, task=task, limits=LIMITS) as answer:
        said = answer.said
        try:
            facts = PhotoFacts.of_json(said.get("says"))
            return Cleaned(
                kind=str(said["kind"]), sha256=answer.sha256, size=answer.size,
                pages=int(said["pages"]), width=int(said["width"]), height=int(said["height"]),
                clean_kind=str(said["clean_kind"]), clean=written(answer, "out.bin"),
                isolation=said["isolation"], facts=facts,
                pictures={
                    purpose: _made(answer, purpose)
                    for purpose in pictures
                    if said["kind"] in PHOTO_KINDS
                },
            )  # fmt: skip
        except (NotSound, KeyError, TypeError, ValueError) as error:
            reason = str(error)[:200]
            raise Unreadable("gate_crashed", sentence("gate_crashed", reason=reason)) from None


def pictures_of(clean_copy: BinaryIO, boxes: Sequence[Box]) -> dict[str, Made]:
    """Make ``public`` and ``small`` of the clean copy of a photo, with the boxes hidden in both.

    Raises Unreadable.  Made in the sandbox too: what it wrote once it may have been made to write.
    """
    task = {"boxes": [list(box) for box in boxes]}
    with look_into(clean_copy, child=MAKE_PICTURES, task=task, limits=LIMITS) as answer:
        try:
            return {purpose: _made(answer, purpose) for purpose in ("public", "small")}
        except (KeyError, TypeError, ValueError) as error:
            reason = str(error)[:200]
            raise Unreadable("gate_crashed", sentence("gate_crashed", reason=reason)) from None
