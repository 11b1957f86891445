"""Archived copies: long-term evidence, from our own list or from what an authority serves."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore

from municipality.documents import store
from municipality.documents.models import IssuedPaper, RevokedCertificate
from municipality.documents.signing import authority, jobs
from municipality.documents.signing.archive import archived_copy
from municipality.documents.signing.examining import status_of
from tests.documents.builders import AT, a_paper
from tests.documents.signing.builders import MUNICIPALITY, a_sheet, issue, pdfsig, stamp_it

pytestmark = pytest.mark.django_db


def evidence(copy: bytes) -> tuple[int, int, int]:
    """How many certificates, lists and time stamps of the whole a copy holds."""
    reader = PdfFileReader(io.BytesIO(copy))
    held = DocumentSecurityStore.read_dss(reader)
    return len(list(held.load_certs())), len(held.crls), len(reader.embedded_timestamp_signatures)


def test_the_copy_begins_with_the_paper_and_holds_chain_list_and_time(
    folder, once, tmp_path
) -> None:
    copy = archived_copy(once.pdf, at=AT)
    assert copy.startswith(once.pdf)
    assert evidence(copy) == (3, 1, 1)
    assert status_of(copy, folder=folder, at=AT).bottom_line
    # Why it is a file of its own and not the one that people get:
    assert "- Total document signed" in pdfsig(once.pdf, tmp_path)
    assert "- Not total document signed" in pdfsig(copy, tmp_path)


def test_the_job_makes_what_is_missing_and_nothing_twice(once) -> None:
    stamped, _ = issue(once)
    plain = a_paper()
    assert jobs.keep_archives() == 1
    assert jobs.keep_archives() == 0
    stamped.refresh_from_db()
    plain.refresh_from_db()
    assert plain.archive_sha256 == ""
    with store.open_kept(stamped.archive_sha256) as file:
        assert file.read().startswith(once.pdf)


def test_one_that_cannot_be_made_holds_up_no_other_and_is_said(once) -> None:
    bad, _ = issue(once, more=b"x")
    store.remove(bad.sha256)
    good, _ = issue(once)
    with pytest.raises(jobs.NotArchived, match="1 of 2"):
        jobs.keep_archives()
    good.refresh_from_db()
    assert good.archive_sha256


def test_papers_of_a_revoked_certificate_are_not_waited_for(once) -> None:
    issue(once)
    RevokedCertificate.objects.create(serial=once.certificate_serial, since=AT, reason="lost")
    assert jobs.keep_archives() == 0
    assert IssuedPaper.objects.get().archive_sha256 == ""


@pytest.fixture
def served(folder) -> Iterator[tuple[str, list[str]]]:
    """An authority elsewhere that serves its list and root, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            data = files[self.path.rpartition(".")[2]]
            self.send_response(200)
            self.send_header("Content-Type", "application/pkix-crl")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Keep silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    authority.ensure(folder, municipality=MUNICIPALITY, url=url, at=AT)
    with folder.locked():
        made = authority.load(folder, municipality=MUNICIPALITY)
        authority.write_list(made, [], at=timezone.now())
    files = {
        "crl": folder.revocation_list.read_bytes(),
        "crt": made.certificate.public_bytes(Encoding.DER),
    }
    for path in (folder.authority_key, folder.revocation_list):
        path.unlink()  # from here on it is another's authority
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield url, asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_list_of_a_real_authority_is_fetched_for_the_copy(folder, served) -> None:
    _, asked = served
    signed = stamp_it(a_sheet())
    assert asked == []  # stamping asks nobody
    copy = archived_copy(signed.pdf, at=timezone.now())
    assert any(path.endswith(".crl") for path in asked)
    assert evidence(copy) == (3, 1, 1)


def test_without_an_answer_of_the_authority_there_is_no_copy(folder, served, monkeypatch) -> None:
    from municipality.documents.signing import archive

    signed = stamp_it(a_sheet())
    paper, _ = issue(signed)
    real = archive.ValidationContext
    monkeypatch.setattr(
        archive, "ValidationContext", lambda **told: real(**(told | {"allow_fetching": False}))
    )
    with pytest.raises(jobs.NotArchived):
        jobs.keep_archives()
    paper.refresh_from_db()
    assert paper.archive_sha256 == ""
