"""The pages of cases: both sides, both languages, and nothing of anybody else's."""

import datetime as dt
import re
from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipality.cases.actions import move
from municipality.cases.models import Absence, Case, SavedFilter
from municipality.cases.worklist import claim
from tests import builders as b
from tests.cases.builders import MORNING, Town, a_town, acting, an_extract

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return a_town()


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_my_things_show_my_cases_bills_and_messages(town: Town) -> None:
    case = an_extract(town)
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    page = signed_in(town.citizen).get("/my/").content.decode()
    assert case.number in page and "2.000" in page and "بانتظار دفع الرسوم" in page
    assert '"things"' in page and "وصلنا طلب مستخرج" in page
    other = signed_in(b.a_person("c2", "citizen")).get("/en/my/").content.decode()
    assert case.number not in other and "You have no transactions yet" in other


def test_a_citizen_asks_by_page_and_sees_the_number_and_what_comes(town: Town) -> None:
    client = signed_in(town.citizen)
    form = client.get(f"/plots/{town.plot.pk}/extract/").content.decode()
    assert "2.000" in form and "تعرفة" not in form and "تجربة" in form
    answer = client.post(f"/plots/{town.plot.pk}/extract/", {"language": "ar"}, follow=True)
    page = answer.content.decode()
    case = Case.objects.get()
    assert answer.redirect_chain[0][0].endswith("?new") and "وصلنا طلبك" in page
    assert case.number in page and 'aria-current="step"' in page


def test_a_plot_without_a_price_takes_no_application(town: Town) -> None:
    from municipality.billing.models import Tariff

    Tariff.objects.all().delete()
    client = signed_in(town.citizen)
    assert "لا تعرفة سارية" in client.get(f"/plots/{town.plot.pk}/extract/").content.decode()
    client.post(f"/plots/{town.plot.pk}/extract/")
    assert not Case.objects.exists()


def test_both_sides_talk_on_the_record(town: Town) -> None:
    case = an_extract(town)
    path = f"/cases/{case.public_id}/"
    signed_in(town.registrar).post(path + "say", {"text": "هل القطعة مسورة؟"})
    signed_in(town.citizen).post(path + "say", {"text": "نعم <b>مسورة</b>"})
    page = signed_in(town.citizen).get(path).content.decode()
    assert "هل القطعة مسورة؟" in page and "&lt;b&gt;" in page
    assert [line.from_municipality for line in case.conversation.order_by("pk")] == [True, False]


def test_the_officer_claims_decides_and_the_page_refuses_in_words(town: Town) -> None:
    case = an_extract(town)
    officer = signed_in(town.registrar)
    path = f"/cases/{case.public_id}/"
    officer.post(path + "claim")
    assert "أعدها إلى القائمة" in officer.get(path).content.decode()
    stale = officer.post(path + "move", {"edge": "accept", "seen": "0"}, follow=True)
    assert "تغيرت المعاملة" in stale.content.decode()
    officer.post(path + "move", {"edge": "accept", "seen": "1"})
    case.refresh_from_db()
    assert case.state == "fee_due"
    citizen = signed_in(town.citizen).get(path).content.decode()
    assert "كيف حُسب المبلغ؟" in citizen and "/pay/" in citizen


@pytest.mark.parametrize("role", ["citizen", "office", "cashier", "planner", "editor", "admin"])
def test_a_case_of_others_is_not_there(town: Town, role: str) -> None:
    case = an_extract(town)
    client = signed_in(b.a_person(f"x_{role}", role))
    path = f"/cases/{case.public_id}/"
    assert client.get(path).status_code == client.get("/cases/nothing/").status_code == 404
    for act in ("move", "say", "claim", "release", "reassign"):
        assert client.post(path + act, {"edge": "withdraw", "text": "x"}).status_code == 404
    assert not case.conversation.exists() and Case.objects.get(pk=case.pk).moves == 1


@pytest.mark.parametrize("role", ["supervisor", "auditor", "agent", "hall"])
def test_who_watches_reads_and_cannot_decide(town: Town, role: str) -> None:
    case = an_extract(town)
    client = signed_in(b.a_person(f"w_{role}", role))
    path = f"/cases/{case.public_id}/"
    assert client.get(path).status_code == 200
    client.post(path + "move", {"edge": "refuse", "text": "x"})
    assert Case.objects.get(pk=case.pk).state == "registration"
    for act in ("say", "attach", "remark"):
        assert f"{path}{act}" not in client.get(path).content.decode()
        client.post(path + act, {"text": "x", "kind": "other", "file": a_pdf()})
    assert not (case.conversation.exists() or case.documents.exists() or case.remarks.exists())


