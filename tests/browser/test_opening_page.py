"""The form of a new application where a number belongs to several plots, in every look."""

import pytest

from municipality.cases.models import Case
from tests import builders as b
from tests.browser.looks import LOOKS, seen
from tests.building_permits import builders as s
from tests.building_permits import office as o

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_office_chooses_a_plot_of_its_number_by_its_area(look) -> None:
    town = o.a_permit_town()
    area = b.an_area(town.plot.wilayat, code="other", name_ar="العذيبة", name_en="Al Azaiba")
    twin = s.a_building_plot("k2", b.square(60, 0, 20, 30), area=area, wilayat=town.plot.wilayat)
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme, who="office").go(f"{prefix}/permits/new/")
        page = visit.page
        page.fill("#plots", "3041")
        page.fill("#owner-name", "سالم الحارثي")
        visit.expected = (422,)
        page.click(".panel-acts button[type=submit]")
        page.wait_for_selector("[name=choice-3041]")
        page.locator("[name=choice-3041]").first.scroll_into_view_if_needed()
        seen(visit, f"choice-{prefix[1:]}-{size}-{theme}")
    page.check(f"#plot-{twin.pk}")
    page.click(".panel-acts button[type=submit]")
    page.wait_for_url("**/site/")
    assert Case.objects.get().plot_id == twin.pk
