"""The public register of permits: every look, no wider than a phone."""

import datetime as dt
import io

import numpy as np
import pytest
from PIL import Image
from shapely import affinity

from municipality.stored import geos_of, shape_of
from plots.models import BuildingPermit
from tests.browser.looks import LOOKS, seen


@pytest.fixture
def permits(small_city) -> None:
    """Permits whose numbers and plots are as long as they come."""
    BuildingPermit.objects.bulk_create(
        BuildingPermit(
            number=f"{1000 + n}/2025", work=work, rank="major", state="valid", place=plot.boundary,
            valid=(dt.date(2025, 2, 3), dt.date(2027, 2, 3)), plot_numbers=f"{plot.number} + 2418",
            issued_at=dt.datetime(2025, 2, 3, tzinfo=dt.UTC), area=small_city["area"],
        )
        for n, (plot, work) in enumerate(
            zip(small_city["plots"], ("new", "addition", "modification"), strict=False)
        )
    )  # fmt: skip


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_register_is_seen_in_every_look(look, permits, prefix, size, theme) -> None:
    visit = look(size=size, theme=theme).go(f"{prefix}/permits/")
    seen(visit, f"permits-{prefix.strip('/')}-{size}-{theme}")
    assert visit.page.locator("tbody tr").count() == 3


DOT = (8, 63, 70)  # of a chosen thing (tokens.css --sel)


def dots(visit) -> int:
    """How many pixels of the map have the colour of the permits."""
    picture = Image.open(io.BytesIO(visit.page.locator("#map canvas").first.screenshot()))
    pixels = np.array(picture.convert("RGB")).astype(int)
    return int((np.abs(pixels - DOT).sum(axis=2) < 24).sum())


def test_permits_far_apart_are_seen_from_afar_as_dots_and_each_opens_its_page(
    look, permits
) -> None:
    far = BuildingPermit.objects.order_by("pk")[0]
    far.place = geos_of(affinity.translate(shape_of(far.place), 30_000.0))
    far.save()
    visit = look(whole_pixels=True).go("/permits/")
    visit.shot("permits-afar")
    assert dots(visit) > 100
    box = visit.page.locator("#map canvas").first.bounding_box()
    assert box is not None
    visit.page.mouse.click(box["x"] + 60, box["y"] + box["height"] / 2)  # the fit leaves 60 px
    visit.page.wait_for_url("**/permits/2025/*/")
    visit.assert_clean()
