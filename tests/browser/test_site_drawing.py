"""A building drawn by hand on the map: clicked beside the plot's corners, pulled to them, checked."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from plots.building_permits.models import SiteVersion
from tests.building_permits import office as o

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LINE = (8, 63, 70)  # of a chosen plot (tokens.css --sel)
OFF = 7  # pixels beside the corner: within the reach of snapping, without it half a metre and more


def corners_of(page: Page) -> list[tuple[float, float]]:
    """Where the plot's corners are on the screen: the extremes of its outline in a picture."""
    box = page.locator("#map canvas").first.bounding_box()
    assert box is not None
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    pixels = np.array(picture).astype(int)
    rows, columns = np.nonzero(np.abs(pixels - LINE).sum(axis=2) < 12)
    inside = (columns > box["x"] + 80) & (columns < box["x"] + box["width"] - 160)
    inside &= (rows > box["y"] + 40) & (rows < box["y"] + box["height"] - 20)
    x, y = columns[inside], rows[inside]
    order = [np.argmin(x + y), np.argmax(x - y), np.argmax(x + y), np.argmin(x - y)]
    return [(float(x[one]), float(y[one])) for one in order]


def click(page: Page, at: tuple[float, float]) -> None:
    page.mouse.move(*at, steps=3)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(350)  # two clicks in short order are a double click, which zooms


def test_corners_clicked_beside_the_plot_line_lie_on_it(look, settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    town = o.a_permit_town()
    case = o.an_application(town)
    visit = look(who="office", whole_pixels=True).go(f"/en/cases/{case.public_id}/site/")
    page = visit.page
    found = corners_of(page)
    page.click("[data-tool=polygon]")
    for x, y in found:
        towards = np.sign(np.array([608, 350]) - np.array([x, y]))
        click(page, (x + OFF * towards[0], y + OFF * towards[1] * 0.3))
    first = found[0]
    click(page, (first[0] + OFF, first[1] + 2))  # its first corner ends the shape
    page.wait_for_selector("li.part[data-role=main]")
    assert "600.0" in page.inner_text("li.part[data-role=main]").replace("\xa0", " ")
    page.wait_for_selector("tr[data-rule=inside_plot][data-status=pass]")
    page.wait_for_selector("tr[data-rule=coverage][data-status=fail]")
    visit.shot("drawn-by-hand")
    page.click("#save")
    page.wait_for_selector("#onward:not([hidden])")
    kept = SiteVersion.objects.get()
    assert kept.buildings.area == pytest.approx(20 * 30, abs=0.02)
    assert kept.origin == "map"
    visit.assert_clean()
