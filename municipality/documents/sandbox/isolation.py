"""Give up every right that reading one file does not need, and say which were given up.

Called after all libraries are loaded and before the first untrusted byte is parsed: no
network (a namespace of its own), another user where this one is root, no new privileges,
limits of CPU, memory, file size, open files and processes (guards.md §1.3).
"""

import ctypes
import os
import resource
from dataclasses import dataclass
from typing import Any

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_DUMPABLE = 4


@dataclass(frozen=True, slots=True)
class Rights:
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


def close_in(rights: Rights) -> dict[str, Any]:
    """Drop the rights; returns what was reached, for the report of the import."""
    reached = {"network": "none" if _no_network() else "shared"}
    other = _other_user(rights)
    reached["user"] = "other" if other else "own"
    reached["privileges"] = "no_new" if _no_new_privileges() else "may_grow"
    _limit(resource.RLIMIT_CPU, rights.cpu_s)
    _limit(resource.RLIMIT_AS, rights.memory_bytes)
    _limit(resource.RLIMIT_FSIZE, rights.output_bytes)
    _limit(resource.RLIMIT_NOFILE, 64)
    _limit(resource.RLIMIT_CORE, 0)
    if other:  # counted over all processes of that user: useless under one's own
        _limit(resource.RLIMIT_NPROC, 64)
    reached["limits"] = f"cpu {rights.cpu_s} s, memory {rights.memory_bytes >> 20} MiB"
    return reached
