"""`python3 -m deploy ACT`: what the Makefile's targets call."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from deploy import checks, city, session
from deploy.children import interrupt, on_stop_signals
from deploy.layout import Layout
from deploy.lock import lock
from deploy.prepare import prepare
from deploy.report import SetupError, complain, say
from deploy.up import up

INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    """The acts and their arguments."""
    top = argparse.ArgumentParser(prog="python3 -m deploy", description=__doc__)
    acts = top.add_subparsers(dest="act", required=True)
    acts.add_parser("demo", help="set up what is missing and serve the demo city")
    acts.add_parser("serve", help="set up what is missing and serve an empty city")
    acts.add_parser("prepare", help="only install what is missing")
    acts.add_parser("db", help="start the private database and leave it running")
    acts.add_parser("db-stop", help="stop it")
    acts.add_parser("lint", help="all linters")
    acts.add_parser("types", help="mypy")
    acts.add_parser("lock", help="renew the locks of requirements/")
    test = acts.add_parser("test", help="everything that CI checks")
    test.add_argument("--pytest", default="", help="run only pytest, with these arguments")
    within = acts.add_parser("within", help="run a module of ours with everything it needs there")
    within.add_argument("module")
    within.add_argument("arguments", nargs=argparse.REMAINDER)
    return top


def start_database(layout: Layout) -> int:
    """`make db`."""
    found = session.keep(layout)
    say(f"The database runs; {layout.cluster_file} says where. Chosen: {found.database}")
    return 0


def stop_database(layout: Layout) -> int:
    """`make db-stop`."""
    say("Stopped." if session.release(layout) else "It was not running.")
    return 0


def only_prepare(layout: Layout) -> int:
    """`make setup`."""
    prepare(layout)
    return 0


def main(arguments: Sequence[str]) -> int:
    """Do one act; 0 well done, 1 a sentence says why not, 130 interrupted before it was ready."""
    options = parser().parse_args(arguments)
    acts: dict[str, Callable[[Layout], int]] = {
        "demo": lambda layout: up(layout, city.DEMO),
        "serve": lambda layout: up(layout, city.SERVE),
        "prepare": only_prepare,
        "db": start_database,
        "db-stop": stop_database,
        "lint": lambda layout: checks.only(layout, checks.LINT),
        "types": lambda layout: checks.only(layout, checks.TYPES),
        "lock": lock,
        "test": lambda layout: checks.test(layout, options.pytest),
        "within": lambda layout: checks.within(layout, options.module, options.arguments),
    }
    try:
        with on_stop_signals(interrupt):
            return acts[options.act](Layout())
    except SetupError as problem:
        complain(str(problem))
        return 1
    except PermissionError as problem:
        complain(f"{problem}: made by another user? Run this as that user, or remove it.")
        return 1
    except KeyboardInterrupt:
        complain("Interrupted.")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
