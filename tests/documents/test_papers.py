"""Issued papers: anyone verifies them by code, and the file by the hash of every byte."""

import io
import random
import re

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from geo_portal.home import verify_views
from municipality.actor import Actor
from municipality.documents import papers, stamp, store
from municipality.documents.models import IssuedPaper
from municipality.history.queries import broken, entries
from tests.documents.builders import (
    AT,
    a_paper,
    a_pdf,
    as_application,
    one_byte_changed,
    read_qr,
    updates,
)

pytestmark = pytest.mark.django_db
REGISTRAR = Actor(person_id=7, name="Salim", role="registrar")


def page(paper: IssuedPaper) -> str:
    return reverse("home:verify", args=[papers.shown(paper.code)])


def compared(client, paper: IssuedPaper, pdf: bytes, language: str = "en") -> str:
    """What the page says of a file, in English."""
    path = f"/{language}{page(paper)}"
    response = client.post(path, {"file": SimpleUploadedFile("paper.pdf", pdf)})
    return response.content.decode()


def test_a_code_is_28_letters_of_140_random_bits_and_is_read_as_people_write_it() -> None:
    codes = {papers.new_code() for _ in range(500)}
    assert len(codes) == 500
    for code in codes:
        assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{28}", code)
        assert papers.read_code(papers.shown(code).lower()) == code
        assert papers.read_code(code.replace("0", "O").replace("1", "l")) == code
    arabic = codes.pop().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert papers.read_code(arabic)


@pytest.mark.parametrize(
    "text", ["", "7K2M", "u" * 28, "A" * 29, "\x00" * 28, "ﷺ" * 28, "0" * 10_000]
)
def test_what_is_no_code_is_read_as_none(text: str) -> None:
    assert papers.read_code(text) == "" and papers.paper(text) is None


def test_the_page_shows_the_facts_and_the_state_in_both_languages(client) -> None:
    paper = a_paper()
    arabic, english = client.get(page(paper)), client.get(f"/en{page(paper)}")
    assert "وثيقة سارية" in arabic.content.decode() and "الحيل الشمالية" in arabic.content.decode()
    assert "This paper is valid" in english.content.decode()
    assert (
        "Al Hail North" in english.content.decode() and "PX-2026-000123" in english.content.decode()
    )
    assert arabic["Cache-Control"] == "no-store"


def test_the_issued_file_is_told_from_any_other(client) -> None:
    pdf = a_pdf()
    paper = a_paper(pdf)
    assert "Yes, this is the issued file" in compared(client, paper, pdf)
    assert "No, this is not the issued file" in compared(client, paper, pdf + b"\n")
    assert (
        "هذا هو الملف الصادر"
        in client.post(page(paper), {"file": SimpleUploadedFile("x.pdf", pdf)}).content.decode()
    )


def test_sec_stamp_no_change_of_one_byte_passes(client) -> None:
    pdf, rng = a_pdf(), random.Random(20_261_124)
    paper = a_paper(pdf)
    for _ in range(40):
        assert "No, this is not the issued file" in compared(
            client, paper, one_byte_changed(pdf, rng)
        )


@pytest.mark.parametrize(
    "way", ["annotation", "form_overlay", "page_swap", "hybrid_xref", "appended_signature"]
)
def test_sec_stamp_no_incremental_update_passes(client, way: str) -> None:
    pdf = a_pdf()
    changed = updates(pdf)[way]
    assert changed.startswith(pdf)
    pikepdf.open(io.BytesIO(changed)).close()  # readers open it without a word: the attack is real
    assert "No, this is not the issued file" in compared(client, a_paper(pdf), changed)


def test_control_a_check_of_the_first_bytes_alone_lets_updates_pass(client, monkeypatch) -> None:
    """What a signature's byte range covers is unchanged: only the whole file's hash tells."""
    pdf = a_pdf()
    whole = verify_views.Hashing.receive_data_chunk

    def first_only(self, raw_data: bytes, start: int) -> None:
        left = max(0, len(pdf) - self.size)
        whole(self, raw_data[:left], start)

    monkeypatch.setattr(verify_views.Hashing, "receive_data_chunk", first_only)
    assert "Yes, this is the issued file" in compared(
        client, a_paper(pdf), updates(pdf)["page_swap"]
    )


def test_a_code_never_issued_and_one_mistyped_are_the_same_page(client) -> None:
    bodies = set()
    for code in (papers.shown(papers.new_code()), "7K2M", "x" * 50):
        response = client.get(f"/verify/{code}")
        assert response.status_code == 404
        bodies.add(re.sub(r'value="[^"]*"|/verify/[^"]*', "", response.content.decode()))
    assert len(bodies) == 1