def test_a_line_sent_twice_is_said_once(town: Town) -> None:
    case = an_extract(town)
    for _ in range(2):
        signed_in(town.citizen).post(f"/cases/{case.public_id}/say", {"text": "متى يصدر؟"})
    assert case.conversation.count() == 1


def test_the_work_list_shows_what_waits_and_keeps_filters(town: Town) -> None:
    case = an_extract(town)
    officer = signed_in(town.registrar)
    page = officer.get("/work/").content.decode()
    assert case.number in page and "سأعمل عليها" in page
    assert case.number not in officer.get("/work/?whose=mine").content.decode()
    officer.post("/work/filters", {"name": "الحرة", "query": "whose=free"})
    kept = SavedFilter.objects.get()
    assert "الحرة" in officer.get("/work/").content.decode()
    colleague = signed_in(b.a_person("colleague", "registrar"))
    assert "الحرة" not in colleague.get("/work/").content.decode()
    assert colleague.post(f"/work/filters/{kept.pk}/drop").status_code == 404
    officer.post(f"/work/filters/{kept.pk}/drop")
    assert not SavedFilter.objects.exists()


def test_a_supervisor_sees_every_role_and_reassigns(town: Town) -> None:
    case = an_extract(town)
    claim(case_id=case.pk, by=acting(town.registrar), at=MORNING)
    boss = signed_in(b.a_person("supervisor"))
    assert case.number in boss.get("/work/").content.decode()
    deputy = b.a_person("deputy", "registrar")
    boss.post(f"/cases/{case.public_id}/reassign", {"officer": deputy.pk, "to": "work"})
    case.refresh_from_db()
    assert case.claimed_by == deputy
    officer = signed_in(town.registrar)
    assert officer.post(f"/cases/{case.public_id}/reassign", {"officer": ""}).status_code == 404


def test_the_page_of_a_case_takes_at_most_twelve_queries(town: Town) -> None:
    """Stamps are not counted: a serving process listens for them and asks nobody."""
    case = an_extract(town)
    client = signed_in(town.citizen)
    client.get(f"/cases/{case.public_id}/")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/cases/{case.public_id}/")
    told = [query["sql"] for query in asked.captured_queries if "places_stamp" not in query["sql"]]
    assert len(told) <= 12, told


@pytest.mark.parametrize("path", ["/work/?page=0", "/work/?nothing=1", "/work/?page=x"])
def test_bad_questions_of_the_work_list_are_told(town: Town, path: str) -> None:
    assert signed_in(town.registrar).get(path).status_code in (400, 422)


def test_an_absence_is_recorded_and_shown_until_the_officer_is_back(town: Town) -> None:
    other = b.a_person("r2", "registrar")
    officer = signed_in(town.registrar)
    days = {"first": "2027-01-03", "last": "2027-01-07", "substitute": str(other.pk)}
    page = officer.post("/work/away", days, follow=True).content.decode()
    assert "03/01/2027" in page and "07/01/2027" in page and other.full_name in page
    officer.post("/work/away", {"back": "1"})
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": "2027-02-09", "last": "2027-02-03"},
        {"first": "2020-02-01", "last": "2020-02-03"},
        {"first": "2027-02-01", "last": "2029-02-03"},
        {"first": "2027-02-01", "last": "2027-02-03", "substitute": "citizen"},
        {"first": "2027-02-01", "last": "2027-02-03", "substitute": "999999999999999999999"},
        {"first": "soon"},
    ],
)
def test_a_wrong_absence_is_told_and_leaves_the_recorded_one(town: Town, wrong: dict) -> None:
    officer = signed_in(town.registrar)
    officer.post("/work/away", {"first": "2027-01-03", "last": "2027-01-07", "substitute": ""})
    if wrong.get("substitute") == "citizen":
        wrong = {**wrong, "substitute": str(town.citizen.pk)}
    answer = officer.post("/work/away", wrong, follow=True)
    assert answer.status_code == 422 or 'role="alert"' in answer.content.decode()
    assert Absence.objects.get().valid.lower == dt.date(2027, 1, 3)


def test_only_what_the_list_can_ask_is_kept_in_a_filter(town: Town) -> None:
    officer = signed_in(town.registrar)
    officer.post("/work/filters", {"name": "متأخرة", "query": "late=1&nothing=2&page=4"})
    officer.post("/work/filters", {"name": "فارغ", "query": "nothing=2"})
    assert list(SavedFilter.objects.values_list("name", "query")) == [("متأخرة", "late=1")]


def test_a_filter_is_shared_with_the_role_that_works_by_it(town: Town) -> None:
    town.registrar.roles = ["citizen", "registrar"]
    town.registrar.save()
    wanted = {"name": "مستعجل", "query": "late=1", "shared": "1"}
    signed_in(town.registrar).post("/work/filters", wanted)
    assert SavedFilter.objects.get().role == "registrar"


