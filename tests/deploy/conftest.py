"""Folders for clusters of the tests: short paths, gone afterwards, the server stopped."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy import cluster as clusters
from deploy import initdb, server
from deploy.cluster import Cluster
from deploy.layout import Layout

NewLayout = Callable[[], Layout]


def _folders() -> Layout:
    """An empty clone that everybody reaches."""
    top = Path(tempfile.mkdtemp(prefix="gp-test-", dir="/tmp"))
    top.chmod(0o755)
    folders = [top / name for name in ("clone", "elsewhere", "sockets")]
    for folder in folders:
        folder.mkdir()
        folder.chmod(0o1777 if folder.name != "clone" else 0o755)
    return Layout(*folders)


@pytest.fixture(scope="session")
def first_cluster() -> Iterator[Cluster]:
    """A cluster made once, the real way, and stopped; its data is copied for every test."""
    layout = _folders()
    yield initdb.ensure(layout, "first")
    shutil.rmtree(layout.project.parent)


@pytest.fixture
def copied_data(monkeypatch: pytest.MonkeyPatch, first_cluster: Cluster) -> None:
    """Let a new cluster begin with a copy of the first one's data instead of initdb."""

    def copy(cluster: Cluster) -> None:
        subprocess.run(["cp", "-a", first_cluster.data, cluster.data], check=True)

    monkeypatch.setattr(initdb, "_initdb", copy)


@pytest.fixture
def new_clone(copied_data: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewLayout]:
    """Make empty clones that everybody reaches; no server of theirs outlives the test."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "GEO_CITY"):
        monkeypatch.delenv(name, raising=False)
    made: list[Layout] = []

    def make() -> Layout:
        made.append(_folders())
        return made[-1]

    yield make
    for layout in made:
        found = clusters.load(layout)
        if found is not None and server.seems_alive(found):
            server.stop(found)
        shutil.rmtree(layout.project.parent)


@pytest.fixture
def clone(new_clone: NewLayout) -> Layout:
    """One empty clone."""
    return new_clone()


def is_root() -> bool:
    """Whether the tests run as root, who alone can run things as other users."""
    return os.geteuid() == 0
