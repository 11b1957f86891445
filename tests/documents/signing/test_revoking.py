"""A certificate that no longer holds: on the signed list, on the page, and nothing is issued."""

import datetime as dt
import io

import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from municipality.actor import SYSTEM
from municipality.documents import papers
from municipality.documents.models import IssuedPaper, RevokedCertificate
from municipality.documents.signing import jobs
from municipality.documents.signing.examining import examine
from municipality.documents.signing.revoking import CannotRevoke, read_serial, revoke_certificate
from municipality.documents.signing.stamping import StampFailed, stamped
from municipality.history.queries import entries
from tests.documents.builders import AT, FACTS, as_application
from tests.documents.signing.builders import REASON, a_sheet, a_stamp, issue, stamp_it

pytestmark = pytest.mark.django_db


def revoke(serial: str) -> str:
    out = io.StringIO()
    call_command("revoke_signing_certificate", serial, reason="فُقد المفتاح", stdout=out)
    return out.getvalue()


def page(client, paper: IssuedPaper) -> str:
    return client.get(
        f"/en{reverse('home:verify', args=[papers.shown(paper.code)])}"
    ).content.decode()


def test_a_revoked_certificate_is_on_the_list_and_on_the_page_and_papers_stay(
    client, folder, once
) -> None:
    paper, pdf = issue(once)
    assert "revoked since" not in page(client, paper)
    told = revoke(paper.certificate_serial)
    assert paper.certificate_serial in told and "not ours" not in told
    listed = {
        one.serial_number for one in x509.load_der_x509_crl(folder.revocation_list.read_bytes())
    }
    assert listed == {int(paper.certificate_serial, 16)}
    text = page(client, paper)
    assert "Signed with a certificate revoked since" in text and "فُقد المفتاح" in text
    assert "The paper was signed before" in text
    assert "This paper is valid" in text  # nothing else was marked
    assert not examine(pdf, folder=folder, at=timezone.now()).holds
    assert [one.act for one in entries(f"certificate/{paper.certificate_serial}")] == ["revoke"]


def test_a_paper_signed_after_the_revocation_is_said_to_be_so(client, once) -> None:
    paper, _ = issue(once)
    RevokedCertificate.objects.create(
        serial=paper.certificate_serial, since=AT - dt.timedelta(hours=1), reason="lost"
    )
    assert "certificate that was revoked already" in page(client, paper)


def test_nothing_is_stamped_with_a_revoked_certificate(folder, once) -> None:
    revoke_certificate(serial=once.certificate_serial, reason="lost", by=SYSTEM, at=AT)
    with pytest.raises(papers.StampRevoked):
        issue(once)  # the list is not signed anew yet, and the row is enough
    assert IssuedPaper.objects.count() == 0
    jobs.renew_revocation_list()
    with pytest.raises(StampFailed):
        stamp_it(a_sheet())


def test_control_without_asking_the_row_the_paper_would_be_issued(monkeypatch, once) -> None:
    revoke_certificate(serial=once.certificate_serial, reason="lost", by=SYSTEM, at=AT)
    monkeypatch.setattr(papers.RevokedCertificate, "objects", RevokedCertificate.objects.none())
    made = stamped(a_sheet(), visible=a_stamp(), reason=REASON, at=AT)
    assert papers.issue_paper(kind="p", number="1", pdf=made, facts=FACTS, at=AT, about="case/1").pk


def test_a_list_signed_later_says_nothing_of_the_day_before_and_still_stops_a_revoked_one(
    folder, once
) -> None:
    jobs.renew_revocation_list()  # signed now, days after AT
    assert stamp_it(a_sheet()).signed_at == AT
    revoke_certificate(serial=once.certificate_serial, reason="lost", by=SYSTEM, at=timezone.now())
    jobs.renew_revocation_list()
    with pytest.raises(StampFailed):
        stamp_it(a_sheet())


def test_a_certificate_is_revoked_once(folder) -> None:
    revoke("3D:3E:94")
    first = RevokedCertificate.objects.get()
    revoke("0x3d3e94")
    assert RevokedCertificate.objects.get() == first and first.serial == "3d3e94"


@pytest.mark.parametrize("text", ["", "0", "xyz", "1" * 41, "3D:3E:زز"])
def test_what_is_no_serial_number_is_refused(text: str) -> None:
    with pytest.raises(CannotRevoke):
        read_serial(text)
    with pytest.raises(CommandError):
        revoke(text)


def test_a_reason_is_needed() -> None:
    with pytest.raises(CannotRevoke):
        revoke_certificate(serial="3d", reason="  ", by=SYSTEM, at=AT)


def test_the_list_and_the_root_are_served_to_anyone(client, folder) -> None:
    jobs.renew_revocation_list()
    listed = client.get("/pki/muscat.crl")
    assert listed.status_code == 200 and listed["Content-Type"] == "application/pkix-crl"
    assert "public" in listed["Cache-Control"]
    found = asn1_crl.CertificateList.load(listed.content)
    assert found["tbs_cert_list"]["next_update"].native > timezone.now()
    root = client.get("/pki/muscat.crt")
    assert root["Content-Type"] == "application/pkix-cert"
    assert x509.load_der_x509_certificate(root.content).subject
    for path in ("/pki/salalah.crl", "/pki/salalah.crt", "/pki/stamp.key", "/pki/muscat.key"):
        assert client.get(path).status_code == 404


def test_another_authority_keeps_its_own_list(client, folder) -> None:
    folder.authority_key.unlink()
    before = folder.revocation_list.read_bytes()
    assert not jobs.renew_revocation_list()
    assert folder.revocation_list.read_bytes() == before
    assert client.get("/pki/muscat.crl").status_code == 404
    assert "not ours" in revoke("3d3e94")


@pytest.mark.django_db(transaction=True)
def test_the_wall_shows_revocations_to_all_and_lets_nobody_take_one_back() -> None:
    RevokedCertificate.objects.create(serial="3d", since=AT, reason="lost")
    count = "SELECT count(*) FROM documents_revokedcertificate"
    assert {reach: as_application(count, reach) for reach in ("none", "staff")} == {
        "none": [(1,)], "staff": [(1,)],
    }  # fmt: skip
    gone = "DELETE FROM documents_revokedcertificate RETURNING id"
    assert as_application(gone, "system") == []
    back = "UPDATE documents_revokedcertificate SET reason = 'x' RETURNING id"
    assert as_application(back, "system") == []
