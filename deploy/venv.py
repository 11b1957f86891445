"""The virtual environment, exactly as `requirements/test.txt` locks it, hashes checked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy import stamps
from deploy.accounts import Words
from deploy.children import run
from deploy.layout import Layout
from deploy.report import SetupError

INSTALLER = "uv"


def lock_file(layout: Layout) -> Path:
    """The lock that the environment is made from: what runs and what tests need."""
    return layout.project / "requirements" / "test.txt"


def stamp_file(layout: Layout) -> Path:
    """Lies in the environment itself, so that it goes when the environment goes."""
    return layout.venv / ".made-from"


def wanted(layout: Layout) -> str:
    """What the environment depends on: the lock and its own place."""
    return stamps.digest(lock_file(layout), str(layout.venv))


def ensure(layout: Layout) -> bool:
    """Make or renew the environment; False when it was as the lock wants it."""
    goal, unfinished = wanted(layout), layout.venv / ".unfinished"
    sound = _works(layout) and not unfinished.exists()
    if sound and stamps.read(stamp_file(layout)) == goal:
        return False
    if not sound:
        shutil.rmtree(layout.venv, ignore_errors=True)
        run([sys.executable, "-m", "venv", layout.venv], cwd=layout.project, name="python -m venv")
    unfinished.touch()  # an installer that is interrupted leaves halves that it takes for wholes
    _install(layout)
    stamps.write(stamp_file(layout), goal)
    unfinished.unlink()
    return True


def _works(layout: Layout) -> bool:
    """Whether the environment was made to its end and still is where it was made."""
    asked = [str(layout.python), "-c", "import pip, sys; print(sys.prefix)"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == str(layout.venv)


def _install(layout: Layout) -> None:
    """Install with uv, itself locked; with pip where uv does not get on (it reads no pip.conf)."""
    lock = lock_file(layout)
    pip: Words = [layout.python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "installer.txt"
        first.write_text(locked(INSTALLER, lock.read_text(encoding="utf-8")), encoding="utf-8")
        run([*pip, first], cwd=layout.project, name="pip install uv")
    uv: Words = [
        layout.venv / "bin" / INSTALLER,
        "pip",
        "sync",
        "--quiet",
        "--require-hashes",
        lock,
    ]
    env = {**os.environ, "VIRTUAL_ENV": str(layout.venv), "UV_LINK_MODE": "copy"}
    try:
        run(uv, cwd=layout.project, env=env, name="uv pip sync")
    except SetupError:
        run([*pip, lock], cwd=layout.project, name="pip install")


def locked(name: str, lock: str) -> str:
    """The lines of one package in a lock file: its version and its hashes."""
    found = re.search(rf"^{re.escape(name)}==\S+ \\\n(?:    --hash=\S+(?: \\)?\n)+", lock, re.M)
    if found is None:
        raise SetupError(f"{name} is not in the lock; run `make lock`.")
    return found[0]
