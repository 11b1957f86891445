"""The files at the top of the project: locks, environment, Makefile, hooks, processes."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from deploy import __main__ as command_line
from deploy import checks, processes, venv
from deploy.layout import PROJECT, Layout
from deploy.report import SetupError

LOCKS = ["requirements/base.txt", "requirements/test.txt"]
ELSEWHERE = {"DATABASE_OWNER_URL", "GEO_OWNER_PASSWORD", "GEO_APP_PASSWORD", "POSTGRES_PASSWORD"}
ELSEWHERE |= {"PLOTS", "OBSERVATIONS", "GEO_TEST_DATA"}


def text_of(path: str) -> str:
    return (PROJECT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_folder_and_every_package_has_hashes(lock: str) -> None:
    text = text_of(lock)
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links|@ ", text)
    for package in re.findall(r"^(\w\S*==\S+)(.*)$", text, re.M):
        assert package[1].strip() == "\\", package[0]
    for line in text.splitlines():
        assert re.match(
            r"#|    #|    --hash=sha256:[0-9a-f]{64}( \\)?$|\w[\w.\[\]-]*==\S+", line
        ), line


def test_the_test_lock_holds_the_base_lock() -> None:
    base, test = (set(re.findall(r"^(\S+==\S+)", text_of(lock), re.M)) for lock in LOCKS)
    assert base < test


def test_the_installer_is_taken_from_the_lock_with_its_hashes() -> None:
    found = venv.locked("uv", text_of("requirements/test.txt"))
    assert re.match(r"uv==[\d.]+ \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+$", found)
    with pytest.raises(SetupError, match="not in the lock"):
        venv.locked("uv-and-more", text_of("requirements/test.txt"))


def variables_of_settings() -> set[str]:
    folder = PROJECT / "geo_portal" / "settings"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    return set(re.findall(r'(?:text|flag)\(\s*"([A-Z][A-Z_]+)"', text))


def test_every_variable_is_in_the_example_and_no_other() -> None:
    example = set(re.findall(r"^#?([A-Z][A-Z_]+)=", text_of(".env.example"), re.M))
    declared = {name for process in processes.load().processes for name in process.environment}
    assert example == declared | variables_of_settings() | ELSEWHERE


def test_every_variable_that_settings_read_is_declared_by_a_process_that_serves() -> None:
    elsewhere = {
        "GEO_DB_ROLE", "GEO_DB_NAME", "GEO_REACH", "GEO_TEST_DB", "DATABASE_OWNER_URL", "GEO_SERVING",
        "GEO_FAR_LOOPBACK",  # of commands alone: pull_open311, push_open311
    }  # fmt: skip
    serving = processes.load().of("serve")
    declared = {name for process in serving for name in process.environment}
    assert variables_of_settings() - elsewhere <= declared


def test_a_process_may_use_only_variables_that_it_declares(tmp_path: Path) -> None:
    path = tmp_path / "processes.toml"
    path.write_text(
        '[process.web]\ndoes = "x"\ncommand = ["granian", "{PORT}"]\nenvironment = []\n',
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="'PORT'"):
        processes.load(path)


def test_every_process_can_be_started_with_the_defaults() -> None:
    plan = processes.load()
    for process in plan.processes:
        assert all("{" not in word for word in process.words(plan.defaults))
        assert (Layout().venv / "bin" / process.command[0]).exists()


def test_web_and_worker_never_get_the_owners_address() -> None:
    for process in processes.load().processes:
        assert "DATABASE_OWNER_URL" not in process.environment


def make(*arguments: str) -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_make_alone_explains_every_target() -> None:
    targets = set(re.search(r"^\.PHONY: (.*)$", text_of("Makefile"), re.M)[1].split())  # type: ignore[index]
    explained = set(re.findall(r"^  make (\S+) +\S", make(), re.M))
    assert explained == targets
    assert {
        "demo",
        "serve",
        "test",
        "campaign",
        "bench",
        "lint",
        "types",
        "lock",
        "help",
    } <= targets


def test_every_target_calls_an_act_that_exists() -> None:
    acts = set(re.findall(r"\$\(SETUP\) ([a-z-]+)", text_of("Makefile")))
    for act in acts - {"within"}:
        assert command_line.parser().parse_args([act]).act == act
    options = command_line.parser().parse_args(["within", "tests.bench", "--size", "small", "-x"])
    assert (options.module, options.arguments) == ("tests.bench", ["--size", "small", "-x"])


@pytest.mark.parametrize("script", [".ci/run", "deploy/containers/make-database.sh"])
def test_bash_scripts_are_strict_and_sound(script: str) -> None:
    assert "set -euo pipefail" in text_of(script)
    subprocess.run(["bash", "-n", PROJECT / script], check=True)
    assert os.access(PROJECT / script, os.X_OK)


def test_the_first_step_is_sound_for_any_shell() -> None:
    subprocess.run(["sh", "-n", PROJECT / "deploy/setup.sh"], check=True)


def test_the_set_up_needs_nothing_but_the_standard_library() -> None:
    """It runs before the environment exists: every module is imported without site-packages."""
    modules = sorted(path.stem for path in (PROJECT / "deploy").glob("*.py") if path.stem[0] != "_")
    script = f"import {', '.join(f'deploy.{name}' for name in modules)}, deploy.__main__"
    subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(PROJECT)!r}); {script}",
        ],
        check=True,
    )


def test_hooks_call_only_tools_of_the_environment() -> None:
    hooks = yaml.safe_load(text_of(".pre-commit-config.yaml"))
    for repository in hooks["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] == "system"
            assert (PROJECT / hook["entry"].split()[0]).exists()


def test_every_check_is_a_tool_of_the_environment() -> None:
    found = checks.checks(Layout())
    assert {"mypy", "ruff check", "ruff format", "import contracts", "migrations current"} <= {
        check.name for check in found
    }
    for check in found:
        assert Path(check.command[0]).is_relative_to(PROJECT / ".venv")


def test_a_check_that_fails_is_named_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    good = checks.Check("good", "lint", [sys.executable, "-c", "print('unseen')"], PROJECT)
    bad = checks.Check("bad", "lint", [sys.executable, "-c", "print('why'); exit(1)"], PROJECT)
    assert checks.run_checks([good, bad], dict(os.environ)) == ["bad"]
    said = capsys.readouterr().out
    assert "why" in said
    assert "unseen" not in said


def small_project(folder: Path, **files: str) -> int:
    """Run `all_tests` on a project of a few tests; returns the exit code."""
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    ours = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    kept = {name: ours[name] for name in ("addopts", "cache_dir")}
    lines = "".join(f"{name} = {value}\n" for name, value in kept.items())
    (folder / "pytest.ini").write_text(f"[pytest]\n{lines}")
    env = dict(os.environ) | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # ours take seconds to load
    return checks.all_tests([sys.executable, "-m", "pytest", "-p", "xdist"], folder, env)


SOUND = "def test_sound():\n    pass\n"
ONCE = """
from pathlib import Path
def test_once():
    seen = Path(__file__).with_suffix(".seen")
    was, _ = seen.exists(), seen.touch()
    assert was
