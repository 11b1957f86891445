"""A command that loads files does not wait for what only pages need."""

import subprocess
import sys

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
