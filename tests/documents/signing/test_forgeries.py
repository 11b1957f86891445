"""Stamped papers on the verification page: only the very file that was issued is that file."""

import random
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from geo_portal.home import verify_views
from municipality.actor import Actor
from municipality.documents import papers
from municipality.documents.models import IssuedPaper
from municipality.documents.signing.examining import examine, status_of
from municipality.documents.signing.revoking import shown_serial
from tests.documents.builders import AT, a_paper, a_pdf, one_byte_changed
from tests.documents.signing.builders import (
    UPDATES,
    a_sheet,
    appended_signature,
    issue,
    pdfsig,
    stamp_it,
)

pytestmark = pytest.mark.django_db
REGISTRAR = Actor(person_id=7, name="Salim", role="registrar")
WAYS = [*UPDATES, "appended_signature"]


def drop(client, pdf: bytes, path: str = "/en/verify/") -> str:
    """What the page says of a file."""
    response = client.post(path, {"file": SimpleUploadedFile("p.pdf", pdf)})
    return response.content.decode()


def said(client, paper: IssuedPaper, pdf: bytes) -> set[str]:
    """What both pages say of a file: the one of the code, and the one without."""
    code = drop(client, pdf, f"/en{reverse('home:verify', args=[papers.shown(paper.code)])}")
    alone = drop(client, pdf)
    told = {
        "issued" if "Yes, this is the issued file" in code else "",
        "other" if "No, this is not the issued file" in code else "",
        "issued" if "Yes, this is the issued file" in alone else "",
        "other" if "Not a file we issued" in alone else "",
    }
    return told - {""}


def update(way: str, pdf: bytes, folder, seed: int) -> bytes:
    """A changed file; it begins with the issued one."""
    rng = random.Random(seed)
    changed = (
        appended_signature(folder, pdf, rng)
        if way == "appended_signature"
        else UPDATES[way](pdf, rng)
    )
    assert changed.startswith(pdf) and len(changed) > len(pdf)
    return changed


def test_the_issued_file_is_found_by_itself_alone(client, once) -> None:
    paper, pdf = issue(once)
    page = drop(client, pdf)
    assert "This paper is valid" in page and "BP-2026-000123" in page
    assert "Yes, this is the issued file" in page and papers.shown(paper.code) in page
    assert (
        shown_serial(paper.certificate_serial) in page
        and "test authority, not a trusted one" in page
    )
    arabic = drop(client, pdf, "/verify/")
    assert "نعم، هذا هو الملف الصادر" in arabic and "سلطة اختبار، ليست سلطة معتمدة" in arabic


def test_what_was_never_issued_and_what_was_changed_get_the_same_page(client, once) -> None:
    _, pdf = issue(once)
    other = stamp_it(a_sheet()).pdf  # stamped by our own key, and never issued
    rng = random.Random(5)
    pages = {
        re.sub(r"\s+", " ", drop(client, file))
        for file in (one_byte_changed(pdf, rng), pdf + b"\n", other, a_pdf(), b"no pdf")
    }
    assert len(pages) == 1 and "Not a file we issued" in pages.pop()


def test_sec_stamp_no_change_of_one_byte_of_a_stamped_file_passes(client, once) -> None:
    paper, pdf = issue(once)
    assert said(client, paper, pdf) == {"issued"}
    rng = random.Random(20_261_128)
    for _ in range(60):
        assert said(client, paper, one_byte_changed(pdf, rng)) == {"other"}


@pytest.mark.parametrize("way", WAYS)
def test_sec_stamp_no_update_of_a_stamped_file_passes(
    client, folder, tmp_path, way: str, once
) -> None:
    """Negative control in the same breath: to a reader the signature stays valid."""
    paper, pdf = issue(once)
    changed = update(way, pdf, folder, seed=1)
    assert said(client, paper, changed) == {"other"}
    assert "Signature is Valid." in pdfsig(changed, tmp_path)


def test_control_another_spelling_of_the_signature_is_whole_and_valid_to_readers(
    client, folder, tmp_path, once
) -> None:
    """No signature covers its own container: a hexadecimal "A" made "a" passes every validator."""
    paper, pdf = issue(once)
    found = re.search(rb"/ByteRange\s*\[\s*0 (\d+) ", pdf)
    assert found
    container = pdf[int(found[1]) : int(found[1]) + 4_000]
    at = int(found[1]) + container.index(b"A")
    changed = pdf[:at] + b"a" + pdf[at + 1 :]
    told = pdfsig(changed, tmp_path)
    assert "Signature is Valid." in told and "- Total document signed" in told
    assert examine(changed, folder=folder, at=AT).holds
    assert said(client, paper, changed) == {"other"}


