"""Where keys and certificates lie: one folder a city, private, never in the repository."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from municipality.conf import PROFILE

PUBLIC, PRIVATE = 0o644, 0o600


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one city's stamp.

    ``stamp.crt`` (the signing certificate first, then its chain) and ``roots.pem`` are there
    under any authority; keys and ``authority.crl`` only under a test authority of our own.
    """

    path: Path

    @property
    def stamp_chain(self) -> Path:
        return self.path / "stamp.crt"

    @property
    def stamp_key(self) -> Path:
        return self.path / "stamp.key"

    @property
    def time_chain(self) -> Path:
        return self.path / "time.crt"

    @property
    def time_key(self) -> Path:
        return self.path / "time.key"

    @property
    def roots(self) -> Path:
        return self.path / "roots.pem"

    @property
    def authority_key(self) -> Path:
        return self.path / "authority.key"

    @property
    def authority_certificate(self) -> Path:
        return self.path / "authority.crt"

    @property
    def revocation_list(self) -> Path:
        return self.path / "authority.crl"

    @property
    def public_url(self) -> Path:
        """Holds the address that the certificates name."""
        return self.path / "public_url"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one process at a time change what lies here."""
        self.path.mkdir(parents=True, mode=0o750, exist_ok=True)
        with (self.path / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Let nobody change what lies here while a key and its certificate are read."""
        lock = self.path / "lock"
        if not lock.is_file():  # what somebody put here by hand; nobody of ours changes it
            yield
            return
        with lock.open("r") as held:
            fcntl.flock(held, fcntl.LOCK_SH)
            yield


def the_folder() -> Folder:
    """Return the folder of the city that this process serves."""
    return Folder(Path(settings.GEO_SIGNING_DIR) / PROFILE.code)


def write(path: Path, data: bytes, *, mode: int) -> None:
    """Replace a file in one step; nobody sees half of it, and its mode holds from the start."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # 0600
    try:
        with os.fdopen(handle, "wb") as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
