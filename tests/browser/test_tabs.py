"""A context that is lent again knows nothing of the visit before it."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SENT = "performance.getEntriesByType('resource').map(e => e.transferSize)"


def test_a_tab_lent_again_is_empty(look, tabs, transactional_db) -> None:
    visit = look(at=(58.4, 23.6, 9)).go("/parts/")
    visit.page.evaluate("localStorage.setItem('left', '1'); document.cookie = 'left=1; path=/'")
    first = visit.page.context
    visit.go("/parts/")
    assert 0 in visit.page.evaluate(SENT)  # the control: what was sent once is kept
    tabs.all_back()
    visit = look().go("/parts/")
    assert visit.page.context == first
    assert 0 not in visit.page.evaluate(SENT)
    assert visit.page.evaluate("localStorage.length") == 0
    assert "left" not in visit.page.evaluate("document.cookie")
    state = "navigator.permissions.query({name: 'geolocation'}).then(p => p.state)"
    assert visit.page.evaluate(state) != "granted"


def test_two_visits_of_a_test_share_no_context(look, transactional_db) -> None:
    assert look().page.context != look().page.context
