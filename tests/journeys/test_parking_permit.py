"""A parking permit from the plot to its renewal by text: by web and phone, with every process."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.utils import timezone
from shapely.geometry import LineString, MultiLineString

from municipality.billing.models import Bill, Refund
from municipality.cases.models import Case
from municipality.documents.models import IssuedPaper
from municipality.history.queries import broken
from municipality.people.models import User
from municipality.stored import geos_of
from parking_zones.models import ParkingPermit
from parking_zones.parking_permits.queries import permits_of
from plots.models import Road
from tests import builders as b
from tests.billing.builders import a_branch, a_terminal
from tests.browser.driver import PHONE
from tests.building_permits.office import pdf
from tests.cases.builders import a_town
from tests.journeys.processes import City, running
from tests.journeys.steps import (
    CITIZEN,
    PASSWORD,
    kept,
    staff_sign_in,
    text_of,
    texts,
    texts_of,
    told,
    verified,
)
from tests.journeys.test_plot_extract import citizen_signs_in
from tests.journeys.walk import Walk
from tests.notices.builders import until
from tests.parking_permits.builders import the_prices

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STRANGER = "+96899887766"


@dataclass(frozen=True)
class Words:
    """What a page says in one language."""

    prefix: str
    inside: str
    next: str
    submit: str
    registered: str
    paid: str
    change: str
    vehicle: str
    renew: str
    link: str


ARABIC = Words(
    "", "كلها داخل المنطقة 7", "متابعة إلى الأوراق", "أرفق وقدّم الطلب", "وصلنا طلبك",
    "دُفعت الفاتورة", "غيّر المركبة", "متابعة: ملكية المركبة", "جدد", "ادفع",
)  # fmt: skip
ENGLISH = Words(
    "/en", "lies wholly in zone 7", "On to the papers", "Attach and submit",
    "We have your application", "paid", "Change the vehicle", "On to the vehicle's paper",
    "renew", "Pay",
)  # fmt: skip


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """A town whose plot lies in zone 7, with a registrar and a supervisor who never signed in."""
    a_town()
    the_prices()
    b.the_paid_hours()
    b.a_tariff()
    b.a_zone("7", b.square(-50, -50, 200), name_ar="الخوير", name_en="Al Khuwair")
    line = LineString([(b.EAST - 40, b.NORTH + 60), (b.EAST + 140, b.NORTH + 60)])
    Road.objects.create(
        register_key="r1", name_ar="سكة 3914", name_en="Way 3914", road_class="way",
        centre_line=geos_of(MultiLineString([line])),
    )  # fmt: skip
    a_terminal(branch=a_branch())
    hashed = Argon2PasswordHasher().encode(PASSWORD, "0123456789abcdef")
    User.objects.filter(username="registrar").update(password=hashed)
    User.objects.filter(username="citizen").delete()
    User.objects.create(username="supervisor", roles=["supervisor"], password=hashed)
    with running(str(connection.settings_dict["NAME"]), tmp_path) as made:
        yield made
    if out := os.environ.get("GEO_JOURNEY_OUT"):
        lines = [json.loads(line) for line in texts_of(made)]
        rows = [{key: line[key] for key in ("to", "text", "at")} for line in lines]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        Path(out, "messages.jsonl").write_text(text, encoding="utf-8")


def presses(person: Walk, text: str) -> None:
    """Press what says this, and wait for the page it leads to."""
    with person.page.expect_navigation():
        person.page.get_by_text(text, exact=True).first.click()


def attaches(person: Walk, folder: Path, words: Words, *codes: str) -> None:
    """Choose a file for each paper, and hand all of it in."""
    for code in codes:
        path = folder / f"{code}.pdf"
        path.write_bytes(pdf(code))
        person.page.set_input_files(f"#paper-{code}", str(path))
    presses(person, words.submit)
    assert words.registered in person.text("main"), person.text("main")


def asks(person: Walk, words: Words, folder: Path) -> str:
    """Apply from the plot's number: the zone is told, the price explained, the papers handed in."""
    person.open(f"{words.prefix}/parking/permits/new/")
    person.page.fill("#plot", "٢٤١٧")
    person.until(lambda: words.inside in person.text("#found"))
    person.page.fill("#plate", "١١١١ ب")
    person.page.select_option("#months", "1")
    person.until(lambda: "15.000" in person.text("#price"))
    person.map_is_drawn()
    person.shot("zone-and-price")
    presses(person, words.next)
    person.shot("papers")
    attaches(person, folder, words, "id_card", "vehicle_ownership")
    person.shot("registered")
    return person.text("h1")


