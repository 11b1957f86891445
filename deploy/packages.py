"""System packages: what is missing, why it is needed, and its installation by apt.

Only what is missing is installed.  No service is started, no database cluster of
the distribution is created, and one that was there is neither stopped nor changed.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from deploy.layout import PROJECT
from deploy.report import SetupError, say

CREATE_CLUSTER = Path("/etc/postgresql-common/createcluster.conf")
POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_TEXT = "#!/bin/sh\n# No service starts while the portal installs packages.\nexit 101\n"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the portal needs from the system, how to see it, and the packages that bring it."""

    what: str
    why: str
    packages: tuple[str, ...]
    present: Callable[[], bool]


def postgres_bin(version: str = "*") -> Path | None:
    """Folder of the programs of the newest PostgreSQL (of a version) that has PostGIS, or None."""
    found: list[tuple[int, Path]] = []
    for control in Path("/usr/share/postgresql").glob(f"{version}/extension/postgis.control"):
        number = control.parent.parent.name
        folder = Path("/usr/lib/postgresql") / number / "bin"
        if number.isdigit() and (folder / "initdb").exists():
            found.append((int(number), folder))
    return max(found)[1] if found else None


def _library(name: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _can_make_venv() -> bool:
    """Whether this Python brings pip into a new virtual environment."""
    asked = [sys.executable, "-c", "import venv, ensurepip"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


NEEDS = (
    Need(
        "PostgreSQL with PostGIS",
        "the database of the city",
        ("postgresql", "postgresql-postgis"),
        lambda: postgres_bin() is not None,
    ),
    Need(
        "Pango",
        "letters of the PDF papers",
        ("libpango-1.0-0", "libpangoft2-1.0-0"),
        lambda: _library("libpango-1.0.so.0") and _library("libpangoft2-1.0.so.0"),
    ),
    Need(
        "Chromium",
        "browser tests and journeys",
        ("chromium-headless-shell",),
        lambda: any(map(shutil.which, ("chromium-headless-shell", "chromium"))),
    ),
    Need(
        "Poppler's programs",
        "tests of stamped papers by a reader of other people",
        ("poppler-utils",),
        lambda: shutil.which("pdfsig") is not None,
    ),
    Need(
        "ExifTool",
        "tests that nothing is left in photos, by a reader of other people",
        ("libimage-exiftool-perl",),
        lambda: shutil.which("exiftool") is not None,
    ),
    Need(
        "SoftHSM",
        "tests of stamping with a token",
        ("softhsm2",),
        lambda: shutil.which("softhsm2-util") is not None,
    ),
    Need(
        "libatomic",
        "the driver of the browser tests",
        ("libatomic1",),
        lambda: _library("libatomic.so.1"),
    ),
    Need(
        "Python's venv",
        "the virtual environment",
        ("python3-venv",),
        _can_make_venv,
    ),
)

BENCH_NEEDS = (
    Need(
        "wrk",
        "the load of the benchmarks",
        ("wrk",),
        lambda: shutil.which("wrk") is not None,
    ),
    Need(
        "GDAL's programs",
        "ogr2ogr, beside which imports are measured",
        ("gdal-bin",),
        lambda: shutil.which("ogr2ogr") is not None,
    ),
)


def missing(needs: Sequence[Need] = NEEDS) -> list[Need]:
    """The needs that this machine does not meet."""
    return [need for need in needs if not need.present()]


def ensure(needs: Sequence[Need] = NEEDS) -> int:
    """Install what is missing and return the bytes that apt had to fetch (0 when nothing was).

    Raises SetupError when something is missing and cannot be installed.
    """
    lacking = missing(needs)
    if not lacking:
        return 0
    for need in lacking:
        say(f"  missing: {need.what} ({need.why}): installing {' '.join(need.packages)}")
    fetched = _install([name for need in lacking for name in need.packages])
    if still := missing(needs):
        raise SetupError(f"Installed, and still missing: {', '.join(need.what for need in still)}.")
    return fetched


def _install(names: Sequence[str]) -> int:
    """Install as root: directly, or by this module run again under sudo."""
    wanted = " ".join(names)
    if shutil.which("apt-get") is None:
        raise SetupError(f"This machine has no apt-get; install the equivalent of: {wanted}.")
    if os.geteuid() == 0:
        return install_as_root(names)
    sudo = shutil.which("sudo")
    if sudo is None:
        raise SetupError(f"Packages are missing; as root, run: apt-get install {wanted}")
    prefix = [sudo] if sys.stdin.isatty() else [sudo, "-n"]
    command = [*prefix, sys.executable, "-m", "deploy.packages", *names]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(f"sudo could not install them; as root, run: apt-get install {wanted}")
    return int(done.stdout.split()[-1])


def install_as_root(names: Sequence[str]) -> int:
    """Install packages quietly, without services and clusters; return the bytes fetched."""
    _apt("update", check=False)  # a foreign source that is down must not stop us
    with _no_services():
        databases = [name for name in names if name.startswith("postgresql")]
        fetched = _apt_install(["postgresql-common"]) if databases else 0
        with _no_new_cluster() if databases else nullcontext():
            return fetched + _apt_install(names)


def _apt_install(names: Sequence[str]) -> int:
    """One call of apt; Python's own error when it fails."""
    said = _apt("install", "--yes", "--no-install-recommends", *names)
    return fetched_bytes(said)


def _apt(*arguments: str, check: bool = True) -> str:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    done = subprocess.run(
        ["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if check and done.returncode != 0:
        last = "\n".join(done.stdout.splitlines()[-15:])
        raise SetupError(f"apt-get {' '.join(arguments)} failed:\n{last}")
    return done.stdout


def fetched_bytes(said: str) -> int:
    """Read what apt says it has to fetch: "Need to get 1,234 kB/2,345 kB of archives"."""
    found = re.search(r"Need to get ([\d.,]+) (B|kB|MB|GB)", said)
    if found is None:
        return 0
    unit = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}[found[2]]
    return round(float(found[1].replace(",", "")) * unit)


@contextmanager
def _no_services() -> Iterator[None]:
    """Keep package scripts from starting or restarting services; a policy of theirs stays."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text(POLICY_TEXT, encoding="utf-8")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


@contextmanager
def _no_new_cluster() -> Iterator[None]:
    """Keep a new server package from creating its "main" cluster, for the install only."""
    before = CREATE_CLUSTER.read_text(encoding="utf-8")
    CREATE_CLUSTER.write_text(f"{before}\ncreate_main_cluster = false\n", encoding="utf-8")
    try:
        yield
    finally:
        CREATE_CLUSTER.write_text(before, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """The part that sudo runs: install the named packages, print the bytes fetched."""
    known = {name for need in (*NEEDS, *BENCH_NEEDS) for name in need.packages}
    if not arguments or not known.issuperset(arguments):
        say("usage: python3 -m deploy.packages PACKAGE ...  (only what the portal needs)")
        return 2
    try:
        say(str(install_as_root(arguments)))
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
