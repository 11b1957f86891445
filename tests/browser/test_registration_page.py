"""The registration clerk's screen and the plot report: on one wide screen, and in every look."""

from pathlib import Path

import pytest

from municipality.cases.models import Case
from plots.building_permits.actions import Owner
from tests.browser.looks import LOOKS, seen
from tests.building_permits import office as o
from tests.plots.titles import a_title

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BEYOND = """
() => ["#registration-title", "#map", "form button[name], .act summary, form .btn"].map((name) =>
  document.querySelector(`main ${name}`).getBoundingClientRect().bottom - innerHeight)
"""


@pytest.fixture
def waiting(settings, tmp_path: Path) -> Case:
    """An application in registration, on ground that an earlier one claims."""
    settings.MEDIA_ROOT = tmp_path / "media"
    town = o.a_permit_town()
    a_title(town.plot)
    o.until(town, o.an_application(town), "registration")
    owner = Owner("راشد بن علي الجابري", "", "87654321")
    case = o.completed(town, o.an_application(town, owner=owner))
    o.drawn(town, case, reasons={"overlap": "اتفق المكتبان"})
    return o.moved(town, case, "submit")


def test_the_clerk_decides_on_one_screen(look, waiting: Case) -> None:
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme, who="registrar")
        visit.go(f"{prefix}/cases/{waiting.public_id}/registration/")
        seen(visit, f"registration-{prefix[1:]}-{size}-{theme}")
        visit.page.close()
    visit = look(who="registrar").go(f"/en/cases/{waiting.public_id}/registration/")
    visit.page.set_viewport_size({"width": 1440, "height": 900})
    assert "Not one of its owners" in visit.page.inner_text("main")
    assert all(beyond < 0 for beyond in visit.page.evaluate(BEYOND))
    visit.page.click("text=Return to the office")
    visit.page.fill("#text-return_registration", "أرفقوا سند الملكية باسم المالك")
    visit.page.click("details[open] button[type=submit]")
    visit.page.wait_for_load_state()
    waiting.refresh_from_db()
    assert waiting.state == "returned"


def test_anyone_reads_what_restricts_a_plot(look, waiting: Case) -> None:
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme)
        visit.go(f"{prefix}/plots/{waiting.plot_id}/report/")
        seen(visit, f"plot-report-{prefix[1:]}-{size}-{theme}")
        visit.page.close()
