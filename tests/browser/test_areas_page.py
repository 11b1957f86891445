"""Areas that somebody follows, in every look."""

import pytest

from municipality.clock import database_now
from observations.alerts.actions import follow_area
from observations.alerts.one_click import stop_link
from observations.models import AreaAlert
from tests.browser.looks import LOOKS, seen
from tests.builders import a_person
from tests.observations.builders import a_category

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_page_is_seen_in_every_look(look, small_city, prefix, size, theme) -> None:
    person = a_person("citizen", "citizen")
    person.email = "someone@example.com"
    person.save()
    category = a_category()
    follow_area(
        person=person, wilayat=None, area=small_city["area"], category=category, at=database_now()
    )
    visit = look(size=size, theme=theme, who="citizen").go(f"{prefix}/observations/areas/")
    page = visit.page
    page.select_option("#place", index=1)
    page.locator("form.card button").click()
    visit.settle()
    assert page.locator("#mine > li").count() == 2
    seen(visit, f"areas-{prefix.strip('/') or 'ar'}-{size}-{theme}")
    page.click("#leave-all")
    assert page.locator("#none").is_visible()


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_link_in_a_mail_is_seen_and_pressed_by_who_is_not_signed_in(
    look, small_city, prefix, size, theme
) -> None:
    person = a_person("citizen", "citizen")
    person.email = "someone@example.com"
    person.save()
    alert = follow_area(
        person=person, wilayat=None, area=small_city["area"], category=None, at=database_now()
    )
    path = stop_link([alert], page=f"{prefix}/observations/areas/")
    name = f"areas-stop-{prefix.strip('/') or 'ar'}-{size}-{theme}"
    visit = look(size=size, theme=theme).go(path)
    seen(visit, name)
    assert AreaAlert.objects.exists()
    visit.page.click("#stop")
    visit.settle()
    assert visit.page.locator(".verdict.pass").is_visible() and not AreaAlert.objects.exists()
    seen(visit, f"{name}-ended")
    visit.go(f"{path[:-2]}/", expect=(404,))
    seen(visit, f"{name}-unknown")
