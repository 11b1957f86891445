"""The one door for files: untrusted bytes are opened in a process without rights (guards.md §1.3).

The parent never parses them.  It copies them into a job folder (counting and hashing), starts
the sandbox and reads back one Arrow file that the sandbox encoded itself.  Whatever happens
inside (a crash, a limit, a lie) comes out as one sentence.  A paper or photo of a person goes
the same way, by another task of the child (``municipality.documents.cleaning``).
"""

import atexit
import hashlib
import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from django.conf import settings

from municipality.documents.refusals import sentence
from municipality.words import Text

MAX_BYTES = 4 << 30  # of one file; a city of a million plots is about 0.5 GiB
_ROOT = Path(__file__).resolve().parents[2]
_PREFIX, _FORSAKEN_S = "geo-gate-", 3_600.0
_START = (
    "import os, sys; sys.path.insert(0, {root!r}); "
    "from municipality.lean import keep_out; keep_out(); "
    "from municipality.documents.sandbox.{task} import main; main(); "
    "os._exit(0)"  # at once: taking a big file's rows apart again would only be waited for
)
# The tasks of the child: a module of the sandbox.
READ_ROWS, CLEAN_PAPER, READ_DRAWING, MAKE_PICTURES = (
    "main", "clean_main", "dxf_main", "picture_main",
)  # fmt: skip


class Unreadable(Exception):
    """The file is refused whole: a stable code, a sentence, and what is known of the file."""

    def __init__(self, code: str, words: Text, *, isolation: dict[str, str] | None = None) -> None:
        super().__init__(words.en)
        self.code = code
        self.words = words
        self.isolation = isolation or {}


@dataclass(frozen=True, slots=True)
class GateLimits:
    """What one reading may use."""

    cpu_s: int = 300
    wall_s: int = 600
    memory_bytes: int = 6 << 30
    output_bytes: int = 4 << 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read of a file; ``code_page`` is what a table of text is in where it is no UTF-8."""

    name: str
    layer: str = ""
    layer_hints: Sequence[str] = ()
    shape_hints: Sequence[str] = ()
    code_page: str = ""


@dataclass(slots=True)
class Opened:
    """What came out of the sandbox: rows in the order of the file, attributes as text."""

    table: pa.Table  # columns a0.. (text), wkb (binary), marks (text)
    names: list[str]
    kind: str
    system: dict[str, Any] | None
    layer: str
    layers: list[str]
    encoding: str
    selected: str
    sha256: str
    size: int
    isolation: dict[str, str]
    seconds: dict[str, float] = field(default_factory=dict)


def _sandbox_user() -> tuple[int | None, int | None]:
    """The user the sandbox becomes where this process is root; without one it reads nothing."""
    if os.geteuid() != 0:
        return None, None
    try:
        found = pwd.getpwnam(settings.GEO_SANDBOX_USER)
    except KeyError:
        return None, None
    return found.pw_uid, found.pw_gid


def _others_reach(folder: Path) -> bool:
    """Tell whether another user can pass down to a folder; below a closed home nobody can."""
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents)


def _copy_in(source: BinaryIO, target: Path) -> tuple[str, int]:
    """Copy the bytes, counting and hashing them; raises Unreadable for too many."""
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as sink:
        while chunk := source.read(4 << 20):
            size += len(chunk)
            if size > MAX_BYTES:
                raise Unreadable("too_large", sentence("too_large", most=MAX_BYTES >> 30))
            digest.update(chunk)
            sink.write(chunk)
    return digest.hexdigest(), size


def _top() -> str:
    """Where job folders are made: under root, where the sandbox's user comes to them too."""
    usual = tempfile.gettempdir()
    places = (usual, "/tmp", "/var/tmp") if os.geteuid() == 0 else (usual,)  # noqa: S108
    return next((place for place in places if _others_reach(Path(place) / "job")), usual)


