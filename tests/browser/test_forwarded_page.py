"""The page of a body outside, opened by its link, and the officer's form, in every look."""

import pytest

from municipality.clock import database_now
from observations.forwarding.actions import Given, Request, answer, forward
from observations.models import Body, Reply
from tests.browser.looks import LOOKS, seen
from tests.builders import a_person, the_office_hours
from tests.observations.builders import AGENT, a_report, a_target, gps, the_agent
from tests.observations.routing import a_directorate_body, an_outside_body

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made(small_city):
    the_office_hours()
    a_directorate_body()
    an_outside_body("water")
    a_target()
    the_agent()
    return a_report(gps(accuracy_m=25), at=database_now())


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_pages_are_seen_in_every_look(look, made, prefix, size, theme) -> None:
    name = f"forwarded-{prefix.strip('/') or 'ar'}-{size}-{theme}"
    visit = look(size=size, theme=theme, who="agent")
    visit.go(f"{prefix}/cases/{made.case.public_id}/")
    visit.page.locator("#forward-body").evaluate("one => one.closest('details').open = true")
    visit.page.locator("#forward-title").evaluate("one => one.scrollIntoView()")
    visit.settle()
    seen(visit, f"{name}-form")
    what = Request(
        Body.objects.get(code="water"), "أصلحوا التسرب أمام المدرسة", 5, email="w@example.org"
    )
    asked = forward(case_id=made.case_id, what=what, by=AGENT, at=database_now())
    visit = look(size=size, theme=theme)
    visit.go(f"{prefix}/forwarded/{asked.public_id}/")
    visit.settle()
    seen(visit, name)
    given = Given("done", "أُصلح الأنبوب وأُعيد الرصف", "م. علي، الصيانة")
    answer(asked=asked, given=given, at=database_now())
    visit.go(f"{prefix}/forwarded/{asked.public_id}/")
    assert visit.page.locator("form.card").count() == 0
    visit.settle()
    visit.shot(f"{name}-answered")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_ready_answers_are_seen_and_chosen(look, made, prefix, size, theme) -> None:
    a_person("editor")
    reply = Reply.objects.create(edge="ask", ar="أين الموضع بالضبط؟", en="Where exactly is it?")
    visit = look(size=size, theme=theme, who="editor")
    visit.go(f"{prefix}/replies/")
    visit.page.locator(f"#ar-{reply.pk}").evaluate("one => one.closest('details').open = true")
    visit.settle()
    seen(visit, f"replies-{prefix.strip('/') or 'ar'}-{size}-{theme}")
    visit = look(size=size, theme=theme, who="agent")
    visit.go(f"{prefix}/cases/{made.case.public_id}/")
    visit.page.locator("#text-ask").evaluate("one => one.closest('details').open = true")
    visit.page.select_option("#ready-ask", label=reply.ar)
    assert visit.page.input_value("#text-ask") == reply.ar