def accepts(registrar: Walk, case: Case, *, edge: str = "accept_registration") -> None:
    """Open the case, see what the registers do not know, and let it go on."""
    registrar.open(f"/cases/{case.public_id}/")
    assert "غير معلوم: راجع الورقة" in registrar.text("main")
    registrar.shot("check")
    with registrar.page.expect_navigation():
        registrar.page.locator(f"form:has(input[value={edge}]) button").first.click()
    assert "بانتظار دفع الرسوم" in registrar.text("main")


def pays(person: Walk, city: City, words: Words) -> None:
    """Pay on the gateway's own page, from the page of the bill."""
    person.page.locator("form.paybar button").click()
    person.until(lambda: city.env["GATEWAY_PORT"] in person.page.url)
    person.page.click("button[value=pay]")
    person.until(lambda: words.paid in person.text("main"), seconds=30)
    person.foreign[:] = [url for url in person.foreign if city.env["GATEWAY_PORT"] not in url]


def pays_case(person: Walk, city: City, words: Words, case: Case) -> None:
    """Pay the bill of a case."""
    person.open(f"{words.prefix}/cases/{case.public_id}/")
    person.shot("fee-due")
    with person.page.expect_navigation():
        person.page.locator(".paybar .btn").click()
    pays(person, city, words)
    person.shot("paid")


def holds(plate: str, number: str) -> bool:
    """Whether an inspector finds that permit for a plate at this second."""
    return number in [one.number for one in permits_of(plate_key=plate, at=timezone.now())]


def renews_by_text(person: Walk, city: City, words: Words, permit: ParkingPermit) -> None:
    """Text one word, get amount and link, pay; a stranger learns nothing; twice is once."""
    texts(city, STRANGER, f"renew {permit.number}")
    answer = told(city, "no parking permit to renew", to=STRANGER)
    assert permit.number not in answer
    texts(city, CITIZEN, words.renew)
    reply = told(city, words.link, permit.number, "15.000", "/pay/")
    texts(city, CITIZEN, f"{words.renew} {permit.number}")
    until(lambda: sum(reply in json.loads(row)["text"] for row in texts_of(city)) == 2, seconds=20)
    case = Case.objects.get(parking_permit_request__act="renew")
    assert Bill.objects.filter(subject=case.stream).count() == 1
    link = re.search(r"https?://\S+/pay/\S+/", reply)
    assert link is not None and link[0].startswith(city.base)
    person.open(link[0].removeprefix(city.base))
    person.shot("renewal-link")
    pays(person, city, words)
    until(lambda: ParkingPermit.objects.filter(renews=permit).exists(), seconds=20)
    renewal = ParkingPermit.objects.get(renews=permit)
    assert renewal.starts_on == permit.ends_on
    told(city, "صدر تصريح المواقف", renewal.number)


def changes_vehicle(
    person: Walk, registrar: Walk, city: City, words: Words, permit: ParkingPermit, folder: Path
) -> None:
    """Another plate: the old one stops in the instant in which the fee is paid."""
    person.open(f"{words.prefix}/parking/permits/{permit.public_id}/")
    person.map_is_drawn()
    person.shot("permit")
    person.page.get_by_text(words.change, exact=True).first.click()
    person.page.fill("#plate", "2222 د")
    presses(person, words.vehicle)
    attaches(person, folder, words, "vehicle_ownership")
    case = Case.objects.get(parking_permit_request__act="vehicle")
    accepts(registrar, case)
    assert holds("OM-1111-B", permit.number) and not holds("OM-2222-D", permit.number)
    pays_case(person, city, words, case)
    until(lambda: holds("OM-2222-D", permit.number), seconds=20)
    assert not holds("OM-1111-B", permit.number)
    rows = list(permit.vehicles.order_by("valid"))
    assert rows[0].valid.upper == rows[1].valid.lower


def paper_is_real(person: Walk, city: City, words: Words, permit: ParkingPermit, tmp: Path) -> None:
    """Download the paper, read it, and hold it against its code."""
    person.open(f"{words.prefix}/parking/permits/{permit.public_id}/")
    link = person.page.locator("a[href$='.pdf']").first.get_attribute("href")
    made = person.page.context.request.get(city.base + str(link))
    paper = IssuedPaper.objects.get(kind="parking_permit", number=permit.number)
    assert hashlib.sha256(made.body()).hexdigest() == paper.sha256
    kept(f"permit{words.prefix.replace('/', '-')}.pdf", made.body())
    shown = text_of(made.body(), tmp)
    assert not shown or (permit.number in shown and "1111" in shown)
    verified(person, paper.code, made.body(), tmp)


