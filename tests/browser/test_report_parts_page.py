"""A report at several departments: the officer's form and list, and the page of a part."""

import pytest

from municipality.actor import Actor
from municipality.cases.actions import move
from municipality.clock import database_now
from municipality.documents.intake import accept_photo
from observations.models import Body
from observations.parts.actions import split
from tests.browser.looks import LOOKS, seen
from tests.builders import the_office_hours
from tests.observations.builders import AGENT, a_jpeg, a_report, a_target, gps, the_agent
from tests.observations.routing import a_directorate_body

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made(small_city):
    the_office_hours()
    for code, ar, en in (
        ("roads", "دائرة الطرق", "Roads"), ("drains", "دائرة الصرف الصحي", "Drains"),
        ("signs", "دائرة المرور والإنارة", "Traffic and lighting"),
    ):  # fmt: skip
        a_directorate_body(code)
        Body.objects.filter(code=code).update(name_ar=ar, name_en=en)
    a_target()
    the_agent()
    at = database_now()
    photo = accept_photo(a_jpeg(), by=AGENT, at=at)
    return a_report(gps(accuracy_m=25), at=at, photos=(photo,))


def asks(made, code: str, asked: str):
    body = Body.objects.get(code=code)
    return split(case_id=made.case_id, body=body, asked=asked, by=AGENT, at=database_now())


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_pages_are_seen_in_every_look(look, made, prefix, size, theme) -> None:
    name = f"parts-{prefix.strip('/') or 'ar'}-{size}-{theme}"
    done = asks(made, "drains", "أعيدوا غطاء غرفة التفتيش، فهو مكسور وسط الطريق")
    part = asks(made, "signs", "ضعوا لوحات تحذير إلى أن تُردم الحفرة")
    officer = Actor(None, "م. علي", "department")
    move(
        case_id=done.case_id, edge="done", by=officer, at=database_now(),
        text="رُكّب غطاء جديد",
    )  # fmt: skip
    visit = look(size=size, theme=theme, who="agent")
    visit.go(f"{prefix}/cases/{made.case.public_id}/")
    visit.page.locator("#split-body").evaluate("one => one.closest('details').open = true")
    visit.page.locator("#parts-title").evaluate("one => one.scrollIntoView()")
    visit.settle()
    seen(visit, f"{name}-whole")
    visit.page.select_option("#split-body", "roads")
    visit.page.fill("#split-asked", "اردموا الحفرة")
    visit.page.click("form[action$='/report/split'] button")
    visit.page.wait_for_selector("#parts-title")
    assert "OP-" in visit.page.inner_text("section[aria-labelledby=parts-title]")
    visit.go(f"{prefix}/cases/{part.case.public_id}/")
    seen(visit, f"{name}-part")
