"""Opening an application by form and by JSON: which plot, which permit, which owner."""

import json

import pytest
from django.test import Client

from municipality.cases.models import Case
from municipality.stored import geos_of
from plots.building_permits.models import BuildingPermit, Work
from plots.models import Building
from tests import builders as b
from tests.building_permits import builders as s
from tests.building_permits import office as o
from tests.cases.builders import MORNING

pytestmark = pytest.mark.django_db
NEW, API = "/permits/new/", "/api/building-permits/applications"
FORM = {"work": "new", "owner_name": "سالم الحارثي", "owner_phone": "92345678", "plots": "3041"}


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def said(client: Client, **values: str) -> str:
    """The page that refuses a form."""
    answer = client.post(NEW, FORM | values)
    assert answer.status_code == 422 and not Case.objects.exists()
    return answer.content.decode()


def asked(client: Client, **values: object):
    body = {"work": "new", "plot": "3041", "owner": {"name": "سالم"}, **values}
    return client.post(API, json.dumps(body), content_type="application/json")


def a_twin(town: o.PermitTown):
    """A plot of the same number in another area, with ground of its own."""
    other = b.an_area(town.plot.wilayat, code="other", name_ar="العذيبة", name_en="Al Azaiba")
    shape = b.square(60, 0, 20, 30)
    return s.a_building_plot("k2", shape, area=other, wilayat=town.plot.wilayat)


def test_of_plots_that_share_a_number_one_is_chosen_by_its_area() -> None:
    town = o.a_permit_town()
    twin, client = a_twin(town), client_of(town.member)
    page = said(client)
    assert "أكثر من قطعة تحمل الرقم 3041" in page and "العذيبة" in page
    assert f'name="choice-3041" value="{twin.pk}"' in page
    answer = client.post(NEW, FORM | {"choice-3041": str(twin.pk)})
    assert answer.status_code == 302 and Case.objects.get().plot_id == twin.pk


def test_what_was_chosen_of_one_number_stays_while_another_is_asked() -> None:
    town = o.a_permit_town()
    twin, client = a_twin(town), client_of(town.member)
    for key, x in (("k3", 80), ("k4", 200)):
        s.a_building_plot(key, b.square(x, 0, 20, 30), number="3042", area=town.plot.area)
    page = said(client, plots="3041 + 3042", **{"choice-3041": str(twin.pk)})
    assert f'type="hidden" name="choice-3041" value="{twin.pk}"' in page
    assert 'name="choice-3042"' in page and "الرقم 3042" in page
    page = said(client, plots="3042", **{"choice-3041": str(twin.pk)})
    assert 'name="choice-3042"' in page  # a choice is of its number alone


def test_machines_are_told_which_plots_share_a_number() -> None:
    town = o.a_permit_town()
    twin = a_twin(town)
    answer = asked(client_of(town.member))
    told = answer.json()
    assert (answer.status_code, told["type"]) == (422, "/problems/several_plots")
    assert {one["id"] for one in told["plots"]} == {town.plot.pk, twin.pk}
    assert asked(client_of(town.member), plot=twin.pk).status_code == 201


def test_the_envelope_tells_an_id_from_a_number() -> None:
    town = o.a_permit_town()
    other = s.a_building_plot("k9", b.square(60, 0, 20, 30), number=str(town.plot.pk))
    client, address = Client(), "/api/building-permits/envelope"

    def plots(**query: str) -> list[int]:
        answer = client.get(address, query)
        assert answer.status_code == 200, answer.content
        return [one["id"] for one in answer.json()["plots"]]

    assert plots(plot=str(town.plot.pk)) == [town.plot.pk]
    assert plots(number=str(town.plot.pk)) == [other.pk]
    assert plots(number="٣٠٤١") == [town.plot.pk]
    for wrong in ({"plot": "12/3"}, {"plot": "1", "number": "3041"}, {}):
        answer = client.get(address, wrong)
        assert answer.status_code == 422, wrong
    described = client.get("/api/openapi.json").json()["paths"][address]["get"]["parameters"]
    assert [one["name"] for one in described] == ["plot", "number"]


def a_permit(town: o.PermitTown, number: str = "1/2026") -> BuildingPermit:
    """A permit in force on the plot of the town, of its office."""
    return BuildingPermit.objects.create(
        number=number, consultancy=town.office, work="new", rank="major", issued_at=MORNING,
        valid=(MORNING.date(), MORNING.date().replace(year=2028)), plot_numbers="3041",
        place=geos_of(b.square(0, 0, 20, 30)),
    )  # fmt: skip


