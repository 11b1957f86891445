"""Where the set-up keeps its things, and short names made from the project's path."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one clone; everything the set-up writes is under one of them.

    ``elsewhere`` and ``socket_base`` are used for what an unprivileged user must
    reach when the clone lies below a closed folder, and for the socket, whose
    path may not be longer than 107 bytes.
    """

    project: Path = PROJECT
    elsewhere: Path = Path("/var/tmp")
    socket_base: Path = Path("/tmp")

    @property
    def local(self) -> Path:
        return self.project / ".local"

    @property
    def venv(self) -> Path:
        return self.project / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def stamps(self) -> Path:
        return self.local / "stamps"

    @property
    def cluster_file(self) -> Path:
        return self.local / "cluster.json"

    @property
    def short_name(self) -> str:
        """Eight hexadecimal digits that differ from clone to clone."""
        return hashlib.sha256(os.fsencode(self.project)).hexdigest()[:8]

    @property
    def socket_dir(self) -> Path:
        return self.socket_base / f"gp-{self.short_name}"

    @property
    def data_elsewhere(self) -> Path:
        return self.elsewhere / f"geo-portal-{self.short_name}"

    def make_local(self) -> Path:
        """Create ``.local``, open to pass through: the cluster's user has its data below."""
        self.local.mkdir(mode=0o711, exist_ok=True)
        self.local.chmod(0o711)
        return self.local


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def read_json(path: Path) -> dict[str, Any]:
    """Return the object of a JSON file; an empty one when there is no such file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    if not isinstance(found, dict):
        raise ValueError(f"{path}: expected a JSON object")
    return found


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Replace a JSON file in one step, readable by its owner only."""
    write_private(path, json.dumps(value, indent=2, sort_keys=True) + "\n")
