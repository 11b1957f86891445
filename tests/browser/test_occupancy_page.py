"""Occupancy and revenue as a planner reads them, with a change of price on the map, in every look."""

import datetime as dt

import pytest
from django.utils import timezone

from parking_zones.models import Zone
from tests import builders as b
from tests.browser.looks import LOOKS, seen
from tests.parking_zones.edit_town import a_bay, a_ticket, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_page_is_seen_in_every_look(look, small_city, prefix, size, theme) -> None:
    seven, eight = (Zone.objects.get(number=number) for number in ("7", "8"))
    a_bay(seven, -200, -100, stalls=30)
    changed = today() - dt.timedelta(days=10)
    for zone, before, after in ((seven, 3, 6), (eight, 5, 2)):
        for count, days in ((before, 15), (after, 5)):
            for n in range(count):
                at = timezone.now() - dt.timedelta(days=days, minutes=90 * n)
                a_ticket(zone, at, minutes=60, amount=200)
    b.a_tariff(150, (changed, None), zone_code="7")
    visit = look(size=size, theme=theme, who="planner")
    visit.go(f"{prefix}/parking/occupancy/?change={changed}")
    assert visit.page.locator("tr[data-zone='7']").count() == 2
    visit.settle()
    name = f"occupancy-{prefix.strip('/')}-{size}-{theme}"
    seen(visit, name)
    visit.page.locator("#map").scroll_into_view_if_needed()
    visit.settle()
    visit.shot(f"{name}-map")
