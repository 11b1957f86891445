"""`make lock`: turns requirements/*.in into pinned files with hashes, naming no host or index."""

from __future__ import annotations

import os

from deploy import venv
from deploy.accounts import Words
from deploy.children import run
from deploy.layout import Layout
from deploy.report import step

FOR_PYTHON = "3.11"


def lock(layout: Layout) -> int:
    """Renew base.txt and test.txt; what is pinned there stays unless an .in file asks otherwise."""
    venv.ensure(layout)
    folder = layout.project / "requirements"
    env = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    for name in ("base", "test"):
        command: Words = [layout.venv / "bin" / "uv", "pip", "compile", "--quiet"]
        command += ["--generate-hashes", "--python-version", FOR_PYTHON]
        command += ["--no-emit-index-url", "--no-emit-find-links"]
        command += [f"{name}.in", "--output-file", f"{name}.txt"]
        with step(f"requirements/{name}.txt"):
            run(command, cwd=folder, env=env)
    return 0
