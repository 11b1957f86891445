"""Asking for another, a lost phone, numbers with a reason: accessible, and they fit a phone."""

import datetime as dt

import pytest
from django.utils import timezone

from municipality.asked import today
from municipality.cases.actions import move
from municipality.cases.models import Case, Party
from municipality.people import lost_phones
from municipality.people.delegations import Wish, delegate
from municipality.people.models import User
from tests.browser.driver import sign_in
from tests.browser.looks import LOOKS, seen, share
from tests.builders import a_person
from tests.cases.builders import a_town, acting, an_extract
from tests.people.builders import MOBILE, a_citizen, a_factor, a_member, an_office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "form": ("citizen-2", "/plots/{plot}/extract/"),
    "mine": ("citizen-2", "/my/"),
    "case": ("citizen-2", "/cases/{case}/"),
    "office": ("huda", "/my/"),
    "officer": ("registrar", "/cases/{case}/"),
    "lost": ("admin", "/staff/people/{person}/"),
    "people": ("admin", "/staff/people/"),
}


@pytest.fixture
def ids(transactional_db):
    """A case asked for by a delegate, one of an office, a lost phone that waits for a second."""
    town, at = a_town(), timezone.now()
    giver, taker = town.citizen, a_citizen(2, first_name="راشد", last_name="الجابري")
    wish = Wish(str(taker.phone), ("plot_extract",), today(), today() + dt.timedelta(days=9))
    delegate(giver, wish, by=acting(giver), at=at, on=today())
    by = acting(taker)
    case = an_extract(town, at=at, person=giver)
    Party.objects.create(
        case=case, role="delegate", person=taker, name=taker.full_name, phone=str(taker.phone)
    )
    behalf = type(by)(by.person_id, by.name, by.role, giver.pk)
    officer = acting(town.registrar)
    move(case_id=case.pk, edge="return", by=officer, at=at, text="أرفق رقم الكروكي")
    move(case_id=case.pk, edge="resubmit", by=behalf, at=at, text="أرفقته")
    office = an_office("1", name_ar="مكتب الواحة للاستشارات الهندسية")
    a_member("huda", office)
    filed = an_extract(town, at=at, person=giver)
    Party.objects.create(case=filed, role="office", consultancy=office, name=office.name_ar)
    move(case_id=filed.pk, edge="accept", by=officer, at=at)
    admin = a_person("admin")
    a_factor(admin)
    lost_phones.ask(giver, MOBILE.format(77), "سُرق هاتفه؛ حضر ببطاقته", by=acting(admin), at=at)
    return {"plot": town.plot.pk, "case": case.public_id, "person": giver.pk}


@pytest.mark.parametrize("at", LOOKS)
def test_every_page_of_acting_for_others_is_accessible_and_fits(look, ids, at) -> None:
    prefix, size, theme = at
    visit = look(size=size, theme=theme)
    for name, (who, path) in share(list(PAGES.items()), at):
        sign_in(visit.page.context, visit.host, who)
        seen(visit.go(prefix + path.format(**ids)), f"behalf-{name}-{size}-{theme}{prefix[1:]}")


def test_an_officer_asks_for_the_numbers_and_is_shown_them(look, ids) -> None:
    visit = look(size="phone", who="registrar").go(f"/cases/{ids['case']}/")
    assert "9212 3456" not in visit.page.content()
    visit.page.get_by_text("أظهر أرقام التواصل").click()
    visit.page.get_by_label("لماذا تحتاجها؟").fill("رقم الكروكي")
    visit.page.get_by_role("button", name="أظهرها").click()
    visit.page.get_by_text("+968 9212 3456").wait_for()
    visit.assert_accessible()
    visit.shot("officer-shown")


def test_a_delegate_chooses_for_whom_on_the_form(look, ids) -> None:
    visit = look(size="phone", who="citizen-2").go(f"/plots/{ids['plot']}/extract/")
    visit.page.get_by_label("نيابة عن").check()
    visit.page.get_by_role("button", name="تقديم الطلب").click()
    visit.page.get_by_text("وصلنا طلبك").wait_for()
    case = Case.objects.order_by("-pk")[0]
    assert {one.role for one in case.parties.all()} == {"applicant", "delegate"}
    assert User.objects.get(username="citizen").pk in {one.person_id for one in case.parties.all()}
