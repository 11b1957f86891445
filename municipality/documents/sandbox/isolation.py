"""Give up every right that reading one file does not need, and say which were given up.

Called after all libraries are loaded and before the first untrusted byte is parsed: no
network (a namespace of its own, a filter of system calls), another user where this one is root,
no new privileges, no files but the job's and the libraries, limits of CPU, memory, file size,
open files and processes (guards.md §1.3).  A reader that cannot be shut off reads nothing.
"""

import ctypes
import os
import resource
from pathlib import Path
from typing import NamedTuple

from municipality.documents.sandbox import walls

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000
_PR_SET_NO_NEW_PRIVS = 38


class Rights(NamedTuple):
    """What the child may use: seconds of CPU, bytes of memory and of output, a user to become."""

    cpu_s: int
    memory_bytes: int
    output_bytes: int
    uid: int | None
    gid: int | None


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _no_network() -> bool:
    """Enter an empty network namespace; without root by way of a user namespace."""
    try:
        unshare = _libc().unshare
    except AttributeError:  # not Linux
        return False
    if os.geteuid() == 0:
        return bool(unshare(_CLONE_NEWNET | _CLONE_NEWIPC) == 0)
    return bool(unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _other_user(rights: Rights) -> bool:
    if os.geteuid() != 0 or rights.uid is None or rights.gid is None:
        return False
    os.setgroups([])
    os.setresgid(rights.gid, rights.gid, rights.gid)
    os.setresuid(rights.uid, rights.uid, rights.uid)
    return os.geteuid() == rights.uid


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    top = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (top, top))


def _no_new_privileges() -> bool:
    try:
        return bool(_libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    except AttributeError:
        return False


def lacking(reached: dict[str, str]) -> list[str]:
    """Return what stands between a reader and the first untrusted byte; nothing: it may read.

    Root never reads.  A reader under the user of the web process must be kept from that user's
    files and from its other processes, which another user is by itself.
    """
    lacks = []
    if reached["threads"] != "one":  # walls hold for one thread and those it starts
        lacks.append("threads")
    if reached["network"] != "none":
        lacks.append("network")
    if reached["privileges"] != "no_new":
        lacks.append("privileges")
    if reached["user"] == "root":
        lacks.append("user")
    if reached["user"] == "own":
        lacks += [
            wall for wall, held in (("files", "job"), ("calls", "few")) if reached[wall] != held
        ]
    return lacks


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


def close_in(rights: Rights, *, job: Path) -> dict[str, str]:
    """Drop the rights; returns what was reached, for the report of the import."""
    reached = {"threads": "one" if _threads() == 1 else "several"}
    wall = walls.open_files_wall(job, read=walls.libraries())
    namespace = _no_network()
    other = _other_user(rights)
    reached["user"] = "other" if other else ("root" if os.geteuid() == 0 else "own")
    reached["privileges"] = "no_new" if _no_new_privileges() else "may_grow"
    reached["files"] = "job" if walls.close_files_wall(wall) else "all"
    _limit(resource.RLIMIT_CPU, rights.cpu_s)
    _limit(resource.RLIMIT_AS, rights.memory_bytes)
    _limit(resource.RLIMIT_FSIZE, rights.output_bytes)
    _limit(resource.RLIMIT_NOFILE, 64)
    _limit(resource.RLIMIT_CORE, 0)
    if other:  # counted over all processes of that user: useless under one's own
        _limit(resource.RLIMIT_NPROC, 64)
    reached["limits"] = f"cpu {rights.cpu_s} s, memory {rights.memory_bytes >> 20} MiB"
    calls = walls.few_calls()
    reached["calls"] = "few" if calls else "all"
    reached["network"] = "none" if namespace or calls else "shared"
    return reached
