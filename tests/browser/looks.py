"""How every page is looked at: language, size and theme.

`make test` takes two opposite looks; the campaign `looks` sets GEO_BROWSER_MATRIX=full for all
eight of every page.
"""

import itertools
import os
from collections.abc import Sequence
from typing import TypeVar

from tests.browser.driver import Visit

Look = tuple[str, str, str]
Page = TypeVar("Page")
FULL = os.environ.get("GEO_BROWSER_MATRIX") == "full"
EIGHT: list[Look] = list(itertools.product(("", "/en"), ("wide", "phone"), ("light", "dark")))
TWO: list[Look] = [("", "wide", "light"), ("/en", "phone", "dark")]
LOOKS = EIGHT if FULL else TWO


def share(pages: Sequence[Page], look: Look) -> list[Page]:
    """Return the pages to see at a look: all of them in the full run, else every second one."""
    return list(pages) if FULL else list(pages)[TWO.index(look) :: len(TWO)]


def seen(visit: Visit, name: str) -> None:
    """One heading, no wider than the screen, accessible, clean; leaves its picture."""
    assert visit.page.locator("h1").count() == 1, name
    overflow = visit.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, f"{name} is {overflow} px too wide"
    visit.assert_accessible()
    visit.assert_clean()
    visit.shot(name)