@pytest.mark.parametrize("words", [ARABIC, ENGLISH], ids=["arabic", "english"])
def test_a_permit_from_the_plot_to_its_renewal_by_text(
    walk, city: City, tmp_path: Path, words: Words
) -> None:
    with walk(city.base, size=PHONE) as citizen, walk(city.base) as registrar:
        citizen_signs_in(citizen, city)
        number = asks(citizen, words, tmp_path)
        told(city, "وصلنا طلبك", number)
        case = Case.objects.get(number=number)

        staff_sign_in(registrar, "registrar")
        if words is ARABIC:
            goes_back_once(citizen, registrar, city, case)
        accepts(registrar, case)
        told(city, "ادفع الرسوم", number)
        assert not ParkingPermit.objects.exists()

        pays_case(citizen, city, words, case)
        until(lambda: ParkingPermit.objects.exists(), seconds=20)
        permit = ParkingPermit.objects.get()
        assert holds("OM-1111-B", permit.number)
        told(city, "صدر تصريح المواقف", permit.number)
        paper_is_real(citizen, city, words, permit, tmp_path)

        renews_by_text(citizen, city, words, permit)
        changes_vehicle(citizen, registrar, city, words, permit, tmp_path)
        the_sheet_names_the_street(citizen, city, words)
        ends_early(citizen, city, walk, words, permit)

        citizen.open(f"{words.prefix}/parking/permits/")
        citizen.map_is_drawn()
        citizen.shot("my-permits")
    assert not broken()


def goes_back_once(citizen: Walk, registrar: Walk, city: City, case: Case) -> None:
    """The registrar asks for something; the citizen answers."""
    lacks = "صورة البطاقة غير واضحة"
    registrar.open("/work/")
    assert case.number in registrar.text("#work")
    registrar.open(f"/cases/{case.public_id}/")
    registrar.page.get_by_text("إعادة للاستكمال", exact=True).first.click()
    registrar.page.fill("#text-return_registration", lacks)
    with registrar.page.expect_navigation():
        registrar.page.locator("form:has(input[value=return_registration]) button").click()
    told(city, lacks, case.number)
    citizen.open(f"/cases/{case.public_id}/")
    citizen.shot("returned")
    citizen.page.fill("#text-resubmit", "أرفقت صورة أوضح")
    with citizen.page.expect_navigation():
        citizen.page.locator("form:has(input[value=resubmit]) button").click()
    case.refresh_from_db()
    assert case.state == "registration"


def the_sheet_names_the_street(person: Walk, city: City, words: Words) -> None:
    """The zone's sheet: a list of streets made from the polygon, to read and to print."""
    person.open(f"{words.prefix}/zone/7/sheet/")
    assert "3914" in person.text("main")
    person.shot("sheet")
    made = person.page.context.request.get(f"{city.base}{words.prefix}/zone/7/sheet.pdf")
    assert made.body().startswith(b"%PDF")
    kept(f"zone-7{words.prefix.replace('/', '-')}.pdf", made.body())


def ends_early(person: Walk, city: City, walk: object, words: Words, permit: ParkingPermit) -> None:
    """The renewal is given back before it begins; a supervisor approves its money."""
    renewal = ParkingPermit.objects.get(renews=permit)
    person.open(f"{words.prefix}/parking/permits/{renewal.public_id}/")
    person.page.locator("details:has(input[value=end]) summary").click()
    assert "15.000" in person.text("details:has(input[value=end])")
    with person.page.expect_navigation():
        person.page.locator("form:has(input[value=end]) button").click()
    told(city, "أُنهي تصريح المواقف", renewal.number)
    person.shot("ended")
    refund = Refund.objects.get()
    assert (refund.amount_baisa, refund.state) == (15_000, "asked")
    with walk(city.base) as supervisor:  # type: ignore[operator]
        staff_sign_in(supervisor, "supervisor")
        supervisor.open("/takings/")
        supervisor.shot("refund-to-approve")
        with supervisor.page.expect_navigation():
            supervisor.page.locator("button[value=approve]").first.click()
    assert Refund.objects.get().state in ("approved", "sent", "done")
