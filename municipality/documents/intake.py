"""The door for people's files: size, kind by content, clean copy, scan, then one row.

Slow work (the sandbox, the scanner) is done before anything is written, so call ``accept``
before a transaction of your own where you can.  If the caller's transaction is taken back, the
bytes stay behind and are swept an hour later.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from typing import BinaryIO, cast

from django.core.files.base import File

from municipality.actor import Actor
from municipality.documents import clamd, store
from municipality.documents.cleaning import KINDS, PHOTO_KINDS, Cleaned, clean
from municipality.documents.file_gate import Unreadable
from municipality.documents.files import tidy_name
from municipality.documents.models import Picture, RetentionClass, StoredFile
from municipality.documents.refusals import sentence
from municipality.problems import Problem
from municipality.reach import acting
from municipality.words import Text

NOT_STORED = Text(
    "تعذر حفظ الملف الآن، ولم يُحفظ منه شيء. أعد المحاولة بعد دقائق.",
    "The file could not be stored now, and nothing of it was kept. Try again in some minutes.",
)
log = logging.getLogger("municipality.documents")
MAX_MB = 20
MAX_BYTES = MAX_MB * 1_000_000


def scanned(source: BinaryIO) -> tuple[str, str]:
    """Return what the scanner says of a file, and the malware's name; no answer: it waits."""
    if not clamd.is_on():
        return StoredFile.Scan.OFF, ""
    try:
        malware = clamd.scan(source)
    except clamd.NoAnswer:
        return StoredFile.Scan.UNSCANNED, ""
    return (StoredFile.Scan.INFECTED, malware) if malware else (StoredFile.Scan.CLEAN, "")


def _looked_at(
    upload: File[bytes], *, kinds: Sequence[str], pictures: Sequence[str] = ()
) -> tuple[Cleaned, StoredFile]:
    """Check, copy and scan a file; returns what was made of it and its row, not yet written."""
    if upload.size > MAX_BYTES:
        raise Unreadable("paper_too_large", sentence("paper_too_large", most=MAX_MB))
    source = cast(BinaryIO, upload.file)
    source.seek(0)
    sound = clean(source, kinds=kinds, pictures=pictures)
    source.seek(0)
    scan, malware = scanned(source)
    if malware:
        raise Unreadable("infected", sentence("infected", name=malware[:100]))
    return sound, StoredFile(
        name=tidy_name(upload.name or ""), kind=sound.kind, sha256=sound.sha256, size=sound.size,
        clean_kind=sound.clean_kind, clean_sha256=store.digest(sound.clean), pages=sound.pages,
        width=sound.width, height=sound.height, scan=scan,
    )  # fmt: skip


@acting
def _kept(upload: File[bytes], sound: Cleaned, row: StoredFile) -> StoredFile:
    """Write bytes and row with both digests locked, in one order for everybody."""
    row.clean_size = len(sound.clean)
    small = {store.digest(made.data): (purpose, made) for purpose, made in sound.pictures.items()}
    for digest in sorted({sound.sha256, row.clean_sha256, *small}):
        store.lock(digest)
    upload.seek(0)
    stored, _ = store.keep(upload.chunks())
    if stored != sound.sha256:
        raise Unreadable("no_file", sentence("no_file", reason="changed"))
    store.keep([sound.clean])
    row.save(force_insert=True)
    for digest, (purpose, made) in small.items():
        store.keep([made.data])
        Picture.objects.create(
            file=row, purpose=purpose, sha256=digest, size=len(made.data), width=made.width,
            height=made.height, by_person_id=row.by_person_id, at=row.at,
        )  # fmt: skip
    return row


def accept(
    upload: File[bytes],
    *,
    by: Actor,
    at: dt.datetime,
    kinds: Sequence[str] = KINDS,
    about: str = "",
    retention: str = RetentionClass.CASE_FILES,
) -> StoredFile:
    """Take in one file of a person; raises Unreadable with a sentence for the sender.

    Raises Problem 503 where it could not be stored, which is no fault of the sender's.

    ``kinds`` are what this door takes (pdf, jpeg, png, heic), ``about`` the subject
    (``case/42``).  Files of cases are kept from the end of the case on (``retention``), all
    others from now.  What a photo says of itself is not kept: of a paper nobody needs to know
    where it was photographed (``accept_photo``).
    """
    sound, row = _looked_at(upload, kinds=kinds)
    row.about, row.by_person_id, row.at, row.retention = about, by.person_id, at, retention
    return _stored(upload, sound, row)


def accept_photo(
    upload: File[bytes],
    *,
    by: Actor,
    at: dt.datetime,
    about: str = "",
    retention: str = RetentionClass.PHOTOS,
) -> StoredFile:
    """Take in one photo (JPEG, PNG, HEIC, WebP) of a person; raises as ``accept`` does.

    The row keeps what the photo says of where and when it was taken (``StoredFile.facts``), and
    the ``small`` picture is made of the same decoded pixels (``documents.pictures``).
    """
    sound, row = _looked_at(upload, kinds=PHOTO_KINDS, pictures=("small",))
    row.about, row.by_person_id, row.at, row.retention = about, by.person_id, at, retention
    row.photo_facts = sound.facts.as_received(at).as_json()
    return _stored(upload, sound, row)


def _stored(upload: File[bytes], sound: Cleaned, row: StoredFile) -> StoredFile:
    row.keep_from = None if row.retention == RetentionClass.CASE_FILES else row.at
    try:
        return _kept(upload, sound, row)
    except OSError as error:  # the disk is full, the bucket is away: no row without its file
        log.exception("a file could not be stored")
        raise Problem(503, "not_stored", NOT_STORED) from error


@acting
def scan_again(file: StoredFile) -> StoredFile:
    """Ask the scanner about a file that waits for it."""
    with store.open_kept(file.sha256) as source:
        file.scan, file.malware = scanned(source)
    file.malware = file.malware[:100]
    file.save(update_fields=["scan", "malware"])
    return file