@pytest.mark.parametrize("nonsense", ["9" * 5_000, "-1", "x", "²"])
def test_nonsense_for_a_number_of_a_page_is_told_and_changes_nothing(
    town: Town, nonsense: str
) -> None:
    case = an_extract(town)
    claim(case_id=case.pk, by=acting(town.registrar), at=MORNING)
    officer, boss = signed_in(town.registrar), signed_in(b.a_person("supervisor"))
    officer.post(f"/cases/{case.public_id}/move", {"edge": "accept", "seen": nonsense})
    officer.post("/work/away", {"first": "2099-01-01", "substitute": nonsense})
    answer = boss.post(f"/cases/{case.public_id}/reassign", {"officer": nonsense})
    case.refresh_from_db()
    assert (case.state, case.claimed_by, answer.status_code) == (
        "registration", town.registrar, 404,
    )  # fmt: skip
    assert not Absence.objects.exists()


def test_who_has_no_role_asks_for_nothing(town: Town) -> None:
    town.citizen.roles = []
    town.citizen.save()
    client = signed_in(town.citizen)
    for address in (f"/plots/{town.plot.pk}/extract/", f"/api/plots/{town.plot.pk}/extracts"):
        assert client.post(address, "{}", "application/json").status_code == 404
    assert not Case.objects.exists()


def a_pdf(name: str = "سند الملكية.pdf") -> SimpleUploadedFile:
    """A PDF of one empty page."""
    made, out = pikepdf.new(), BytesIO()
    made.add_blank_page()
    made.save(out)
    return SimpleUploadedFile(name, out.getvalue(), "application/pdf")


def test_papers_are_attached_by_version_and_every_side_gets_its_copy(town: Town) -> None:
    case = an_extract(town)
    path = f"/cases/{case.public_id}/"
    citizen = signed_in(town.citizen)
    for _ in range(2):
        citizen.post(path + "attach", {"kind": "title_deed", "file": a_pdf()})
    assert [row.version for row in case.documents.order_by("version")] == [1, 2]
    page = signed_in(town.registrar).get(path).content.decode()
    link = re.search(r'href="(/files/[^"]+)"', page)
    assert link and signed_in(town.registrar).get(link[1]).status_code == 200
    assert signed_in(b.a_person("c9", "citizen")).get(link[1]).status_code == 404
    refused = citizen.post(path + "attach", {"kind": "visa", "file": a_pdf()}, follow=True)
    assert "اختر نوع المستند" in refused.content.decode()
    nothing = SimpleUploadedFile("x.pdf", b"MZ not a paper")
    refused = citizen.post(path + "attach", {"kind": "other", "file": nothing}, follow=True)
    assert 'role="alert"' in refused.content.decode() and case.documents.count() == 2


def test_a_remark_has_a_place_or_a_paper_and_is_settled_once(town: Town) -> None:
    case = an_extract(town)
    path = f"/cases/{case.public_id}/"
    officer = signed_in(town.registrar)
    officer.post(path + "remark", {"text": "الركن الشرقي غير واضح"})
    made = case.remarks.get()
    assert made.place is not None and made.settled_at is None
    assert "الركن الشرقي غير واضح" in signed_in(town.citizen).get(path).content.decode()
    assert signed_in(town.citizen).post(path + "remark", {"text": "x"}).status_code == 404
    assert signed_in(town.citizen).post(f"{path}remarks/{made.pk}/settle").status_code == 404
    officer.post(f"{path}remarks/{made.pk}/settle")
    made.refresh_from_db()
    assert made.settled_by == town.registrar
    outside = officer.post(path + "remark", {"text": "x", "lon": "2.35", "lat": "48.85"})
    assert outside.status_code == 422


def test_the_hall_asks_in_the_name_of_the_visitor_and_both_are_on_record(town: Town) -> None:
    from municipality.history.models import Entry
    from municipality.people.models import Mandate
    from municipality.people.presence import MANDATE

    officer = b.a_person("hall")
    now = timezone.now()
    held = Mandate.objects.create(
        staff=officer, visitor=town.citizen, made_at=now, until=now + dt.timedelta(minutes=30)
    )
    client = signed_in(officer)
    session = client.session
    session[MANDATE] = held.pk
    session.save()
    client.post(f"/plots/{town.plot.pk}/extract/")
    case = Case.objects.get()
    assert case.parties.get().person == town.citizen
    opened = Entry.objects.get(stream=case.stream, act="open")
    assert (opened.person_id, opened.facts["for_person"]) == (officer.pk, town.citizen.pk)
