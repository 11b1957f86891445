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


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files; skipped where it is absent, an error in CI."""
    folder = Path(os.environ.get("GEO_TEST_DATA") or SHARED)
    if folder.is_dir():
        return folder
    if os.environ.get("CI") == "true":
        pytest.fail(f"no real data at {folder}: set GEO_TEST_DATA")
    pytest.skip(f"no real data at {folder}: set GEO_TEST_DATA")


@pytest.fixture(scope="session")
def published_spec() -> Path:
    """The folder of published specifications, beside the real files; an error in CI if absent."""
    data = Path(os.environ.get("GEO_TEST_DATA") or SHARED).resolve()
    folder = Path(os.environ.get("GEO_TEST_SPEC") or data.parent / "spec")
    if folder.is_dir():
        return folder
    if os.environ.get("CI") == "true":
        pytest.fail(f"no specifications at {folder}: set GEO_TEST_SPEC")
    pytest.skip(f"no specifications at {folder}: set GEO_TEST_SPEC")


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
    """One Chromium for all browser tests of this process; tests have contexts of their own.

    Playwright keeps an event loop in the main thread for as long as it runs, and only one may
    run in a process, so browser tests and journeys share it.
    """
    from playwright.sync_api import sync_playwright

    from tests.browser.driver import launch

    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