@pytest.mark.parametrize("number", ["1/2026", "١/٢٠٢٦", " 1 / 2026 "])
def test_a_permit_says_its_plots_and_is_found_in_any_digits(number: str) -> None:
    town = o.a_permit_town()
    permit, client = a_permit(town), client_of(town.member)
    form = FORM | {"work": "renewal", "plots": "", "permit": number}
    assert client.post(NEW, form).status_code == 302
    case = Case.objects.get()
    assert (case.plot_id, case.permit_application.permit) == (town.plot.pk, permit)
    body = {"work": "renewal", "owner": {"name": "سالم"}, "permit": number}
    answer = client.post(API, json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content


def test_a_permit_or_a_plot_that_is_missing_is_asked_for_in_words() -> None:
    client = client_of(o.a_permit_town().member)
    assert "لا توجد إباحة بالرقم 9/2026" in said(client, work="renewal", permit="9/2026")
    assert "اختر الإباحة السارية" in said(client, work="owner_change", plots="")
    assert "اختر القطعة على الخريطة أو اكتب رقمها" in said(client, plots="")


@pytest.mark.parametrize("phone", ["-92345678", "abc92345678", "92345678x", "tel:92345678", "12"])
def test_a_phone_with_anything_else_around_it_is_none(phone: str) -> None:
    client = client_of(o.a_permit_town().member)
    assert "ليس رقم هاتف" in said(client, owner_phone=phone)
    answer = asked(client, owner={"name": "سالم", "phone": phone})
    assert answer.json()["errors"][0]["pointer"] == "owner/phone"


@pytest.mark.parametrize("number", ["<script>", "-5", "12345", "1234567890", "1234567a", "²²²²²²"])
def test_a_civil_number_is_six_to_nine_digits(number: str) -> None:
    client = client_of(o.a_permit_town().member)
    assert "الرقم المدني من 6 إلى 9 أرقام" in said(client, owner_id=number)
    answer = asked(client, owner={"name": "سالم", "civil_number": number})
    assert answer.json()["errors"][0]["pointer"] == "owner/civil_number"


def test_an_owner_is_kept_as_typed_in_any_digits_and_a_long_name_is_not_cut() -> None:
    client = client_of(o.a_permit_town().member)
    assert "أطول من 150 حرفًا" in said(client, owner_name="س" * 100_000)
    assert asked(client, owner={"name": "س" * 151}).status_code == 422
    assert asked(client, owner={"name": 5}).json()["errors"][0]["pointer"] == "owner/name"
    form = FORM | {"owner_id": "٩٠٠٠٠٠٠١", "owner_phone": "\u202a+968 9234 5678\u202c"}
    assert client.post(NEW, form).status_code == 302
    case = Case.objects.get()
    assert case.permit_application.owner_civil_number == "90000001"
    assert case.parties.get(role="owner").phone == "+96892345678"


def test_a_change_of_consultant_to_the_same_office_is_none(monkeypatch) -> None:
    town = o.a_permit_town()
    permit, client = a_permit(town), client_of(town.member)
    page = said(client, work="consultant_change", permit="1/2026", plots="")
    assert "مكتبك هو المشرف على الإباحة 1/2026" in page
    BuildingPermit.objects.update(consultancy=None)
    permit.refresh_from_db()
    case = o.completed(town, o.an_application(town, Work.CONSULTANT_CHANGE, permit=permit))
    BuildingPermit.objects.update(consultancy=town.office)  # taken over meanwhile
    with pytest.raises(Exception, match="supervises permit 1/2026 already"):
        o.moved(town, case, "submit")


def test_a_demolition_where_the_register_knows_no_building_says_so_to_both_sides() -> None:
    town = o.a_permit_town()
    case = o.completed(town, o.an_application(town, Work.DEMOLITION))
    note = "لا يعرف السجل مبنى على هذه القطعة"

    def pages() -> list[bool]:
        o_page = client_of(town.member).get(f"/cases/{case.public_id}/")
        clerk = client_of(town.officers["registrar"])
        r_page = clerk.get(f"/cases/{case.public_id}/registration/")
        return [note in page.content.decode() for page in (o_page, r_page)]

    o.moved(town, case, "submit")
    assert pages() == [True, True]
    Building.objects.create(register_key="b1", footprint=b.multi(b.square(4, 7, 10, 10)))
    assert pages() == [False, False]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"key": 5}, "The member's value is not a text."),
        ({"key": "a\0b"}, "The member's value holds a character that no text has."),
        ({"name": "x"}, "Send key, sha256."),
    ],
)
def test_a_member_that_is_known_is_refused_for_its_value(body, sentence: str) -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    client = client_of(town.officers["architect"])
    answer = client.post(
        f"{API}/{case.public_id}/approvals", json.dumps(body), content_type="application/json",
        headers={"accept-language": "en"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["detail"]) == (400, sentence)


def test_roles_and_works_are_named_in_arabic_beside_their_codes() -> None:
    town = o.a_permit_town()
    client = client_of(town.member)
    site = s.site(s.part("tower", 4, 7, 5, 5))
    answer = client.post(
        "/api/building-permits/check", json.dumps({"plot": town.plot.pk, "site": site}),
        content_type="application/json",
    )  # fmt: skip
    assert "المبنى الرئيسي (main)، ملحق (annex)" in answer.json()["detail"]
    assert "تجديد إباحة (renewal)" in asked(client, work="x").json()["detail"]
