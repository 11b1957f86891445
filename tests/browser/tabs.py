"""Chromium's contexts, kept from test to test: half of what a fresh one costs is compiling scripts.

A context is emptied before it is lent again (cookies, storage, HTTP cache, permissions), and it
is lent to one visit at a time, so that no visit knows of another; only compiled code stays.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.driver import PHONE, WIDE

Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a context is made with and keeps for good."""

    size: str
    theme: str
    motion: bool
    scale: float  # device pixels to a pixel of the page


@dataclass
class Tabs:
    """The contexts of one browser."""

    browser: Browser
    free: dict[Kind, list[BrowserContext]] = field(default_factory=lambda: defaultdict(list))
    lent: list[tuple[Kind, BrowserContext]] = field(default_factory=list)

    def lend(self, kind: Kind, *, host: str, at: Place | None) -> BrowserContext:
        """Return an empty context that stands at a place, or may not tell where it stands."""
        if (kept := self._kept(kind)) is None:
            context = self._made(kind)
        else:
            context = kept
            _emptied(context, host)
        self.lent.append((kind, context))
        if at:
            context.grant_permissions(["geolocation"])
            context.set_geolocation({"longitude": at[0], "latitude": at[1], "accuracy": at[2]})
        return context

    def _kept(self, kind: Kind) -> BrowserContext | None:
        """Take one back whose visit is over, or one of an earlier test."""
        for entry in self.lent:
            if entry[0] == kind and not entry[1].pages:
                self.lent.remove(entry)
                return entry[1]
        return self.free[kind].pop() if self.free[kind] else None

    def _made(self, kind: Kind) -> BrowserContext:
        options: dict[str, Any] = {
            "viewport": PHONE if kind.size == "phone" else WIDE,
            "color_scheme": kind.theme,
            "has_touch": kind.size == "phone",
            "reduced_motion": "no-preference" if kind.motion else "reduce",
            "device_scale_factor": kind.scale,
        }
        return self.browser.new_context(**options)

    def all_back(self) -> None:
        """End the visits of a test and keep their contexts."""
        for kind, context in self.lent:
            for page in context.pages:
                page.close()
            self.free[kind].append(context)
        self.lent.clear()


def _emptied(context: BrowserContext, host: str) -> None:
    """Let a context know nothing of what it saw before."""
    context.clear_cookies()
    context.clear_permissions()
    context.set_geolocation(None)
    context.set_offline(False)
    page: Page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    session.send("Storage.clearDataForOrigin", {"origin": host, "storageTypes": "all"})
    page.close()
