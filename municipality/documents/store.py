"""Files by what is in them: kept once under their SHA-256, never under a sender's name.

On this machine's disk, or in any S3-compatible bucket (``GEO_BUCKET_URL``) through
django-storages; the law is the same in both: what is opened under a digest has that digest.
Every database has a folder of its own: what one names, another's sweeper must never take for
an orphan (a demo and an empty city on one machine, tests beside both).
"""

import datetime as dt
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files import File
from django.db import connection

from municipality.documents.file_gate import MAX_BYTES, Unreadable
from municipality.documents.refusals import sentence

LOCK_CLASS = 0x66696C65  # "file": the first key of the locks on digests
CHUNK = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored file and when its bytes were last written."""

    sha256: str
    written_at: dt.datetime


def _prefix() -> str:
    return f"files/{connection.settings_dict['NAME']}"


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / _prefix()


def _name(sha256: str) -> str:
    return f"{_prefix()}/{sha256[:2]}/{sha256}"


@lru_cache(maxsize=4)
def _storage(url: str) -> Any:
    from storages.backends.s3 import S3Storage

    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return S3Storage(
        bucket_name=parts.path.strip("/"),
        endpoint_url=f"{parts.scheme}://{parts.hostname}{port}",
        access_key=unquote(parts.username or "") or None,
        secret_key=unquote(parts.password or "") or None,
        file_overwrite=True,
        default_acl=None,
        querystring_auth=True,
    )


def _bucket() -> Any:
    """Return the bucket's storage; None: files lie on the disk."""
    return _storage(settings.GEO_BUCKET_URL) if settings.GEO_BUCKET_URL else None


def path_of(sha256: str) -> Path:
    """Return where a file lies on the disk; the digest is our own, never a sender's text."""
    return _folder() / sha256[:2] / sha256


def _put(name: str, sha256: str) -> None:
    """Move a file that is whole to its place; until then nobody sees it."""
    if (bucket := _bucket()) is not None:
        with open(name, "rb") as whole:
            bucket.save(_name(sha256), File(whole))
        Path(name).unlink()
        return
    target = path_of(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(name, target)


def keep(chunks: Iterable[bytes]) -> tuple[str, int]:
    """Store bytes; returns their SHA-256 and size.  Raises Unreadable for too many bytes."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    sha256, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder, prefix="in-")
    try:
        with os.fdopen(handle, "wb") as sink:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise Unreadable("too_large", sentence("too_large", most=MAX_BYTES >> 30))
                sha256.update(chunk)
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())  # a row that names the file must not outlive its bytes
        _put(name, sha256.hexdigest())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return sha256.hexdigest(), size


def digest(data: bytes) -> str:
    """Return the digest that bytes are kept under."""
    return hashlib.sha256(data).hexdigest()


def open_kept(sha256: str) -> BinaryIO:
    """Open a stored file for reading; raises FileNotFoundError."""
    if (bucket := _bucket()) is None:
        return path_of(sha256).open("rb")
    if not bucket.exists(_name(sha256)):
        raise FileNotFoundError(sha256)
    found: BinaryIO = bucket.open(_name(sha256), "rb")
    return found


def is_kept(sha256: str) -> bool:
    """Tell whether the bytes of a digest are stored."""
    bucket = _bucket()
    return path_of(sha256).is_file() if bucket is None else bool(bucket.exists(_name(sha256)))


def digest_of(sha256: str) -> str:
    """Read a stored file whole and return the digest of what is there now."""
    found = hashlib.sha256()
    with open_kept(sha256) as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def remove(sha256: str) -> None:
    """Delete the bytes of a digest, if they are stored; call it with the digest locked."""
    if (bucket := _bucket()) is None:
        path_of(sha256).unlink(missing_ok=True)
    else:
        bucket.delete(_name(sha256))


def lock(sha256: str) -> None:
    """Hold a digest until the transaction ends.

    Who writes bytes and the row that names them, and who deletes bytes that no row names, take
    turns: else a file could be deleted between the two.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, sha256])


def all_kept() -> Iterator[Kept]:
    """Yield every stored file; a name that is no digest is none of ours."""
    bucket = _bucket()
    if bucket is not None:
        for found in bucket.bucket.objects.filter(Prefix=f"{_prefix()}/"):
            name = found.key.rpartition("/")[2]
            if _DIGEST.fullmatch(name):
                yield Kept(name, found.last_modified)
        return
    for path in _folder().glob("??/*"):
        if _DIGEST.fullmatch(path.name):
            yield Kept(path.name, _written(path))


def written_at(sha256: str) -> dt.datetime | None:
    """Return when the bytes of a digest were last written; None where there are none."""
    if not is_kept(sha256):
        return None
    bucket = _bucket()
    if bucket is None:
        return _written(path_of(sha256))
    found: dt.datetime = bucket.get_modified_time(_name(sha256))
    return found


def _written(path: Path) -> dt.datetime:
    return dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC)


def clear_half_written(*, before: dt.datetime) -> int:
    """Remove what killed processes left half written; returns how many."""
    removed = 0
    for path in _folder().glob("in-*"):
        if _written(path) < before:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
