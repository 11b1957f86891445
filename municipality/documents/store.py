"""Files by what is in them: kept once under their SHA-256, never under a sender's name."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from municipality.documents.file_gate import MAX_BYTES, Unreadable
from municipality.documents.refusals import sentence


def path_of(sha256: str) -> Path:
    """Return where a file is kept; the digest is our own, never a sender's text."""
    return Path(settings.MEDIA_ROOT) / "files" / sha256[:2] / sha256


def keep(chunks: Iterable[bytes]) -> tuple[str, int]:
    """Store bytes; returns their SHA-256 and size.  Raises Unreadable for too many bytes."""
    folder = Path(settings.MEDIA_ROOT) / "files"
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder, prefix="in-")
    try:
        with os.fdopen(handle, "wb") as sink:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise Unreadable("too_large", sentence("too_large", most=MAX_BYTES >> 30))
                digest.update(chunk)
                sink.write(chunk)
        target = path_of(digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def open_kept(sha256: str) -> BinaryIO:
    """Open a stored file for reading; raises FileNotFoundError."""
    return path_of(sha256).open("rb")
