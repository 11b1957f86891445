"""The planner's one HTML file opens where there is no network, and shows every cell."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_heat_page import FEW, MANY, reports  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def opened(browser: Browser, path: Path) -> tuple[Page, list[str]]:
    """Open a file with the network off; returns the page and what went wrong or was asked for."""
    context = browser.new_context(offline=True, viewport={"width": 900, "height": 600})
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on(
        "request",
        lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else wrong.append(r.url),
    )
    page.goto(path.as_uri())
    return page, wrong


@pytest.mark.parametrize(("prefix", "direction"), [("", "rtl"), ("/en", "ltr")])
def test_the_file_opens_with_the_network_off(
    look,
    reports,  # noqa: F811
    chromium_browser: Browser,
    tmp_path: Path,
    prefix: str,
    direction: str,
) -> None:
    visit = look(who="planner").go(f"{prefix}/heat/")
    visit.page.click("#export")
    with visit.page.expect_download() as waiting:
        visit.page.click("#export-box [data-kind=html]")
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    page, wrong = opened(chromium_browser, path)
    try:
        assert page.locator("html").get_attribute("dir") == direction
        tip = page.locator(".leaflet-tooltip")
        for x, count in ((270, MANY), (630, FEW)):  # the two cells, side by side
            page.mouse.move(x, 300)
            tip.filter(has_text=str(count)).wait_for()
        legend, scale = (
            page.locator(name).bounding_box() for name in (".heat-legend", ".leaflet-control-scale")
        )
        assert scale["x"] + scale["width"] < legend["x"]
        page.screenshot(path=tmp_path / f"export-{direction}.png")
        assert wrong == []
    finally:
        page.context.close()


def test_control_a_page_that_needs_the_network_is_told(
    chromium_browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text('<script src="https://example.om/leaflet.js"></script><p>x</p>')
    page, wrong = opened(chromium_browser, path)
    page.locator("p").wait_for()
    page.context.close()
    assert "https://example.om/leaflet.js" in wrong
