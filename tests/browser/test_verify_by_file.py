"""Anyone drops a file on the verification page and reads which paper it is, or that it is none."""

import random
from pathlib import Path

import pytest
from django.urls import reverse

from municipality.actor import Actor
from municipality.documents import papers
from municipality.documents.models import RevokedCertificate
from municipality.documents.signing.values import SignedPdf
from tests.browser.driver import Visit
from tests.browser.looks import LOOKS, seen
from tests.documents.builders import AT, one_byte_changed
from tests.documents.signing.builders import a_folder, a_sheet, issue, stamp_it

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REGISTRAR = Actor(person_id=7, name="Salim", role="registrar")
DROP = """([words, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(words)], name, { type: "application/pdf" }));
  const box = document.querySelector(".upload");
  for (const kind of ["dragover", "drop"]) {
    box.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture
def once(settings, tmp_path: Path) -> SignedPdf:
    """A stamped file, signed in the thread that has the browser's event loop."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.GEO_SIGNING_DIR = a_folder(tmp_path / "signing")
    return stamp_it(a_sheet((300, 400)))


def ask(visit: Visit, pdf: bytes) -> str:
    """Drop a file on the page and press the button; what it says then."""
    visit.page.evaluate(DROP, [list(pdf), "permit.pdf"])
    assert visit.page.inner_text("[data-picked=file]").strip() == "permit.pdf"
    visit.page.click("#which button[type=submit]")
    visit.page.wait_for_load_state()
    return visit.page.inner_text("main")


def test_a_dropped_file_is_told_by_its_hash_alone(look, small_city, once: SignedPdf) -> None:
    paper, pdf = issue(once)
    path = reverse("home:verify_start")
    changed = one_byte_changed(pdf, random.Random(3))
    for prefix, size, theme in LOOKS:
        name = f"{prefix[1:]}-{size}-{theme}"
        visit = look(size=size, theme=theme).go(prefix + path)
        seen(visit, f"verify-file-{name}")
        assert papers.shown(paper.code) in ask(visit, pdf)
        seen(visit, f"verify-file-issued-{name}")
        visit.page.close()
        visit = look(size=size, theme=theme).go(prefix + path)
        words = ask(visit, changed)
        assert "Not a file we issued" in words or "ليس ملفًا أصدرناه" in words
        visit.shot(f"verify-file-none-{name}")
        visit.page.close()


def test_what_no_longer_holds_is_said_of_a_dropped_file(look, small_city, once: SignedPdf) -> None:
    paper, pdf = issue(once)
    papers.revoke(of=paper, reason="بناء خارج حدود القطعة", by=REGISTRAR, at=AT)
    RevokedCertificate.objects.create(
        serial=paper.certificate_serial, since=AT, reason="استبدال المفتاح"
    )
    path = reverse("home:verify_start")
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme).go(prefix + path)
        words = ask(visit, pdf)
        assert "was revoked" in words or "وثيقة ملغاة" in words
        seen(visit, f"verify-file-revoked-{prefix[1:]}-{size}-{theme}")
        visit.page.close()