def test_control_long_term_evidence_is_taken_by_a_validator_and_is_not_the_issued_file(
    client, folder, tmp_path, once
) -> None:
    from municipality.documents.signing.archive import archived_copy, keep_archive

    paper, pdf = issue(once)
    copy = archived_copy(pdf, at=AT)
    status = status_of(copy, folder=folder, at=AT)
    assert status.bottom_line and status.docmdp_ok
    assert copy.startswith(pdf) and "- Not total document signed" in pdfsig(copy, tmp_path)
    assert said(client, paper, copy) == {"other"}
    kept = keep_archive(of=paper, at=AT)
    assert keep_archive(of=paper, at=AT) == kept
    from municipality.documents.files import held_by_documents

    assert held_by_documents([kept, paper.sha256]) == {kept, paper.sha256}


def test_control_a_page_that_asks_the_signature_alone_passes_forgeries(
    client, folder, tmp_path, monkeypatch, once
) -> None:
    """Were the hash compared over what the signature covers, a swapped page would be issued."""
    paper, pdf = issue(once)
    whole = verify_views.Hashing.receive_data_chunk

    def covered(self, raw_data: bytes, start: int) -> None:
        whole(self, raw_data[: max(0, len(pdf) - self.size)], start)

    monkeypatch.setattr(verify_views.Hashing, "receive_data_chunk", covered)
    assert said(client, paper, update("page_swap", pdf, folder, seed=2)) == {"issued"}


def test_a_superseded_and_a_revoked_paper_say_so_when_their_file_is_dropped(client, once) -> None:
    old, pdf = issue(once)
    new, _ = issue(once, more=b"\n")
    papers.supersede(of=old, new=new, reason="تعديل المخطط", by=REGISTRAR, at=AT)
    page = drop(client, pdf)
    assert "newer paper stands in its place" in page and "no longer in force" in page
    third, file = issue(once, more=b"\n\n")
    papers.revoke(of=third, reason="بناء مخالف", by=REGISTRAR, at=AT)
    page = drop(client, file)
    assert "was revoked" in page and "بناء مخالف" in page


def test_a_file_issued_twice_answers_for_the_later_paper(client) -> None:
    first, second = a_paper(a_pdf("same")), a_paper(a_pdf("same"), number="PX-2")
    page = drop(client, a_pdf("same"))
    assert papers.shown(second.code) in page and papers.shown(first.code) not in page


@pytest.mark.parametrize("language", ["", "/en"])
def test_no_file_and_a_file_too_large_are_said(client, monkeypatch, language: str) -> None:
    assert client.post(f"{language}/verify/", {}).status_code == 422
    monkeypatch.setattr(verify_views, "MAX_BYTES", 100_000)
    path = f"{language}/verify/"
    response = client.post(path, {"file": SimpleUploadedFile("x.pdf", b"0" * 300_000)})
    assert response.status_code == 422


def test_dropping_files_is_counted_and_ends_in_429(client, settings, monkeypatch) -> None:
    settings.GEO_LIMITS = True
    monkeypatch.setattr(verify_views.timezone, "now", lambda: AT)
    found = [
        client.post("/verify/", {"file": SimpleUploadedFile("x.pdf", b"x")}).status_code
        for _ in range(31)
    ]
    assert found == [200] * 30 + [429]


def details_of(paper: IssuedPaper) -> tuple[str, dict[str, str]] | None:
    """What a feature tells of its paper."""
    return ("verify/file_field.html", {"plot": paper.number}) if paper.about == "case/42" else None


def test_a_feature_adds_details_to_the_page_of_its_papers(client, settings, once) -> None:
    """The hook is asked with the paper, by its kind; it may have nothing to show."""
    settings.PAPER_DETAILS = {"building_permit": f"{__name__}.details_of"}
    with_details, _ = issue(once)
    response = client.get(reverse("home:verify", args=[papers.shown(with_details.code)]))
    assert response.context["details"] == {
        "template": "verify/file_field.html",
        "context": {"plot": "BP-2026-000123"},
    }
    assert response.content.decode().count('id="file"') == 2  # the partial was drawn
    other = a_paper(kind="building_permit", about="case/7")
    response = client.get(reverse("home:verify", args=[papers.shown(other.code)]))
    assert response.context["details"] is None
