"""The public register of permits: every look, no wider than a phone."""

import datetime as dt

import pytest

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
