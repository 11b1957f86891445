"""The registration clerk's screen and the plot report: on one wide screen, and in every look."""

import datetime as dt
from pathlib import Path

import pytest

from municipality.asked import today
from municipality.cases.models import Case
from plots.building_permits.actions import Owner
from plots.models import TitleMandate
from tests.browser.looks import LOOKS, seen
from tests.building_permits import office as o
from tests.plots.titles import a_title

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BEYOND = """
() => ["#registration-title", "#map", ".card form .btn, .card .act summary"].map((name) =>
  document.querySelector(`main ${name}`).getBoundingClientRect().bottom - innerHeight)
"""


@pytest.fixture
def waiting(settings, tmp_path: Path) -> Case:
    """An application in registration, on ground that an earlier one claims."""
    settings.MEDIA_ROOT = tmp_path / "media"
    town = o.a_permit_town()
    title = a_title(town.plot)
    for name, first, last in (
        ("مكتب الواحة للخدمات", dt.date(2026, 1, 1), None),
        ("ناصر بن حمد البوسعيدي", dt.date(2024, 1, 1), dt.date(2025, 1, 1)),
        ("خلفان بن راشد الهنائي", today() + dt.timedelta(days=30), None),
    ):
        TitleMandate.objects.create(
            title=title, name=name, civil_number="7654321", valid=(first, last),
            source="وكالة 117/2026، 3/2/2026، الكاتب بالعدل بالسيب",
        )  # fmt: skip
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


def test_the_clerk_registers_a_mandate_and_ends_it(look, waiting: Case) -> None:
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme, who="registrar")
        visit.go(f"{prefix}/cases/{waiting.public_id}/registration/")
        visit.expected = (422,)
        form = visit.page.locator("form[action$='/mandates/']")
        form.locator("xpath=..").locator("summary").click()
        form.locator("[name=name]").fill("راشد بن علي الجابري")
        form.locator("button").click()
        visit.page.click(".verdict.fail a")  # leads to the field
        assert form.locator(".err").is_visible()
        if size == "wide":  # its column scrolls, the page stands
            assert visit.page.evaluate("document.scrollingElement.scrollTop") == 0
        seen(visit, f"mandate-refused-{prefix[1:]}-{size}-{theme}")
        visit.page.close()
    visit = look(who="registrar").go(f"/en/cases/{waiting.public_id}/registration/")
    visit.page.click("text=Register a mandate")
    for label, value in (
        ("Name of who may act", "راشد بن علي الجابري"), ("Civil number (optional)", "87654321"),
        ("The paper", "وكالة 9/2026، 1/11/2026، الكاتب بالعدل بالسيب"), ("First day", "2026-11-01"),
    ):  # fmt: skip
        visit.page.get_by_label(label, exact=True).fill(value)
    visit.page.click("text=Register it")
    visit.page.wait_for_load_state()
    assert "Acts by mandate" in visit.page.inner_text("main")
    held = visit.page.locator(".mandate", has_text="الجابري")
    held.locator("summary").click()
    held.locator("[name=ends]").fill("2026-11-02")
    held.locator("button").click()
    visit.page.wait_for_load_state()
    assert "Not one of its owners" in visit.page.inner_text("main")


def test_anyone_reads_what_restricts_a_plot(look, waiting: Case) -> None:
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme)
        visit.go(f"{prefix}/plots/{waiting.plot_id}/report/")
        seen(visit, f"plot-report-{prefix[1:]}-{size}-{theme}")
        visit.page.close()
