"""A villa from drawing to verified stamp: an office draws it wrongly, is shown where, mends it and
hands it in; each auditor returns it once; the fee is paid online; anyone verifies the stamp by its QR.
"""

import io
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from PIL import Image

from municipality.cases.models import Case
from municipality.documents.models import IssuedPaper
from municipality.history.queries import broken
from municipality.people.models import User
from municipality.places.demo import DEMO
from plots.building_permits.models import BuildingPermit, SiteVersion
from tests.building_permits.office import OFFICERS, a_permit_town, pdf
from tests.documents.signing.builders import pdfsig
from tests.journeys.processes import City, running
from tests.journeys.steps import (
    PASSWORD,
    citizen_pays_online,
    kept,
    sends,
    staff_sign_in,
    texts_of,
    told,
    verified,
)
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OFFICE, OWNER = "+96892000555", "+96892345678"
SAID_TO_OWNER = (
    "سُجل طلب إباحة بناء جديدة", "صحت بيانات القطعة والمالك", "أعاد التدقيق المعماري",
    "أعاد المكتب تقديم المعاملة", "اجتازت المعاملة", "أعاد التدقيق الإنشائي", "ادفعوا الرسوم",
    "وصلت رسوم المعاملة", "صدرت الإباحة مختومة",
)  # fmt: skip
SAID_TO_OFFICE = ("انظروا الملاحظة على اللوحة", "أرفقوا تسليح الأساسات", "صدرت الإباحة مختومة")
PAPERS = {
    "title_deed": "", "krooki": "", "architectural_drawing": "A-101",
    "structural_drawing": "S-101",
}  # fmt: skip


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """A plot at a street, an office with a phone, officers who have never signed in."""
    town = a_permit_town()
    hashed = Argon2PasswordHasher().encode(PASSWORD, "0123456789abcdef")
    User.objects.filter(username__in=OFFICERS).update(password=hashed)
    User.objects.filter(pk=town.member.pk).update(phone=OFFICE, first_name="حمد")
    with running(str(connection.settings_dict["NAME"]), tmp_path) as made:
        yield made
    kept("messages.jsonl", "".join(_told(made)).encode())


def _told(city: City) -> list[str]:
    rows = [json.loads(line) for line in texts_of(city)]
    lines = [{key: row[key] for key in ("to", "text", "at")} for row in rows]
    return [json.dumps(line, ensure_ascii=False) + "\n" for line in lines]


def office_signs_in(person: Walk, city: City) -> None:
    """With the office's phone and the code that comes by SMS."""
    person.open("/sign-in/phone/")
    sends(person, phone="92000555")
    found = re.search(r"\b[0-9]{6}\b", told(city, "رمز", to=OFFICE))
    assert found is not None
    sends(person, code=found[0])


def opens_application(person: Walk) -> None:
    """Choose the plot by its number, name the owner, go on to the drawing."""
    person.open("/permits/new/")
    person.page.fill("#plots", "٣٠٤١")
    person.page.fill("#owner-name", "سالم بن ناصر الحارثي")
    person.page.fill("#owner-phone", "٩٢٣٤ ٥٦٧٨")
    person.shot("new-application")
    person.page.click(".panel-acts button[type=submit]")
    person.page.wait_for_load_state("load")
    assert "ارسم مخطط الموقع" in person.text("h1")


def draws(person: Walk, role: str, *measures: float) -> None:
    """Add a rectangle by its measures: width, depth, from the front, from the side."""
    if not person.page.locator("#width").is_visible():
        person.page.click("text=ارسم بالقياسات")
    person.page.select_option("#new-role", role)
    for name, metres in zip(("width", "depth", "from-front", "from-side"), measures, strict=True):
        person.page.fill(f"#{name}", f"{metres}")
    person.page.click("#measures button[type=submit]")


def status_of(person: Walk, rule: str) -> set[str | None]:
    """The statuses of a rule's lines on the sheet."""
    rows = person.page.locator(f"tr[data-rule='{rule}']").all()
    return {row.get_attribute("data-status") for row in rows}


def removes(person: Walk, role: str) -> None:
    person.page.locator(f".part[data-role={role}] button", has_text="احذفه").first.click()


