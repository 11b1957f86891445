"""What every page shares: language, theme, digits, skip link, errors, no foreign host."""

import pytest

from municipality.people.models import User
from tests.browser.driver import WIDE, open_page
from tests.browser.looks import LOOKS, seen
from tests.people.builders import a_code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ["/", "/zone/", "/heat/", "/search/?q=2417", "/sign-in/", "/parts/"]


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_every_page_is_accessible_and_asks_no_other_host(
    look, small_city, prefix, size, theme
) -> None:
    visit = look(size=size, theme=theme)
    for path in PAGES:
        visit.go(prefix + path)
        root = visit.page.locator("html")
        assert root.get_attribute("dir") == ("ltr" if prefix else "rtl"), path
        assert root.get_attribute("lang") == ("en" if prefix else "ar"), path
        language = prefix.strip("/") or "ar"
        seen(visit, f"{size}-{theme}-{language}-{path.strip('/?=').replace('/', '-') or 'map'}")


def test_the_language_link_keeps_selection_and_place(look, small_city) -> None:
    plot = small_city["plots"][4]
    visit = look().go(f"/?plot={plot.pk}#17.5/23.59030/58.38050")
    visit.page.click("header a[data-language]:visible")
    visit.settle()
    assert visit.page.url.startswith(f"{visit.host}/en/?plot={plot.pk}#17.5/")
    assert visit.page.inner_text("#panel-title") == plot.number


def test_the_theme_is_remembered_without_a_flash(look, small_city) -> None:
    visit = look().go("/parts/")
    visit.page.click("details.menu summary")
    visit.page.check("input[name=theme][value=dark]", force=True)
    assert visit.page.locator("html").get_attribute("data-theme") == "dark"
    html = visit.page.request.get(visit.host + "/parts/").text()
    assert 'data-theme="dark"' in html  # by the server, before any script


def test_the_digits_of_the_readers_choice(look, small_city) -> None:
    visit = look().go(f"/?plot={small_city['plots'][0].pk}")
    visit.page.click("details.menu summary")
    visit.page.check("input[name=digits][value=arab]", force=True)
    visit.page.wait_for_load_state()
    visit.settle()
    assert "٧٤٨.٠٠" in visit.page.inner_text("#panel")


def test_the_skip_link_comes_first_and_leads_to_the_content(look, small_city) -> None:
    visit = look().go("/parts/")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip"
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "main"


def test_a_wrong_password_is_told_and_a_right_one_leads_on(look, small_city) -> None:
    code = a_code_of(User.objects.get(username="planner"))
    visit = look().go("/sign-in/staff/?next=/heat/")
    visit.page.fill("#name", "planner")
    visit.page.fill("#password", "wrong")
    visit.expected = (422,)
    visit.page.click("form.card button[type=submit]")
    assert visit.page.locator("[role=alert]").count() == 1
    assert visit.page.title().startswith("خطأ:")
    assert visit.page.input_value("#name") == "planner"
    visit.assert_accessible()
    visit.page.fill("#password", "demo")
    visit.page.click("form.card button[type=submit]")
    visit.page.fill("#code", code)
    visit.assert_accessible()
    visit.page.click("form.card button[type=submit]")
    visit.settle()
    assert visit.page.url.startswith(f"{visit.host}/heat/")
    visit.assert_clean()


def test_what_is_not_there_is_told_with_a_way_on(look, small_city) -> None:
    visit = look().go("/en/nothing-here/", expect=(404,))
    assert visit.page.locator("main a.btn").count() == 2
    assert visit.page.locator(".bigcode").inner_text()
    visit.assert_accessible()


def test_without_webgl_the_words_still_work(chromium_browser, live_server, small_city) -> None:
    context = chromium_browser.new_context(viewport=WIDE)
    context.add_init_script(
        "HTMLCanvasElement.prototype.getContext = () => null"  # a machine that cannot draw
    )
    visit = open_page(context, live_server.url).go("/")
    assert visit.page.locator("html").get_attribute("data-map-idle") == "failed"
    visit.page.fill("#q", "٢٤١٣")
    visit.page.locator("#search-results li").first.wait_for()
    visit.page.keyboard.press("Enter")
    visit.page.locator("[data-number='2413']").wait_for()
    visit.assert_accessible()
    context.close()


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_form_of_imports_is_for_administrators_and_accessible(
    look, small_city, prefix, size, theme
) -> None:
    visit = look(size=size, theme=theme, who="admin").go(prefix + "/imports/")
    assert visit.page.locator("nav a[aria-current=page]").count() >= 1
    assert visit.page.locator("#dry_run").is_checked()  # the careful choice is the standard
    visit.assert_accessible()
    visit.assert_clean()
