"""Journeys walk in the Chromium that all browser tests share."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest
from playwright.sync_api import Browser

from tests.journeys.walk import Walk, walk_with


@pytest.fixture
def walk(chromium_browser: Browser) -> Callable[..., AbstractContextManager[Walk]]:
    """Start a walk: ``with walk(live_server.url, size=PHONE) as person``."""
    return partial(walk_with, chromium_browser)
