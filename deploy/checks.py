"""`make test`: everything that must hold before a change lands, as CI runs it."""

from __future__ import annotations

import json
import os
import shlex
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy import frontend, packages, processes, session
from deploy.accounts import Words
from deploy.children import attempt, attend
from deploy.city import environment, signing_authority
from deploy.layout import Layout
from deploy.prepare import prepare
from deploy.report import complain, say

AT_ONCE = 2  # cores of the smallest machine that runs the tests
# One worker more than cores: with as many, a quarter of the processor waited with the tests for
# servers and clocks.  Whole files to each, in the order of tests/conftest.py: the longest first.
IN_PARALLEL = ("-n", str(AT_ONCE + 1), "--dist", "loadfile", "--no-loadscope-reorder")
# What failed beside others is asked once more, alone (docs/decisions/0091): a few, not a collapse.
LOOKED_AT_AGAIN = 5
LINT, TYPES, TABLES = "lint", "types", "tables"
BENCH = "tests.bench"
TESTS_FAILED = 1  # the exit code of pytest that says so; 2 to 5 are faults of the run itself


@dataclass(frozen=True, slots=True)
class Check:
    """One tool that must be content."""

    name: str
    group: str
    command: Words
    cwd: Path


def checks(layout: Layout) -> list[Check]:
    """All checks beside pytest; slow ones first, so that two at a time end together."""
    programs, root = layout.venv / "bin", layout.project
    found = [
        Check("mypy", TYPES, [programs / "mypy"], root),
        Check("djlint", LINT, [programs / "djlint", "--lint", "--quiet", "."], root),
        Check("import contracts", LINT, [programs / "lint-imports"], root),
        Check(
            "migrations current",
            TABLES,
            [layout.python, "manage.py", "makemigrations", "--check", "--dry-run"],
            root,
        ),
        Check("ruff check", LINT, [programs / "ruff", "check", "."], root),
        Check("ruff format", LINT, [programs / "ruff", "format", "--check", "."], root),
    ]
    if (front := frontend.folder(layout)).joinpath("package.json").exists():
        found.insert(1, Check("front end lint", LINT, [programs / "npm", "run", "lint"], front))
        found.insert(2, Check("front end tests", LINT, [programs / "npm", "test"], front))
    return found


def run_checks(wanted: Sequence[Check], env: Mapping[str, str]) -> list[str]:
    """Run checks two at a time, print each when it ends, return the names of those that failed."""
    failed: list[str] = []

    def one(check: Check) -> tuple[Check, int, str, float]:
        started = time.monotonic()
        code, said = attempt(check.command, cwd=check.cwd, env=env)
        return check, code, said, time.monotonic() - started

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for check, code, said, seconds in pool.map(one, wanted):
            say(f"  {check.name:<28} {seconds:6.1f} s  {'ok' if code == 0 else 'FAILED'}")
            if code != 0:
                say(said.rstrip())
                failed.append(check.name)
    return failed


def only(layout: Layout, group: str) -> int:
    """`make lint`, `make types`: the checks of one group; they need no database."""
    prepare(layout)
    wanted = [check for check in checks(layout) if check.group == group]
    return 1 if run_checks(wanted, frontend.environment(layout)) else 0


def test(layout: Layout, arguments: str) -> int:
    """All checks, then all tests; with ``arguments`` for pytest only the tests they choose."""
    prepare(layout)
    with session.database(layout, name=None) as lent:
        defaults = processes.load().defaults
        env = frontend.environment(layout) | environment(lent, "test", defaults)
        env |= {"PATH": frontend.environment(layout)["PATH"], "GEO_DB_ROLE": "owner"}
        signing_authority(layout, env)
        failed = [] if arguments else run_checks(checks(layout), env)
        if failed:
            complain(f"  failed before the tests: {', '.join(failed)}")
        pytest: Words = [layout.python, "-m", "pytest"]
        if arguments:
            code = attend([*pytest, *shlex.split(arguments)], cwd=layout.project, env=env)
        else:
            code = all_tests(pytest, layout.project, env)
    if failed:
        complain(f"make test fails because of: {', '.join(failed)}")
    return code or (1 if failed else 0)


def all_tests(pytest: Words, root: Path, env: Mapping[str, str]) -> int:
    """Run all tests of a project; at most LOOKED_AT_AGAIN that failed run once more, alone.

    Returns the exit code of pytest: 0 where all passed, the second time at the latest.  What passed
    only then is told by name: it is a fault of the test or of the product that somebody must find.
    """
    with tempfile.TemporaryDirectory() as kept:
        remember = ["-o", f"cache_dir={kept}"]
        code = attend([*pytest, *IN_PARALLEL, *remember], cwd=root, env=env)
        noted = Path(kept, "v", "cache", "lastfailed")
        failed = list(json.loads(noted.read_text())) if noted.exists() else []
        if code != TESTS_FAILED or not 0 < len(failed) <= LOOKED_AT_AGAIN:
            return code
        complain(f"  once more, alone: {', '.join(failed)}")
        again = attend([*pytest, "--last-failed", *remember], cwd=root, env=env)
    if again == 0:
        complain(f"  UNSTEADY, passed only alone: {', '.join(failed)}")
    return again


def within(layout: Layout, module: str, arguments: Sequence[str]) -> int:
    """Run a module of ours (bench, campaigns) with everything installed and the database there."""
    prepare(layout)
    if module == BENCH:
        packages.ensure(packages.BENCH_NEEDS)
    with session.database(layout, name=None) as lent:
        env = environment(lent, "test", processes.load().defaults)
        env |= {"GEO_DB_ROLE": "owner", "GEO_LIMITS": "off"}
        signing_authority(layout, env)
        return attend(
            [layout.python, "-m", module, *arguments], cwd=layout.project, env={**os.environ, **env}
        )
