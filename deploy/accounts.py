"""Operating-system users: who runs the database, and whether that user reaches a folder.

PostgreSQL refuses to run as root, so under root an unprivileged user runs it.
Reaching is tried, as that user, and not derived from mode bits: ACLs, mounts and
security modules have a say too.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.report import SetupError

DATABASE_USER = "geoportal-db"
WEB_USER = "geoportal"
FALLBACKS = ("postgres", "nobody")

Words = list[str | Path]  # a command line


@dataclass(frozen=True, slots=True)
class Account:
    """One user of the operating system."""

    name: str
    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        return self.uid == os.geteuid()


def me() -> Account:
    """The user that runs this process."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run under a uid without a name
        name = str(os.geteuid())
    return Account(name, os.geteuid(), os.getegid())


def named(name: str) -> Account | None:
    """The user of that name, or None."""
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def ensure_system_user(name: str) -> Account | None:
    """Find or create a system user without home, shell or password (root only)."""
    if (found := named(name)) is not None:
        return found
    command = ["useradd", "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return named(name)


def unprivileged(preferred: str) -> Account | None:
    """An unprivileged user to run something as: oneself, or under root a system user."""
    if os.geteuid() != 0:
        return me()
    for candidate in (ensure_system_user(preferred), *map(named, FALLBACKS)):
        if candidate is not None and candidate.uid != 0:
            return candidate
    return None


def group_name(gid: int) -> str:
    """Name of a group, or its number where it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def identity(account: Account) -> dict[str, Any]:
    """Arguments of ``subprocess`` that run a program as ``account``; none for oneself."""
    if account.is_me:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def run_as(
    account: Account,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program as ``account`` from ``/``; return what it said, whatever its exit code."""
    return subprocess.run(
        [str(part) for part in command],
        env=None if env is None else dict(env),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        start_new_session=True,  # Ctrl-C is ours to handle, not theirs
        **identity(account),
    )


def can_write_in(account: Account, folder: Path) -> bool:
    """Whether ``account`` can really make and remove a file in ``folder``: it is tried."""
    script = 'cd -- "$1" && probe=".probe-$$" && : > "$probe" && rm -f -- "$probe"'
    try:
        return run_as(account, ["/bin/sh", "-c", script, "sh", folder]).returncode == 0
    except OSError:
        return False


def can_run(account: Account, command: Sequence[str | Path]) -> bool:
    """Whether a program starts and ends well as ``account``: it is tried."""
    try:
        return run_as(account, command).returncode == 0
    except OSError:
        return False


def own_folder(
    folder: Path, account: Account, *, mode: int = 0o700, gid: int | None = None
) -> None:
    """Make a folder of ``account``'s; refuse one that somebody else put there before."""
    try:
        folder.mkdir(mode=0o700, parents=False)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.uid):
            raise SetupError(
                f"{folder} belongs to somebody else; remove it and try again."
            ) from None
    os.chown(folder, account.uid, account.gid if gid is None else gid)
    folder.chmod(mode)