"""
BROKEN = """
from pathlib import Path
def test_broken():
    runs = Path(__file__).with_suffix(".runs")
    runs.write_text(f"{runs.read_text() if runs.exists() else ''}x")
    assert False
"""


def test_what_failed_beside_others_and_passes_alone_is_told(tmp_path: Path, capfd) -> None:
    assert small_project(tmp_path, sound=SOUND, once=ONCE) == 0
    assert "UNSTEADY, passed only alone: test_once.py::test_once" in capfd.readouterr().err


def test_what_fails_twice_fails_the_run(tmp_path: Path, capfd) -> None:
    assert small_project(tmp_path, sound=SOUND, once=ONCE, broken=BROKEN) == 1
    assert "UNSTEADY" not in capfd.readouterr().err
    assert (tmp_path / "test_broken.runs").read_text() == "xx"


def test_more_than_a_few_are_not_looked_at_again(tmp_path: Path) -> None:
    many = {f"n{n}": ONCE for n in range(checks.LOOKED_AT_AGAIN + 1)}
    assert small_project(tmp_path, **many) == 1


def test_a_run_that_broke_is_not_looked_at_again(tmp_path: Path) -> None:
    """Control: only tests that failed are asked again, never a run that did not take place."""
    assert small_project(tmp_path, sound="import nothing_of_that_name\n", broken=BROKEN) != 0
    runs = tmp_path / "test_broken.runs"
    assert not runs.exists() or runs.read_text() == "x"