def test_a_code_typed_into_the_form_leads_to_its_page(client) -> None:
    paper = a_paper()
    typed = papers.shown(paper.code).lower().replace("-", " ")
    response = client.get("/verify/", {"code": typed})
    assert response.status_code == 302 and response["Location"] == page(paper)
    assert client.get("/verify/").status_code == 200
    assert client.get("/verify/", {"code": "nothing"}).status_code == 404


def test_asking_is_counted_and_ends_in_429(client, settings, monkeypatch) -> None:
    settings.GEO_LIMITS = True
    monkeypatch.setattr(verify_views.timezone, "now", lambda: AT)
    path = f"/verify/{papers.shown(papers.new_code())}"
    found = [client.get(path).status_code for _ in range(31)]
    assert found == [404] * 30 + [429]


def test_control_without_the_limit_asking_goes_on(client) -> None:
    path = f"/verify/{papers.shown(papers.new_code())}"
    assert {client.get(path).status_code for _ in range(31)} == {404}


def test_a_file_over_the_limit_is_said_to_be_too_large_and_not_read_on(client, monkeypatch) -> None:
    monkeypatch.setattr(verify_views, "MAX_BYTES", 100_000)
    response = client.post(
        f"/en{page(a_paper())}", {"file": SimpleUploadedFile("x.pdf", b"0" * 300_000)}
    )
    assert response.status_code == 422 and "larger than" in response.content.decode()


def test_no_file_chosen_is_said(client) -> None:
    response = client.post(f"/en{page(a_paper())}", {})
    assert response.status_code == 422 and "Choose the PDF" in response.content.decode()


def test_a_revoked_paper_says_why_and_cannot_be_ended_again(client) -> None:
    pdf = a_pdf()
    paper = a_paper(pdf)
    papers.revoke(of=paper, reason="صدرت بالخطأ", by=REGISTRAR, at=AT)
    text = compared(client, paper, pdf)
    assert "was revoked" in text and "صدرت بالخطأ" in text and "no longer in force" in text
    with pytest.raises(papers.CannotEnd):
        papers.revoke(of=paper, reason="again", by=REGISTRAR, at=AT)
    assert [entry.act for entry in entries(f"paper/{paper.pk}")] == ["issue", "revoke"]
    assert broken(stream=f"paper/{paper.pk}") == []


def test_a_superseded_paper_says_so(client) -> None:
    old, new = a_paper(), a_paper(a_pdf("new"))
    papers.supersede(of=old, new=new, reason="تحديث المساحة", by=REGISTRAR, at=AT)
    assert "newer paper" in client.get(f"/en{page(old)}").content.decode()
    assert papers.paper(new.code).state == "valid"
    with pytest.raises(papers.CannotEnd):
        papers.supersede(of=new, new=new, reason="x", by=REGISTRAR, at=AT)
    with pytest.raises(papers.CannotEnd):
        papers.revoke(of=new, reason="  ", by=REGISTRAR, at=AT)


def test_the_file_is_drawn_round_its_code_and_kept_by_content() -> None:
    seen = []

    def draw(code: str) -> bytes:
        seen.append(code)
        return a_pdf(code)

    paper = papers.issue_paper(
        kind="receipt", number="R-1", pdf=draw, facts=[], at=AT, about="bill/7"
    )
    assert seen == [paper.code]
    with store.open_kept(paper.sha256) as file:
        assert file.read() == a_pdf(paper.code)
    assert papers.papers_about("bill/7") == [paper]


def test_the_qr_holds_our_own_address_and_nothing_else(settings) -> None:
    settings.GEO_PUBLIC_URL = "https://maps.example.om"
    for _ in range(20):
        code = papers.new_code()
        assert re.fullmatch(
            r"https://maps\.example\.om/verify/[0-9A-Z]{4}(-[0-9A-Z]{4}){6}", stamp.verify_url(code)
        )
        assert read_qr(stamp.verify_qr(code)) == stamp.verify_url(code)
    assert stamp.verify_host() == "maps.example.om/verify"
    assert papers.shown(code) in stamp.verify_words(code).ar


@pytest.mark.django_db(transaction=True)
def test_the_wall_shows_papers_to_staff_and_through_their_code_alone() -> None:
    a_paper()
    seen = {
        reach: as_application("SELECT count(*) FROM documents_issuedpaper", reach)
        for reach in ("none", "own", "staff", "system")
    }
    assert seen == {"none": [(0,)], "own": [(0,)], "staff": [(1,)], "system": [(1,)]}


@pytest.mark.django_db(transaction=True)
def test_no_reach_of_the_application_takes_a_paper_out() -> None:
    a_paper()
    for reach in ("staff", "system"):
        assert as_application("DELETE FROM documents_issuedpaper RETURNING id", reach) == []
    assert IssuedPaper.objects.count() == 1
