"""The part of the set-up that demo, serve and test share: packages, Python, front end, peers."""

from __future__ import annotations

from deploy import frontend, packages, stamps, venv
from deploy.layout import Layout
from deploy.report import megabytes, step


def prepare(layout: Layout) -> None:
    """Bring the machine and the clone to where the portal can run; quick when all is there."""
    with stamps.one_at_a_time(layout):
        with step("system packages") as note:
            fetched = packages.ensure()
            if fetched:
                note(f"{megabytes(fetched)} of packages")
        with step("Python packages") as note:
            note("installed" if venv.ensure(layout) else "")
        with step("front end") as note:
            note(frontend.ensure(layout))
        with step("simulators") as note:
            note(frontend.ensure_peers(layout))
