"""A command that loads files does not wait for what only pages need."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench.servers import ROOT

FOR_PAGES = ("ninja", "pydantic", "pandas", "jinja2", "folium", "django.contrib.admin")


def _loaded(command: str) -> set[str]:
    watched = [sys.executable, "-X", "importtime", "manage.py", command, "--help"]
    ended = subprocess.run(watched, cwd=ROOT, capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}


def _of_pages(modules: set[str]) -> set[str]:
    return {name for name in FOR_PAGES for module in modules if f"{module}.".startswith(f"{name}.")}


def test_an_import_loads_none_of_the_libraries_of_pages() -> None:
    assert not _of_pages(_loaded("import_plots"))


def test_the_control_a_command_that_serves_loads_them() -> None:
    assert _of_pages(_loaded("worker")) >= {"ninja", "pydantic", "django.contrib.admin"}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_stopped_says_so_and_leaves_its_report(
    tmp_path: Path, sent: signal.Signals
) -> None:
    """The file is a pipe that never ends, so the stop comes while it is read."""
    pipe, report = tmp_path / "endless.csv", tmp_path / "report.json"
    os.mkfifo(pipe)
    command = [sys.executable, "manage.py", "import_plots", str(pipe), "--report", str(report)]
    with (
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running,
        pipe.open("wb") as sink,  # waits until the command has opened it
    ):
        sink.write(b"number,wkt")
        sink.flush()
        time.sleep(0.3)
        running.send_signal(sent)
        _, said = running.communicate(timeout=20)
    assert running.returncode == 1 and "Traceback" not in said
    assert "The import was stopped; nothing changed." in said
    assert json.loads(report.read_text(encoding="utf-8"))["code"] == "stopped"
