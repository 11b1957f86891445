"""What every test stands on: real PostGIS, no network but loopback, the city's own time."""

import os
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from django.db import connection
from hypothesis import HealthCheck, settings

from tests import flushing, kept_sessions
from tests.migrated import migrated
from tests.turns import in_turn

settings.register_profile(
    "house",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
settings.load_profile("house")

flushing.install()
kept_sessions.install()
# Each reading of an RSA key proves its primes anew, a tenth of a second, six times a stamp.
for reads in ("load_pem_private_key", "load_der_private_key"):
    setattr(serialization, reads, cache(getattr(serialization, reads)))
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first, and what runs a whole city apart (tests.turns)."""
    in_turn(items)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let the test database be a copy of one that is migrated (tests.migrated)."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """End the sessions kept for live servers before the database is dropped."""
    yield
    kept_sessions.drain()


def _given(folder: Path, *, named_by: str) -> Path:
    """Return a folder that is given from outside; skips where it is absent, fails in CI."""
    if folder.is_dir():
        return folder
    give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    give_up(f"nothing at {folder}: set {named_by}")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files."""
    return _given(Path(os.environ.get("GEO_TEST_DATA") or SHARED), named_by="GEO_TEST_DATA")


@pytest.fixture(scope="session")
def published_spec() -> Path:
    """The folder of published specifications, beside the real files."""
    data = Path(os.environ.get("GEO_TEST_DATA") or SHARED).resolve()
    named = os.environ.get("GEO_TEST_SPEC") or data.parent / "spec"
    return _given(Path(named), named_by="GEO_TEST_SPEC")


@pytest.fixture(autouse=True)
def network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets connect to this machine only."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"tests do not leave this machine: {address}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Any]:
    """One Chromium for browser tests and journeys: Playwright runs one loop in a process."""
    from playwright.sync_api import sync_playwright

    from tests.browser.driver import launch

    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