def _environment(job: Path) -> dict[str, str]:
    """Nothing of ours: no credentials, no paths but the job's, GDAL kept to local files."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(job),
        "TMPDIR": str(job),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_NUM_THREADS": "2",
        "OMP_NUM_THREADS": "2",
        # A thread that a library starts when it is loaded would stay outside the walls.
        "OPENBLAS_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        # Big pages for big buffers: a photo of 12 million pixels touches 12,000 small ones a copy.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "PROJ_NETWORK": "OFF",
        "CPL_TMPDIR": str(job),
        "OSM_USE_CUSTOM_INDEXING": "YES",
    }


@dataclass(frozen=True, slots=True)
class _Sandbox:
    """A child that has loaded its libraries, or is about to, and the folder it will work in.

    It waits for its task on the standard input.
    """

    job: Path
    child: subprocess.Popen[bytes]

    @classmethod
    def start(cls, task: str) -> "_Sandbox":
        job = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_top()))
        _sweep(now=job.stat().st_mtime)
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", _START.format(root=str(_ROOT), task=task), str(job)],
            cwd=job,
            env=_environment(job),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            close_fds=True,
            start_new_session=True,
        )
        return cls(job, child)

    def close(self) -> None:
        """End the child, if it has not ended, and remove its folder."""
        self.child.kill()
        self.child.communicate()
        shutil.rmtree(self.job, ignore_errors=True)


def _sweep(*, now: float) -> None:
    """Remove the folders that killed processes left; no reading takes as long as that.

    ``now`` is in the file system's time, which the folders were stamped in: a process whose
    clock is ahead must not take the folder of one that reads.
    """
    for left in Path(_top()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if now - left.stat().st_mtime > _FORSAKEN_S:
                shutil.rmtree(left)


_ahead: list[_Sandbox] = []


def start_ahead() -> None:
    """Start the child of the next reading now; it loads while this process still does."""
    _ahead.append(_Sandbox.start(READ_ROWS))


@atexit.register
def _close_unused() -> None:
    while _ahead:
        _ahead.pop().close()


def _answer(job: Path, *, ended: int, stderr: bytes) -> dict[str, Any]:
    """Read what the sandbox said; a crash, a limit or silence is a refusal."""
    try:
        said: dict[str, Any] = json.loads((job / "out.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        last = stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["-"]
        code = "gate_limit" if ended in {-9, -24, -25} else "gate_crashed"
        if "MemoryError" in last[0] or "bad_alloc" in last[0] or "malloc" in last[0]:
            code = "too_large_to_read"
        raise Unreadable(code, sentence(code, reason=last[0][:200])) from None
    if "refused" in said:
        words = sentence(said["refused"], **said["values"])
        raise Unreadable(said["refused"], words, isolation=said["isolation"])
    return said


def _sound(table: pa.Table) -> pa.Table:
    """Return a table whose offsets and texts are what they claim; the child is not trusted."""
    try:
        table.validate(full=True)
    except pa.ArrowInvalid as error:
        raise Unreadable(
            "gate_crashed", sentence("gate_crashed", reason=str(error)[:200])
        ) from None
    return table


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child said of a file, and where it wrote; the folder goes with the block."""

    said: dict[str, Any]
    job: Path
    sha256: str
    size: int
    copying_s: float


@contextmanager
def _told(
    sandbox: _Sandbox, source: BinaryIO, *, task: dict[str, Any], limits: GateLimits
) -> Iterator[Answer]:
    """Give a child its file and its task, and wait for its answer; raises Unreadable."""
    with closing(sandbox):
        job, child = sandbox.job, sandbox.child
        begun = time.perf_counter()
        digest, size = _copy_in(source, job / "input")
        copied = time.perf_counter()
        uid, gid = _sandbox_user()
        if uid is not None and gid is not None:
            for path in (job, job / "input"):
                os.chown(path, uid, gid)
        rights = {
            "cpu_s": limits.cpu_s,
            "memory_bytes": limits.memory_bytes,
            "output_bytes": limits.output_bytes,
            "uid": uid,
            "gid": gid,
        }
        told = json.dumps({**task, "rights": rights}).encode()
        try:
            _, stderr = child.communicate(told, timeout=limits.wall_s)
        except subprocess.TimeoutExpired:
            raise Unreadable("gate_limit", sentence("gate_limit", reason="time")) from None
        said = _answer(job, ended=child.returncode, stderr=stderr)
        yield Answer(said, job, digest, size, copied - begun)


def written(answer: Answer, name: str) -> bytes:
    """Return a file that a child wrote into its folder; raises Unreadable where it is none.

    The child is not trusted: a link to a file of ours, or a pipe, is no answer.
    """
    try:
        handle = os.open(answer.job / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError("not a file")
            return file.read()
    except OSError:
        raise Unreadable("gate_crashed", sentence("gate_crashed", reason="no copy")) from None


def look_into(
    source: BinaryIO, *, child: str, task: dict[str, Any], limits: GateLimits
) -> AbstractContextManager[Answer]:
    """Let a child without rights check a paper or photo, or read a drawing; raises Unreadable."""
    return _told(_Sandbox.start(child), source, task=task, limits=limits)


def table_of(answer: Answer) -> pa.Table:
    """Read the table that a child wrote; raises Unreadable where it is not what it claims."""
    with pa.OSFile(str(answer.job / "out.arrow"), "rb") as arrow:
        return _sound(pa.ipc.open_file(arrow).read_all())


def read_stream(source: BinaryIO, wanted: Wanted, *, limits: GateLimits | None = None) -> Opened:
    """Open untrusted bytes in the sandbox and return their rows; raises Unreadable.

    ``source`` is an open file, not a path: what is judged is what was opened.
    """
    task = {
        "name": Path(wanted.name).name[:200],
        "layer": wanted.layer,
        "layer_hints": list(wanted.layer_hints),
        "shape_hints": list(wanted.shape_hints),
        "code_page": wanted.code_page,
    }
    sandbox = _ahead.pop() if _ahead else _Sandbox.start(READ_ROWS)
    begun = time.perf_counter()
    with _told(sandbox, source, task=task, limits=limits or GateLimits()) as answer:
        table = table_of(answer)
        spent = time.perf_counter() - begun
    said = answer.said
    return Opened(
        table=table,
        names=said["names"],
        kind=said["kind"],
        system=said["system"],
        layer=said["layer"],
        layers=said["layers"],
        encoding=said["encoding"],
        selected=said["selected"],
        sha256=answer.sha256,
        size=answer.size,
        isolation=said["isolation"],
        seconds={"copy_and_hash": answer.copying_s, "sandbox": spent - answer.copying_s},
    )


def read_file(path: Path, wanted: Wanted, *, limits: GateLimits | None = None) -> Opened:
    """Open an untrusted file by its path; raises Unreadable, also where it cannot be opened."""
    try:
        with path.open("rb") as source:
            return read_stream(source, wanted, limits=limits)
    except OSError as error:
        reason = error.strerror or "?"
        raise Unreadable("no_file", sentence("no_file", reason=reason)) from None
