"""What each part reads of an application that changes a permit, and what officers read of it."""

import pytest
from django.test import Client

from municipality.cases.models import Party
from municipality.notices.models import Message
from plots.building_permits.construction.models import Construction
from plots.building_permits.models import Work
from tests.building_permits import office as o
from tests.building_permits import works as w

pytestmark = pytest.mark.django_db
FORMER, NEW = "+96892123456", "+96893123456"
NEW_OWNER = o.Owner("مريم بنت حمد البلوشية", NEW)


@pytest.fixture(autouse=True)
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    w.unsigned(monkeypatch)


def changed(town: o.PermitTown, works: Construction, **values):
    """A change of owner, from its draft to the permit issued anew."""
    case = o.an_application(town, Work.OWNER_CHANGE, permit=works.permit, **values)
    o.attached(town, case, "title_deed")
    o.moved(town, case, "submit")
    o.moved(town, case, "accept_fee", "registrar")
    o.paid(case)
    o.moved(town, case, "approve", "approver")
    w.issued(case)
    return case


def told(case, phone: str) -> list[str]:
    rows = Message.objects.filter(about=case.stream, to_address=phone).order_by("pk")
    return list(rows.values_list("text", flat=True))


def test_both_owners_hear_of_a_change_of_owner_from_the_application_to_its_issue() -> None:
    town = w.a_works_town()
    case = changed(town, w.begun(town), owner=NEW_OWNER)
    assert told(case, FORMER) == told(case, NEW)
    first, *_, last = told(case, FORMER)
    assert len(told(case, FORMER)) == 5
    assert "سُجل طلب تغيير اسم المالك للقطعة" in first
    assert "تغيير اسم المالك، القطعة" in last and "صدرت الإباحة" in last
    former = case.parties.get(role="former_owner")
    assert (former.phone, former.person_id) == (FORMER, None)  # hears, and opens nothing


def test_the_former_owner_is_the_one_of_the_latest_change() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    changed(town, works, owner=NEW_OWNER)
    third = changed(town, works, owner=o.Owner("خالد", "+96894123456"))
    assert third.parties.get(role="former_owner").phone == NEW and not told(third, FORMER)
    assert set(Party.objects.filter(case=works.case).values_list("role", flat=True)) == {
        "office", "owner",
    }  # fmt: skip


def test_messages_call_a_renewal_a_renewal_and_speak_of_no_audit_it_does_not_meet() -> None:
    town = w.a_works_town()
    case = o.an_application(town, Work.RENEWAL, permit=w.begun(town).permit)
    o.moved(town, case, "submit")
    o.moved(town, case, "accept_fee", "registrar")
    o.paid(case)
    o.moved(town, case, "approve", "approver")
    said = " ".join(told(case, FORMER))
    assert "سُجل طلب تجديد إباحة للقطعة" in said and "صحت البيانات. ادفعوا الرسوم" in said
    for wrong in ("إباحة البناء", "اكتمل التدقيق", "رسومات"):
        assert wrong not in said
    assert "(تجديد إباحة)" in said


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person, case, address: str = "/cases/{}/") -> str:
    answer = signed_in(person).get(address.format(case.public_id))
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_issued_paper_is_named_by_what_it_is_and_its_sheet() -> None:
    town = w.a_works_town()
    case = o.an_application(town)
    o.attached(town, case, "architectural_drawing", "A-101")
    w.issued(o.until(town, case, "stamping"))
    shown = page(town.member, case)
    assert "الوثيقة الصادرة" not in shown and '<h2 class="h3">إباحة البناء</h2>' in shown
    assert 'رسم معماري معتمد ومختوم <bdi dir="ltr">A-101</bdi>' in shown
    assert "رسم إنشائي معتمد ومختوم" in shown


def test_a_draft_is_its_office_s_own_until_it_is_handed_in() -> None:
    town = o.a_permit_town()
    case = o.completed(town, o.an_application(town))
    addresses = (
        "/cases/{}/", "/cases/{}/site/", "/cases/{}/audit/", "/cases/{}/registration/", "/api/cases/{}",
        "/api/building-permits/applications/{}",
    )  # fmt: skip
    for role in o.OFFICERS:
        for address in addresses:
            answer = signed_in(town.officers[role]).get(address.format(case.public_id))
            assert answer.status_code == 404, (role, address)
    assert page(town.member, case)
    o.moved(town, case, "submit")
    for role in o.OFFICERS:
        assert page(town.officers[role], case)


def test_the_control_without_the_rule_officers_open_a_draft(monkeypatch) -> None:
    monkeypatch.setattr("municipality.cases.rights.is_draft", lambda case: False)
    town = o.a_permit_town()
    assert page(town.officers["architect"], o.an_application(town))


def test_officers_read_whose_time_runs_and_the_office_that_it_is_theirs() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "fee_due")
    assert "مهلة مقدم الطلب حتى" in page(town.officers["approver"], case)
    assert "ننتظرك حتى" not in page(town.officers["registrar"], case)
    assert "ننتظرك حتى" in page(town.member, case)


def test_the_platform_is_named_in_words_on_the_line_of_a_case() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "approval")
    shown = page(town.officers["approver"], case)
    assert "<bdi>التحصيل</bdi>" in shown and "billing" not in shown
