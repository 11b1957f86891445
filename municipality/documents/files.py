"""Files people sent: names, who holds which bytes, and the sweeping of bytes nobody holds."""

import datetime as dt
import logging
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from municipality.documents import store
from municipality.documents.models import IssuedPaper, Picture, StoredFile
from municipality.reach import acting, as_system

NAME_LETTERS = 150
ORPHAN_AFTER = dt.timedelta(hours=1)  # an upload whose row is still being written is younger
AT_ONCE = 500
ENDINGS = {"pdf": "pdf", "jpeg": "jpg", "png": "png", "heic": "heic", "webp": "webp"}
TYPES = {
    "pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png", "heic": "image/heic",
    "webp": "image/webp",
}  # fmt: skip
log = logging.getLogger("municipality.documents")


def tidy_name(given: str) -> str:
    """Return a sender's file name without folders, control letters and marks of direction.

    >>> tidy_name("C:\\\\x\\\\plan\\u202efdp.exe")
    'planfdp.exe'
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    plain = "".join(
        letter if unicodedata.category(letter)[0] != "C" else ""
        for letter in unicodedata.normalize("NFC", last)
    )
    return " ".join(plain.split())[-NAME_LETTERS:] or "file"


def download_name(file: StoredFile, kind: str) -> str:
    """Return the name to save a file by: its own, with the ending of what it really is."""
    stem = PurePosixPath(file.name).stem if "." in file.name else file.name
    return f"{stem.strip('. ') or 'file'}.{ENDINGS[kind]}"


@acting
def files_about(subject: str) -> list[StoredFile]:
    """Return the files of one subject (``case/42``), oldest first; the caller checks who asks."""
    return list(StoredFile.objects.filter(about=subject).order_by("at", "pk"))


@acting
def file_of(public_id: str) -> StoredFile | None:
    """Return one file by its public id; the caller checks who asks."""
    return StoredFile.objects.filter(public_id=public_id).first()  # unique


def held_by_documents(digests: Collection[str]) -> set[str]:
    """Return which of some digests are named by a paper, or by a file or picture still kept."""
    either = Q(sha256__in=digests) | Q(clean_sha256__in=digests)
    rows = StoredFile.objects.filter(either, removed_at__isnull=True)
    issued = Q(sha256__in=digests) | Q(archive_sha256__in=digests)
    found: set[str] = set()
    for pair in IssuedPaper.objects.filter(issued).values_list("sha256", "archive_sha256"):
        found.update(pair)
    for pair in rows.values_list("sha256", "clean_sha256"):
        found.update(pair)
    pictures = Picture.objects.filter(sha256__in=digests, ended_at__isnull=True)
    found.update(pictures.values_list("sha256", flat=True))
    return found & set(digests)


def held(digests: Collection[str]) -> set[str]:
    """Return which of some digests anybody holds (``settings.FILE_HOLDERS``)."""
    found: set[str] = set()
    for dotted in settings.FILE_HOLDERS:
        found |= import_string(dotted)(digests)
    return found


@dataclass(slots=True)
class Swept:
    """What one sweep found."""

    seen: int = 0
    removed: int = 0
    half_written: int = 0
    without_file: int = 0


def _remove_if_nobodys(sha256: str, *, before: dt.datetime) -> bool:
    """Remove bytes that no row names, with the digest locked against who is writing one."""
    with transaction.atomic():
        store.lock(sha256)
        written = store.written_at(sha256)
        if written is None or written >= before or held([sha256]):
            return False
        store.remove(sha256)
    return True


def _named() -> Iterator[str]:
    """Yield every digest that a row of ours names."""
    yield from IssuedPaper.objects.values_list("sha256", flat=True).iterator()
    archived = IssuedPaper.objects.exclude(archive_sha256="")
    yield from archived.values_list("archive_sha256", flat=True).iterator()
    rows = StoredFile.objects.filter(removed_at__isnull=True)
    for pair in rows.values_list("sha256", "clean_sha256").iterator():
        yield from pair
    pictures = Picture.objects.filter(ended_at__isnull=True)
    yield from pictures.values_list("sha256", flat=True).iterator()


def _old_and_nobodys(part: list[store.Kept], before: dt.datetime) -> Iterator[str]:
    names = held([kept.sha256 for kept in part])
    for kept in part:
        if kept.sha256 not in names and kept.written_at < before:
            yield kept.sha256


def sweep(*, at: dt.datetime) -> Swept:
    """Remove bytes older than an hour that no row names; count rows whose bytes are gone (I6)."""
    swept, before, seen = Swept(), at - ORPHAN_AFTER, set()
    with as_system():
        kept = list(store.all_kept())
        for start in range(0, len(kept), AT_ONCE):
            for sha256 in _old_and_nobodys(kept[start : start + AT_ONCE], before):
                swept.removed += _remove_if_nobodys(sha256, before=before)
        seen = {one.sha256 for one in kept}
        for sha256 in _named():
            if sha256 not in seen and not store.is_kept(sha256):
                swept.without_file += 1
                log.error("a row names %s and there is no such file", sha256)
    swept.seen = len(kept)
    swept.half_written = store.clear_half_written(before=before)
    return swept
