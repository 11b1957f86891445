"""What several journeys do alike: sign in, read texts, pay online, hold a file against its code."""

import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pyotp

from tests.journeys.processes import City
from tests.journeys.walk import Walk
from tests.notices.builders import until, whole_lines

CITIZEN = "+96892345678"
PASSWORD = "a long word of the office"


def texts_of(city: City) -> list[str]:
    """What the SMSC has accepted, a line a message."""
    return whole_lines(city.journal("smsc_simulator"))


def told(city: City, *words: str, to: str = CITIZEN) -> str:
    """Wait for a message to a phone, the citizen's where none is named, that holds these words."""

    def found() -> str:
        rows = [json.loads(line) for line in texts_of(city)]
        texts = [row["text"] for row in rows if row["to"] == to[1:]]
        return next((text for text in texts if all(word in text for word in words)), "")

    return str(until(found, seconds=120, what=f"no message with {words}"))


def texts(city: City, sender: str, text: str) -> None:
    """Text the short code from a phone."""
    url = f"http://127.0.0.1:{city.env['SMSC_CONTROL_PORT']}/mo"
    body = json.dumps({"from": sender, "to": "90091", "text": text}).encode()
    urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=10).read()


def sends(person: Walk, **fields: str) -> None:
    """Fill a form of the page and send it from its last field."""
    for name, value in fields.items():
        person.page.fill(f"main [name={name}]", value)
    person.page.press(f"main [name={list(fields)[-1]}]", "Enter")
    person.page.wait_for_load_state("load")


def staff_sign_in(person: Walk, name: str) -> None:
    """With a password, and the app that is enrolled at the first sign-in."""
    person.open("/sign-in/staff/")
    sends(person, name=name, password=PASSWORD)
    assert "/sign-in/enrol/" in person.page.url
    secret = person.text("bdi.ltr.b").replace(" ", "")
    sends(person, code=pyotp.TOTP(secret).now())
    if "recovery" in person.page.url or person.page.locator(".recovery, ol.codes").count():
        person.shot(f"recovery-{name}")


def citizen_pays_online(person: Walk, city: City) -> None:
    """Pay on the gateway's own page and come back to a paid bill."""
    person.page.locator(".paybar .btn").click()
    person.page.wait_for_load_state("load")
    person.shot("bill")
    person.page.locator("form.paybar button").click()
    person.until(lambda: city.env["GATEWAY_PORT"] in person.page.url)
    person.shot("gateway")
    person.page.click("button[value=pay]")
    person.until(lambda: "دُفعت الفاتورة" in person.text("main"), seconds=90)
    person.shot("paid-online")
    person.foreign[:] = [url for url in person.foreign if city.env["GATEWAY_PORT"] not in url]


def kept(name: str, content: bytes) -> None:
    """Leave a paper where the journeys leave their screens."""
    if out := os.environ.get("GEO_JOURNEY_OUT"):
        Path(out, name).write_bytes(content)


def text_of(pdf: bytes, folder: Path) -> str:
    """Read a PDF as people copy from it, where the reader is installed."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    if shutil.which("pdftotext") is None:
        return ""
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, text=True)
    return done.stdout


def verified(person: Walk, code: str, pdf: bytes, folder: Path) -> None:
    """Anyone opens the code's page and holds the file against it; one byte less is not it."""
    for content, word in ((pdf, "هذا هو الملف"), (pdf[:-1], "ليس")):
        person.open(f"/verify/{code}")
        (folder / "held.pdf").write_bytes(content)
        person.page.set_input_files("main input[type=file]", str(folder / "held.pdf"))
        person.page.locator("main form button[type=submit]").last.click()
        person.page.wait_for_load_state("load")
        assert word in person.text("main"), person.text("main")
    person.shot("verified")
