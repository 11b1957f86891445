"""A plot extract from request to verified paper and receipt: by web, by SMS, at the terminal and
online, with every process of the city and every outside party as a process of its own."""

import hashlib
import json
import os
import re
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from municipality.billing.models import Bill, Receipt
from municipality.cases.models import Case
from municipality.documents.models import IssuedPaper
from municipality.history.queries import broken
from municipality.people.models import User
from tests.billing.builders import a_branch, a_terminal
from tests.browser.driver import PHONE
from tests.cases.builders import a_town
from tests.journeys.processes import City, running
from tests.journeys.steps import (
    CITIZEN,
    PASSWORD,
    citizen_pays_online,
    kept,
    sends,
    staff_sign_in,
    text_of,
    texts,
    texts_of,
    told,
    verified,
)
from tests.journeys.walk import Walk
from tests.notices.builders import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """A town of one plot with a registrar and a cashier who have never signed in."""
    a_town()
    a_terminal(branch=a_branch())
    hashed = Argon2PasswordHasher().encode(PASSWORD, "0123456789abcdef")
    User.objects.filter(username="registrar").update(password=hashed)
    User.objects.filter(username="citizen").delete()
    User.objects.create(username="cashier", roles=["cashier"], password=hashed)
    with running(str(connection.settings_dict["NAME"]), tmp_path) as made:
        yield made
    if out := os.environ.get("GEO_JOURNEY_OUT"):
        lines = [json.loads(line) for line in texts_of(made)]
        kept = [{key: line[key] for key in ("to", "text", "at")} for line in lines]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
        Path(out, "messages.jsonl").write_text(text, encoding="utf-8")


def terminal(city: City, path: str = "state", **body: str) -> dict[str, Any]:
    """Look at the terminal's screen, or use a card on it."""
    url = f"http://127.0.0.1:{city.env['TERMINAL_CONTROL_PORT']}/{path}"
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def citizen_signs_in(person: Walk, city: City) -> None:
    """With a phone and the code that comes by SMS, for the first time."""
    person.open("/sign-in/")
    person.shot("sign-in")
    person.page.click("a[href^='/sign-in/phone/']")
    sends(person, phone="٩٢٣٤ ٥٦٧٨")
    found = re.search(r"\b[0-9]{6}\b", told(city, "رمز"))
    assert found is not None
    sends(person, code=found[0])
    sends(person, full_name="سالم بن ناصر الحارثي")


def citizen_asks(person: Walk, plot_id: int) -> str:
    """Ask for the extract of a plot; returns the number of the case."""
    person.open(f"/plots/{plot_id}/extract/")
    person.shot("request")
    person.page.click("text=تقديم الطلب")
    person.page.wait_for_load_state("load")
    assert "وصلنا طلبك" in person.text("main")
    person.shot("registered")
    return person.text("h1")


def registrar_accepts(person: Walk, number: str) -> None:
    """Take the case from the work list by keyboard, look, and let it go on."""
    person.open("/work/")
    assert number in person.text("#work")
    person.shot("work-list")
    person.page.keyboard.press("j")
    with person.page.expect_navigation():
        person.page.keyboard.press("c")
    person.shot("claimed")
    person.page.click("text=البيانات صحيحة")
    person.page.wait_for_load_state("load")
    assert "بانتظار دفع الرسوم" in person.text("main")


def cashier_takes_card(person: Walk, city: City, number: str) -> None:
    """Find the bill by phone; the amount goes to the terminal by itself; the card is approved."""
    person.open("/cashier/")
    if person.page.locator("#branch").count():
        person.page.select_option("#terminal", index=1)
        sends(person, float="50.000")
    person.page.fill("[name=q]", "٩٢٣٤٥٦٧٨")
    person.page.keyboard.press("Enter")
    person.page.wait_for_load_state("load")
    person.page.click(f"text={number}")
    person.page.click("text=أرسل إلى الجهاز")
    until(lambda: (terminal(city)["screen"] or {}).get("bill") == number, seconds=20)
    screen = terminal(city)["screen"]
    assert screen["amount_baisa"] == 2000
    person.shot("terminal-asked")
    terminal(city, "insert", outcome="approve")
    person.until(lambda: "دُفعت الفاتورة" in person.text("main"), seconds=30)
    person.shot("terminal-paid")


@pytest.mark.parametrize("way", ["terminal", "online"])
def test_extract_from_request_to_verified_receipt(
    walk, city: City, tmp_path: Path, way: str
) -> None:
    from plots.models import Plot

    plot = Plot.objects.get()
    with walk(city.base, size=PHONE, accept_downloads=True) as citizen:
        citizen_signs_in(citizen, city)
        number = citizen_asks(citizen, plot.pk)
        told(city, "وصلنا طلب مستخرج", number)

        with walk(city.base) as registrar:
            staff_sign_in(registrar, "registrar")
            registrar_accepts(registrar, number)
        told(city, "ادفع الرسوم", number)

        # by SMS, in Arabic and with Arabic digits; and from a phone that is not on the case
        arabic = number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        texts(city, CITIZEN, f"ما حال معاملتي {arabic}؟")
        answer = told(city, "بانتظار دفع الرسوم", number)
        assert "المطلوب: ادفع الرسوم." in answer
        texts(city, "+96899887766", number)
        until(lambda: any("96899887766" in line for line in texts_of(city)), seconds=20)
        other = next(json.loads(row)["text"] for row in texts_of(city) if "96899887766" in row)
        assert "تدقيق" not in other and "بانتظار" not in other and "Fee due" not in other

        case = Case.objects.get(number=number)
        citizen.open(f"/cases/{case.public_id}/")
        citizen.shot("fee-due")
        if way == "terminal":
            with walk(city.base) as cashier:
                staff_sign_in(cashier, "cashier")
                cashier_takes_card(cashier, city, Bill.objects.get().number)
        else:
            citizen_pays_online(citizen, city)

        # the worker prints, the paper is issued, the phone is told
        told(city, "صدر مستخرج القطعة", number)
        citizen.open(f"/cases/{case.public_id}/")
        citizen.shot("issued")
        with citizen.page.expect_download() as download:
            citizen.page.click("text=تنزيل PDF")
        pdf = Path(download.value.path()).read_bytes()
        paper = IssuedPaper.objects.get(kind="plot_extract")
        assert hashlib.sha256(pdf).hexdigest() == paper.sha256
        kept(f"extract-{way}.pdf", pdf)
        shown = text_of(pdf, tmp_path)
        assert not shown or (number in shown and "2417" in shown)
        verified(citizen, paper.code, pdf, tmp_path)

        receipt = Receipt.objects.get()
        made = citizen.page.context.request.get(f"{city.base}/receipts/{receipt.public_id}.pdf")
        assert made.status == 200 and made.body().startswith(b"%PDF")
        kept(f"receipt-{way}.pdf", made.body())
        assert receipt.number in text_of(made.body(), tmp_path) or not shutil.which("pdftotext")
        issued = IssuedPaper.objects.get(kind="receipt")
        verified(citizen, issued.code, made.body(), tmp_path)

        citizen.open("/my/")
        citizen.map_is_drawn()
        citizen.shot("my-things")
        assert "مدفوع" in citizen.text("main") and "صدر" in citizen.text("main")
    assert Receipt.objects.count() == 1 and not broken()
