"""Stamps: what a step was made from, so that it runs again only when that changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.layout import Layout


def digest(*parts: str | bytes | Path) -> str:
    """Hash of texts and of the contents of files, in order."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else os.fsencode(part)
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def digest_tree(folder: Path, *, without: Iterable[str] = ()) -> str:
    """Hash of names and contents of all files below a folder, but for top names in ``without``."""
    left_out = set(without)
    parts: list[str | bytes | Path] = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if inner.parts[0] not in left_out and path.is_file():
            parts += [str(inner), path]
    return digest(*parts)


def read(stamp: Path) -> str:
    """Text of a stamp; empty when there is none."""
    try:
        return stamp.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def write(stamp: Path, text: str) -> None:
    """Leave a stamp."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(f"{text}\n", encoding="utf-8")


@contextmanager
def one_at_a_time(layout: Layout) -> Iterator[None]:
    """Let only one set-up of this clone work at a time; others wait."""
    layout.make_local()
    with (layout.local / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
