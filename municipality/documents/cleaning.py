"""A person's paper or photo, checked and written anew in the sandbox (guards.md threats 3, 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from municipality.documents.file_gate import CLEAN_PAPER, GateLimits, Unreadable, look_into
from municipality.documents.refusals import sentence

KINDS = ("pdf", "jpeg", "png", "heic")
LIMITS = GateLimits(cpu_s=20, wall_s=40, memory_bytes=1 << 30, output_bytes=100 << 20)


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


def clean(source: BinaryIO, *, kinds: Sequence[str] = KINDS) -> Cleaned:
    """Check a file of one of the ``kinds`` and return it with its clean copy; raises Unreadable.

    The copy of a photo is made of its pixels alone, that of a PDF is written by qpdf without
    metadata.  Nothing is parsed in this process.
    """
    task = {"kinds": list(kinds)}
    with look_into(source, child=CLEAN_PAPER, task=task, limits=LIMITS) as answer:
        said = answer.said
        try:
            copy = (answer.job / "out.bin").read_bytes()
        except OSError:
            raise Unreadable("gate_crashed", sentence("gate_crashed", reason="no copy")) from None
    return Cleaned(
        kind=str(said["kind"]),
        sha256=answer.sha256,
        size=answer.size,
        pages=int(said["pages"]),
        width=int(said["width"]),
        height=int(said["height"]),
        clean_kind=str(said["clean_kind"]),
        clean=copy,
        isolation=said["isolation"],
    )