def draws_wrongly_then_right(person: Walk) -> None:
    """A villa in the side setback with too large an annex; both are shown; both are mended."""
    person.map_is_drawn()
    draws(person, "main", 13, 15, 6, 2)
    draws(person, "annex", 9, 5, 22, 4)
    person.until(lambda: "fail" in status_of(person, "setback.side"))
    person.until(lambda: status_of(person, "annex") == {"fail"})
    person.page.wait_for_timeout(600)
    person.shot("fails-on-the-map")
    removes(person, "main")
    removes(person, "annex")
    draws(person, "main", 13, 15, 6, 3.5)
    draws(person, "annex", 7, 4, 22, 4)
    for aside in (3.5, 6.5):
        draws(person, "parking", 2.5, 4.7, 0.2, aside)
    person.until(lambda: status_of(person, "setback.side") == {"pass"})
    person.until(lambda: status_of(person, "annex") == {"pass"})
    person.shot("mended")
    person.page.click("#save")
    person.until(lambda: "حُفظت النسخة" in person.text("body"))
    person.page.click("#onward")
    person.page.wait_for_load_state("load")


def attaches(person: Walk, folder: Path, kind: str, sheet: str, content: bytes) -> None:
    """Attach one paper on the page of the case."""
    path = folder / f"{kind}.pdf"
    path.write_bytes(content)
    person.page.locator("summary", has_text="أرفق مستندًا").click()
    person.page.select_option("#paper-kind", kind)
    person.page.fill("#paper-sheet", sheet)
    person.page.set_input_files("#paper-file", str(path))
    person.page.locator("form[action$='/attach'] button[type=submit]").click()
    person.page.wait_for_load_state("load")


def acts(person: Walk, words: str, text: str = "") -> None:
    """Take a step of the case by its button, with a text where it asks for one."""
    page = person.page
    if text:
        act = page.locator("details.act", has_text=words)
        act.locator("summary").click()
        act.locator("textarea").fill(text)
        act.locator("button[type=submit]").click()
    else:
        page.locator("form[action$='/move'] button", has_text=words).first.click()
    page.wait_for_load_state("load")


def approves_all(person: Walk) -> None:
    """Approve each version that this stage approves."""
    buttons = person.page.locator("[data-approve]")
    person.until(lambda: buttons.count() > 0)
    while count := buttons.count():
        buttons.first.click()
        person.until(lambda before=count: buttons.count() < before)


def pins_a_remark(person: Walk, text: str) -> None:
    """Point at a spot of the drawing and write what is asked for."""
    person.page.wait_for_selector(".pdf-sheet canvas")
    person.page.click("#pin")
    person.page.locator(".pdf-sheet").click(position={"x": 120, "y": 140})
    person.page.fill("#remark-text", text)
    person.page.click("#remark-form button[type=submit]")
    person.page.wait_for_selector(".pdf-pin")


def answers(person: Walk, address: str, text: str) -> None:
    """The office answers the open remark and hands in again."""
    person.open(address)
    person.page.locator("[id^=answer-]").first.fill(text)
    person.page.locator("form[action$='/answer'] button").first.click()
    person.page.wait_for_load_state("load")


def qr_of(pdf_bytes: bytes, folder: Path) -> str:
    """Read the QR code of the first page as a phone does."""
    path = folder / "stamped.pdf"
    path.write_bytes(pdf_bytes)
    done = subprocess.run(
        ["pdftoppm", "-r", "150", "-png", "-f", "1", "-l", "1", str(path)],
        capture_output=True, check=True,
    )  # fmt: skip
    found: Any = zxingcpp.read_barcode(np.array(Image.open(io.BytesIO(done.stdout)).convert("L")))
    return str(found.text)


