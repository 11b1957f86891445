"""The rules of a zone over a year: in every look, proved and with a gap."""

import pytest

from parking_zones.models import TicketTerms
from tests.browser.looks import LOOKS, seen


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_year_is_seen_in_every_look(look, small_city, prefix, size, theme) -> None:
    visit = look(size=size, theme=theme).go(f"{prefix}/zones/rules/?zone=٧&year=٢٠٢٦")
    assert "= 525600" in visit.page.inner_text(".verdict.pass").replace(",", "")
    seen(visit, f"rules-{prefix.strip('/')}-{size}-{theme}")
    TicketTerms.objects.all().delete()
    visit.go(f"{prefix}/zones/rules/?zone=8&year=2026")
    visit.page.locator(".verdict.fail").wait_for()
    seen(visit, f"rules-gap-{prefix.strip('/')}-{size}-{theme}")


@pytest.mark.parametrize("query", ["", "year=0", "year=99999", "year=x&zone=%00", "zone=nowhere"])
def test_odd_questions_are_answered_all_the_same(client, small_city, query) -> None:
    assert client.get(f"/zones/rules/?{query}").status_code == 200
