"""One way to drive the pages: launch, visit, wait for the map, look for what may not be there.

The content security policy forbids eval, so nothing waits by a function in the page: the
page's own marks (``data-map-idle``, ``data-plot``, ``data-result``) are polled from outside.
"""

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ARGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",  # only the map is drawn by WebGL; the page around it is cheaper so
    "--disable-gpu-rasterization",
    "--num-raster-threads=1",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--font-render-hinting=none",
]
WIDE = {"width": 1216, "height": 700}  # as a desk sees it; each pixel of a map costs time
PHONE = {"width": 390, "height": 844}
PATIENCE_S = 30
STILL = 3  # looks at an idle map before it is believed
ABORTED = "net::ERR_ABORTED"  # a tile that is no longer wanted is not a failure


def chromium() -> str:
    """Find the system's Chromium; raises RuntimeError where there is none.

    The one without a window first: it draws the same pages for three fifths of the processor.
    """
    names = ("chromium-headless-shell", "chromium", "chrome")
    found = os.environ.get("GEO_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise RuntimeError("no Chromium: apt-get install chromium-headless-shell")
    return found


def usual_scale() -> float:
    """Device pixels to a pixel of the page: a map is drawn in software, and each pixel costs.

    Whole pixels where pictures are kept to be looked at.
    """
    return 1 if os.environ.get("GEO_JOURNEY_OUT") else 0.5


def launch(playwright: Playwright) -> Browser:
    """Start a headless Chromium that draws WebGL in software and asks nobody for updates."""
    return playwright.chromium.launch(executable_path=chromium(), args=ARGS)


@dataclass
class Visit:
    """A page being looked at, and everything it said or asked for that it should not have."""

    page: Page
    host: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: tuple[int, ...] = ()

    def go(self, path: str, *, expect: tuple[int, ...] = ()) -> "Visit":
        """Open an address of ours and wait until its map, if it has one, stands still."""
        self.expected = expect
        self.page.goto(self.host + path)
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until the map is idle at several looks; pages without a map settle at once."""
        still, deadline = 0, time.monotonic() + PATIENCE_S
        while still < STILL:
            assert time.monotonic() < deadline, "the map never came to rest"
            idle = self.page.locator("html").get_attribute("data-map-idle")
            still = still + 1 if idle in (None, "1", "failed") else 0
            time.sleep(0.1)

    def shot(self, name: str) -> None:
        """Leave a picture where ``GEO_JOURNEY_OUT`` asks for one."""
        out = os.environ.get("GEO_JOURNEY_OUT")
        if out:
            Path(out).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(out) / f"{name}.png"))

    def assert_clean(self) -> None:
        """No request left our host and nothing was refused by the policy or broke."""
        assert not self.foreign, self.foreign
        assert not self.complaints, self.complaints

    def assert_accessible(self) -> None:
        """Zero axe violations, told by rule and element."""
        found = Axe().run(self.page).response["violations"]
        assert not found, [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found]


def open_page(context: BrowserContext, host: str) -> Visit:
    """Open a tab that notes foreign requests, console errors and exceptions."""
    page = context.new_page()
    visit = Visit(page, host)
    ours = urlsplit(host).netloc

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != ours:
            visit.foreign.append(url)

    def said(kind: str, text: str) -> None:
        told = "status of " in text and any(f"status of {s}" in text for s in visit.expected)
        if kind == "error" and not told:
            visit.complaints.append(text)

    page.on("request", lambda request: asked(request.url))
    page.on("console", lambda message: said(message.type, message.text))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on(
        "requestfailed",
        lambda r: r.failure != ABORTED and visit.complaints.append(f"{r.url}: {r.failure}"),
    )
    return visit


def sign_in(context: BrowserContext, host: str, who: str) -> None:
    """Let a person be signed in by the session cookie that the form would give."""
    client = Client()
    client.force_login(get_user_model().objects.get(username=who))
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": host}])
