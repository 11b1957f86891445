"""A person at a browser: real Chromium, real server, screens kept where GEO_JOURNEY_OUT says."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Request

from tests.browser.driver import usual_scale

SCREEN = {"width": 1440, "height": 900}  # the pictures of the journeys are of this size


class Walk:
    """One person's way through the portal: opens, waits, looks, and notes what it asked for."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.foreign: list[str] = []
        self.faults: list[str] = []
        self._shots = 0
        page.on("request", self._note)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("response", lambda r: self.faults.append(r.url) if r.status >= 500 else None)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, path: str) -> None:
        """Go to an address of the portal."""
        self.page.goto(self.base + path, wait_until="load")

    def until(self, what: Callable[[], bool], *, seconds: float = 20) -> None:
        """Wait by polling (the pages forbid eval); fails with what stands on the page."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if what():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"waited in vain; the page says: {self.text('body')[:1500]}")

    def text(self, selector: str) -> str:
        """Return the text shown in the first match; empty where there is none."""
        found = self.page.locator(selector)
        return found.first.inner_text() if found.count() else ""

    def map_is_drawn(self) -> None:
        """Wait until the map has nothing left to load."""
        root = self.page.locator("html")
        self.until(lambda: root.get_attribute("data-map-idle") == "1", seconds=40)

    def shot(self, name: str) -> None:
        """Keep the screen as NN-name.png."""
        folder = os.environ.get("GEO_JOURNEY_OUT")
        if not folder:
            return
        self._shots += 1
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(Path(folder) / f"{self._shots:02d}-{name}.png"))

    def asked_nobody_else(self) -> None:
        """Check that no foreign host was asked and nothing broke."""
        assert not self.foreign, self.foreign
        assert not self.faults, self.faults


@contextmanager
def walk_with(
    browser: Browser, base: str, *, size: dict[str, int] = SCREEN, **options: object
) -> Iterator[Walk]:
    """Walk through the portal on a screen of some size; checks at the end that all was well."""
    context = browser.new_context(
        viewport=size, reduced_motion="reduce", device_scale_factor=usual_scale(), **options
    )
    try:
        person = Walk(context.new_page(), base)
        yield person
        person.asked_nobody_else()
    finally:
        context.close()
