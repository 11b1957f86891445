"""Two walls that any process may put round itself on Linux, without being root.

The wall of files, Landlock: of the file system only the job's folder may be written, only the
libraries may be read.  The other, seccomp, is a filter of system calls: no socket, no other
program, no look into another process.  Both hold for good and for every thread started later.
Sources: the kernel's userspace-api/landlock and userspace-api/seccomp_filter.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION_FLAG, _BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FIRST_VERSION = (1 << 13) - 1  # every right of files that version 1 knows
_DEVICES = ("/dev/null", "/dev/urandom", "/dev/zero")

_SECCOMP, _FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000  # 1: EPERM
_X32 = 0x40000000
# Numbers of: socket socketpair connect bind listen accept accept4 sendto recvfrom sendmsg recvmsg
# sendmmsg recvmmsg; execve execveat (fork vfork) kill ptrace process_vm_readv process_vm_writev
# kcmp; mount umount2 unshare setns open_by_handle_at; add_key request_key keyctl bpf
# perf_event_open userfaultfd; and those that all architectures share.
_SHARED = (424, 425, 426, 427, 434, 438)  # pidfd_send_signal, io_uring_*, pidfd_open, pidfd_getfd
_MACHINES = {
    "x86_64": (
        0xC000003E,
        (41, 53, 42, 49, 50, 43, 288, 44, 45, 46, 47, 307, 299, 59, 322, 57, 58, 62, 101, 310, 311,
         312, 165, 166, 272, 308, 304, 248, 249, 250, 321, 298, 323),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 199, 203, 200, 201, 202, 242, 206, 207, 211, 212, 269, 243, 221, 281, 129, 117, 270,
         271, 272, 40, 39, 97, 268, 265, 217, 218, 219, 280, 241, 282),
    ),
}  # fmt: skip


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def libraries() -> list[Path]:
    """Return the folders that programs and their data are read from; never the project's own."""
    found = [sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64"]
    found += [path for path in sys.path if "site-packages" in path or "lib/python" in path]
    found.append(str(Path(__file__).resolve().parents[1]))
    return [Path(path) for path in dict.fromkeys(found) if Path(path).is_dir()]


def _allow(ruleset: int, path: Path | str, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", rights, opened)
        if _libc().syscall(_ADD_RULE, ruleset, _BENEATH, rule, 0) != 0:
            raise OSError(ctypes.get_errno(), f"no rule for {path}")
    finally:
        os.close(opened)


def open_files_wall(job: Path, *, read: Iterable[Path]) -> int | None:
    """Prepare a wall with two openings: a folder to write in, some to read; None: not here.

    While the folders can still be reached; ``close_files_wall`` takes what this returns.
    """
    if sys.platform != "linux":
        return None
    libc = _libc()
    version = libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    if version < 1:
        return None
    handled = _FIRST_VERSION | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    wall: int = libc.syscall(_CREATE_RULESET, struct.pack("=Q", handled), 8, 0)
    if wall < 0:
        return None
    _allow(wall, job, handled & ~_EXECUTE)
    for path in read:
        _allow(wall, path, _READ_FILE | _READ_DIR | _EXECUTE)
    for device in filter(os.path.exists, _DEVICES):
        _allow(wall, device, _READ_FILE | _WRITE_FILE)
    return wall


def close_files_wall(wall: int | None) -> bool:
    """Leave nothing of the file system but the openings; False where it cannot be."""
    if wall is None:
        return False
    closed = _libc().syscall(_RESTRICT_SELF, wall, 0) == 0
    os.close(wall)
    return bool(closed)


def _program(machine: int, refused: tuple[int, ...]) -> bytes:
    """Write the filter: wrong machine ends, a refused call is an error, all others pass."""
    steps: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, len(refused) + 1, 0, _X32),
    ]
    for place, number in enumerate(refused):
        steps.append((_EQUAL, len(refused) - place, 0, number))
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def few_calls() -> bool:
    """Give up the calls that reading a file does not need; False where it cannot be.

    The process must have given up new privileges before.
    """
    known = _MACHINES.get(os.uname().machine) if sys.platform == "linux" else None
    if known is None:
        return False
    machine, refused = known[0], (*known[1], *_SHARED)
    program = _program(machine, refused)
    held = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    return bool(_libc().prctl(_SECCOMP, _FILTER, head, 0, 0) == 0)