def test_a_villa_from_drawing_to_verified_stamp(walk, city: City, tmp_path: Path) -> None:
    with walk(city.base, accept_downloads=True) as office:
        office_signs_in(office, city)
        opens_application(office)
        draws_wrongly_then_right(office)
        for kind, sheet in PAPERS.items():
            attaches(office, tmp_path, kind, sheet, pdf(f"{kind} 1"))
        office.shot("ready")
        acts(office, "تقديم الطلب")
        case = Case.objects.get()
        page = f"/cases/{case.public_id}/"
        for phone in (OFFICE, OWNER):
            told(city, "سُجل طلب إباحة بناء جديدة", case.number, to=phone)

        with walk(city.base) as registrar:
            staff_sign_in(registrar, "registrar")
            registrar.open(page)
            registrar.shot("registration")
            acts(registrar, "البيانات صحيحة")

        with walk(city.base) as architect:
            staff_sign_in(architect, "architect")
            architect.open(f"{page}audit/")
            architect.map_is_drawn()
            pins_a_remark(architect, "أظهروا عرض الدرج")
            architect.shot("audit-pinned")
            acts(architect, "إعادة إلى المكتب", "انظروا الملاحظة على اللوحة A-101")
            told(city, "أعاد التدقيق المعماري", case.number, to=OFFICE)
            answers(office, page, "أضفنا عرض الدرج")
            attaches(office, tmp_path, "architectural_drawing", "A-101", pdf("A-101 2", side=612))
            acts(office, "إعادة التقديم")
            architect.open(f"{page}audit/")
            architect.page.wait_for_selector(".pdf-sheet canvas")
            architect.page.click("[data-mode=over]")
            architect.until(lambda: architect.text("#pdf-told") != "")
            architect.shot("versions-over-each-other")
            architect.page.locator("#remarks button", has_text="أغلقها").click()
            architect.until(lambda: "أُغلقت" in architect.text("#remarks"))
            approves_all(architect)
            acts(architect, "اجتاز التدقيق المعماري")

        with walk(city.base) as structural:
            staff_sign_in(structural, "structural")
            structural.open(f"{page}audit/")
            acts(structural, "إعادة إلى المكتب", "أرفقوا تسليح الأساسات")
            told(city, "أعاد التدقيق الإنشائي", case.number, to=OFFICE)
            office.open(page)
            attaches(office, tmp_path, "structural_drawing", "S-101", pdf("S-101 2"))
            acts(office, "إعادة التقديم")
            structural.open(f"{page}audit/")
            approves_all(structural)
            acts(structural, "اجتاز التدقيق الإنشائي")
        told(city, "ادفعوا الرسوم", case.number, to=OWNER)

        office.open(page)
        office.shot("fee-due")
        citizen_pays_online(office, city)
        with walk(city.base) as approver:
            staff_sign_in(approver, "approver")
            approver.open(page)
            approver.shot("approval")
            acts(approver, "اعتماد وختم")
        told(city, "صدرت الإباحة مختومة", case.number, to=OWNER)

        office.open(page)
        office.shot("issued")
        paper = IssuedPaper.objects.get(kind="building_permit")
        given = office.page.context.request.get(f"{city.base}{page}papers/{paper.code}.pdf")
        stamped = given.body()
        kept("permit.pdf", stamped)
        address = qr_of(stamped, tmp_path)
        assert address.startswith(f"{city.base}/verify/")
        poppler = pdfsig(stamped, tmp_path)
        assert "Signature is Valid" in poppler and "Total document signed" in poppler

    with connection.cursor() as cursor:  # the page of phones is open in a demo alone
        cursor.execute("INSERT INTO places_stamp (name, value) VALUES (%s, 1)", [DEMO])
        cursor.execute("SELECT pg_notify('stamps', %s)", [DEMO])
    with walk(city.base) as phone:
        for number, said in ((OWNER, SAID_TO_OWNER), (OFFICE, SAID_TO_OFFICE)):
            phone.open(f"/phone/?number=%2B{number[1:]}")
            heard = phone.text("main")
            assert [words for words in said if words not in heard] == []
            phone.shot(f"phone-{number[-4:]}")

    with walk(city.base) as anyone:
        anyone.open(address.removeprefix(city.base))
        assert "وثيقة سارية" in anyone.text("main") and "3041" in anyone.text("main")
        verified(anyone, paper.code, stamped, tmp_path)
    assert BuildingPermit.objects.get().drawings.count() == 2
    assert SiteVersion.objects.count() == 1 and not broken()
