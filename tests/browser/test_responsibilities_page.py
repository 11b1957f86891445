"""Who answers where, as an administrator and a supervisor read it, in every look."""

import pytest

from tests.browser.looks import LOOKS, seen
from tests.builders import a_person, square
from tests.observations.routing import (
    a_category,
    a_directorate_body,
    a_report,
    a_responsibility,
    an_outside_body,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def divided(small_city):
    """Ten by ten kilometres: two directorates that share a strip, a gap in the east, sewage."""
    a_person("supervisor")
    sewage, waste = a_category("sewage"), a_category("waste")
    seeb, bausher = a_directorate_body("seeb"), a_directorate_body("bausher")
    a_responsibility(seeb, square(-5000, -5000, 5500, 10_000))
    a_responsibility(bausher, square(0, -5000, 4000, 10_000))
    a_responsibility(an_outside_body(), square(-5000, -5000, 10_000), category=sewage)
    for x in (-900, 250, 260, 4500):
        a_report(waste, x)
    return small_city


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_page_is_seen_in_every_look(look, divided, prefix, size, theme) -> None:
    from django.utils import timezone

    from observations.routing.rerouting import reroute_open

    assert reroute_open(at=timezone.now()).changed == 4
    visit = look(size=size, theme=theme, who="supervisor")
    visit.go(f"{prefix}/responsibilities/")
    page = visit.page
    assert [page.inner_text(f"#{name}") for name in ("ambiguous", "unassigned")] == ["2", "1"]
    assert page.inner_text("#gaps-km2") == "10.000"
    assert page.inner_text("#overlaps-km2") == "5.000"
    assert page.locator("tr[data-patch]").count() == 2
    visit.settle()
    name = f"responsibilities-{prefix.strip('/') or 'ar'}-{size}-{theme}"
    seen(visit, name)
    page.locator("[data-show='2']").click()
    visit.settle()
    visit.shot(f"{name}-strip")
    page.select_option("#category", "sewage")
    page.locator("form.card button").click()
    visit.settle()
    assert page.inner_text("#gaps-km2") == "0.000" and page.locator("tr[data-patch]").count() == 0


@pytest.mark.parametrize("junk", ["nothing", "\x00", "٧", "x" * 5000])
def test_a_category_that_is_not_known_is_a_sentence(client, db, junk) -> None:
    client.force_login(a_person("admin"))
    answer = client.get("/responsibilities/", {"category": junk})
    assert answer.status_code == (200 if junk == "\x00" else 422)
