"""The top bar fits the screens of an office, whoever is signed in; the menu holds every desk."""

import pytest

from geo_portal.home.desks import desks_of
from tests.builders import a_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHO = ("admin", "auditor", "editor", "cashier", "supervisor", "citizen")
WIDTHS = (769, 960, 961, 1024, 1201, 1216, 1280, 1281, 1366, 1441, 1920)


@pytest.mark.parametrize("who", WHO)
def test_the_bar_is_never_wider_than_the_screen(look, transactional_db, who) -> None:
    a_person(who)
    visit = look(who=who)
    for prefix in ("/en", ""):
        visit.go(f"{prefix}/account/")
        for width in WIDTHS:
            visit.page.set_viewport_size({"width": width, "height": 800})
            needed = visit.page.evaluate("document.documentElement.scrollWidth")
            menu = visit.page.locator("details.menu summary").bounding_box()
            assert needed <= width, f"{who} {prefix or '/ar'} needs {needed} px of {width}"
            assert menu["x"] >= 0 and menu["x"] + menu["width"] <= width


def test_the_bar_fits_whoever_is_not_signed_in_and_leads_to_a_report(
    look, transactional_db
) -> None:
    visit = look()
    for prefix in ("/en", ""):
        visit.go(f"{prefix}/sign-in/")
        for width in WIDTHS:
            visit.page.set_viewport_size({"width": width, "height": 800})
            needed = visit.page.evaluate("document.documentElement.scrollWidth")
            assert needed <= width, f"{prefix or '/ar'} needs {needed} px of {width}"
            leads = visit.page.locator(f"header a[href='{prefix}/observations/new/']")
            in_bar = [link for link in leads.all() if link.is_visible()]
            assert len(in_bar) == (1 if width > 1024 else 0), width
        visit.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        visit.page.click("details.menu summary")
        assert visit.page.locator(f".menubox a[href='{prefix}/observations/new/']:visible").count()


def test_the_menu_holds_every_desk(look, transactional_db) -> None:
    a_person("admin")
    visit = look(who="admin").go("/en/account/")
    visit.page.set_viewport_size({"width": 1280, "height": 800})
    visit.page.click("details.menu summary")
    held = visit.page.locator("nav[aria-label='Your desks'] a:visible").count()
    assert held == len(desks_of(frozenset(["admin"]))) >= 6
    assert not visit.page.locator(".first-desk").is_visible()
    visit.assert_accessible()
