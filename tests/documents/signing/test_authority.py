"""The test authority: names in one script, keys for their owner only, a list that is signed."""

import datetime as dt
import io
import stat
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.core.management import call_command

from municipality.documents.signing import authority, keystore
from municipality.documents.signing.folder import Folder
from municipality.documents.signing.names import BadName, certificate_name, names_of
from municipality.documents.signing.values import VisibleStamp
from municipality.words import Text
from tests.documents.builders import AT
from tests.documents.signing.builders import LINES, MUNICIPALITY

NOTE = Text("سلطة اختبار", "test authority")
STAMP = Text("ختم", "stamp")


@pytest.mark.parametrize("name", ["بلدية مسقط", "Muscat Municipality", "بلدية   ظفار "])
def test_a_name_of_one_script_may_stand_in_a_certificate(name: str) -> None:
    assert certificate_name(name) == " ".join(name.split())


@pytest.mark.parametrize(
    "name", ["بلدية Muscat", "Muscat بلدية", "بلدية مسقط 2", "«بلدية مسقط»", "2026", "", "م" * 33]
)
def test_a_mixed_name_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        certificate_name(name)


def test_where_the_arabic_name_cannot_stand_the_latin_one_does() -> None:
    assert names_of(MUNICIPALITY, STAMP, NOTE) == ("ختم بلدية مسقط", "سلطة اختبار")
    mixed = Text("بلدية Muscat", "Muscat Municipality")
    assert names_of(mixed, STAMP, NOTE) == ("Muscat Municipality stamp", "test authority")
    with pytest.raises(BadName):
        names_of(Text("بلدية Muscat", "Muscat بلدية"), STAMP, NOTE)


def test_control_a_mixed_name_makes_the_validation_of_its_chain_raise(folder, monkeypatch) -> None:
    """The trap is real: without the rule, what is signed cannot be examined at all."""
    from municipality.documents.signing.stamping import sign_pdf
    from tests.documents.signing.builders import REASON, a_sheet, a_stamp

    monkeypatch.setattr(authority, "names_of", lambda *_: ("ختم Muscat", "test سلطة"))
    folder.authority_key.unlink()
    folder.stamp_chain.unlink()
    folder.revocation_list.unlink()
    authority.ensure(folder, municipality=MUNICIPALITY, url="http://x", at=AT)
    with pytest.raises(ValueError, match="bidirectional"):
        sign_pdf(a_sheet(), visible=a_stamp(), reason=REASON, at=AT)


def test_keys_are_for_their_owner_only_and_nothing_is_made_twice(folder: Folder) -> None:
    for path in (folder.authority_key, folder.stamp_key, folder.time_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    assert not authority.ensure(
        folder, municipality=MUNICIPALITY, url="http://localhost:8000", at=AT
    )
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before


def test_the_command_makes_it_once(settings, tmp_path) -> None:
    settings.GEO_SIGNING_DIR = tmp_path / "new"
    said = io.StringIO()
    call_command("make_signing_authority", stdout=said)
    call_command("make_signing_authority", stdout=said)
    assert said.getvalue().split("\n")[:2] == ["made", "kept as it is"]


def test_another_public_address_gives_new_certificates_under_the_same_root(folder) -> None:
    root, old = folder.roots.read_bytes(), keystore.chain_of(folder)[0]
    url = "https://maps.example.om"
    assert authority.ensure(folder, municipality=MUNICIPALITY, url=url, at=AT)
    new = keystore.chain_of(folder)[0]
    assert folder.roots.read_bytes() == root and new.serial_number != old.serial_number
    point = new.crl_distribution_points[0].url
    assert point == "https://maps.example.om/pki/muscat.crl"


def test_what_another_authority_put_there_is_left_alone(folder) -> None:
    folder.authority_key.unlink()
    before = folder.stamp_chain.read_bytes()
    assert not authority.ensure(folder, municipality=MUNICIPALITY, url="https://x.om", at=AT)
    assert folder.stamp_chain.read_bytes() == before and not folder.authority_key.exists()


def test_certificates_say_what_they_are_for(folder) -> None:
    root, stamp, time = (
        x509.load_pem_x509_certificate(path.read_bytes())
        for path in (folder.authority_certificate, folder.stamp_chain, folder.time_chain)
    )
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = stamp.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.content_commitment and not usage.value.key_cert_sign
    purpose = time.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purpose.critical and list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    for one in (root, stamp, time):
        assert "ليست سلطة معتمدة" in one.subject.rfc4514_string()
        assert one.public_key().key_size == 3072  # type: ignore[union-attr]


def test_openssl_takes_the_chain_and_the_list(folder, tmp_path) -> None:
    lists = tmp_path / "list.pem"
    for command in (
        ["openssl", "crl", "-inform", "DER", "-in", folder.revocation_list, "-out", lists],
        ["openssl", "verify", "-CAfile", folder.roots, "-crl_check", "-CRLfile", lists,
         "-attime", str(int(AT.timestamp())), folder.stamp_chain],
    ):  # fmt: skip
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_list_is_signed_numbered_and_forgets_nobody(folder) -> None:
    made = authority.load(folder, municipality=MUNICIPALITY)
    later = AT + dt.timedelta(days=3)
    authority.write_list(made, [(0xABC, AT)], at=AT)
    authority.write_list(made, [(0xDEF, later), (0xABC, later)], at=later)
    found = x509.load_der_x509_crl(folder.revocation_list.read_bytes())
    made.certificate.public_key().verify(  # type: ignore[call-arg, union-attr]
        found.signature,
        found.tbs_certlist_bytes,
        padding.PKCS1v15(),
        found.signature_hash_algorithm,  # type: ignore[arg-type]
    )
    assert {one.serial_number: one.revocation_date_utc for one in found} == {
        0xABC: AT,
        0xDEF: later,
    }
    number = found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    assert number == 3 and found.next_update_utc == later + dt.timedelta(days=7)


def test_a_stamp_has_at_most_six_lines_of_some_letters() -> None:
    with pytest.raises(ValueError, match="120 letters"):
        VisibleStamp(Text("a", "a"), ((Text("a", "a"), Text("م" * 121, "m")),), "x")
    with pytest.raises(ValueError, match="6 lines"):
        VisibleStamp(Text("a", "a"), (*LINES, *LINES), "x")
