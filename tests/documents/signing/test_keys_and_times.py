"""Keys in files and in a token over PKCS#11; times from here and from an authority over HTTP."""

import contextlib
import datetime as dt
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from django.utils import timezone
from pyhanko.sign.timestamps import TimestampRequestError

from municipality.documents.signing import authority, keystore, stamping
from municipality.documents.signing.examining import examine, status_of
from municipality.documents.signing.folder import PUBLIC, write
from municipality.documents.signing.stamping import StampFailed
from tests.documents.builders import AT
from tests.documents.signing.builders import MUNICIPALITY, REASON, a_sheet, a_stamp, stamp_it

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "4711-" + secrets.token_hex(4)


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token of SoftHSM2 with a key pair that was made in it and cannot leave it."""
    import pkcs11
    from pkcs11 import Attribute, KeyType

    root = tmp_path_factory.mktemp("token")
    (root / "tokens").mkdir()
    (root / "softhsm2.conf").write_text(f"directories.tokendir = {root / 'tokens'}\n")
    os.environ["SOFTHSM2_CONF"] = str(root / "softhsm2.conf")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "Stamp of tests",
         "--pin", PIN, "--so-pin", PIN], check=True, capture_output=True,
    )  # fmt: skip
    held = pkcs11.lib(MODULE).get_token(token_label="Stamp of tests")
    with held.open(user_pin=PIN, rw=True) as session:
        session.generate_keypair(
            KeyType.RSA, 3072, label="stamp", store=True,
            private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        )  # fmt: skip
    return f"pkcs11:token=Stamp%20of%20tests;object=stamp?module-path={MODULE}"


def certify_key_of_token(folder) -> None:
    """Have the test authority certify the token's key, as a real one would."""
    import pkcs11
    from pkcs11 import Attribute, ObjectClass
    from pkcs11.util.rsa import encode_rsa_public_key

    held = pkcs11.lib(MODULE).get_token(token_label="Stamp of tests")
    with held.open(user_pin=PIN) as session:
        key = session.get_key(object_class=ObjectClass.PUBLIC_KEY, label="stamp")
        assert key[Attribute.MODULUS_BITS] == 3072
        der = encode_rsa_public_key(key)
    public = serialization.load_der_public_key(der)
    made = authority.load(folder, municipality=MUNICIPALITY)
    certificate = authority.certify(
        made,
        public,
        role=authority.Role.STAMP,
        at=AT,
        url="http://localhost:8000",  # type: ignore[arg-type]
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM) + folder.roots.read_bytes()
    write(folder.stamp_chain, pem, mode=PUBLIC)
    folder.stamp_key.unlink()


def test_a_token_signs_and_its_key_never_leaves_it(folder, settings, token) -> None:
    certify_key_of_token(folder)
    settings.GEO_SIGNING_KEY, settings.GEO_SIGNING_PIN = token, PIN
    signed = stamp_it(a_sheet())
    assert examine(signed.pdf, folder=folder, at=AT).holds
    assert signed.certificate_serial == keystore.serial_of(keystore.chain_of(folder)[0])
    assert not folder.stamp_key.exists()


def test_a_wrong_pin_is_said_without_the_pin(folder, settings, token) -> None:
    certify_key_of_token(folder)
    settings.GEO_SIGNING_KEY, settings.GEO_SIGNING_PIN = token, "0000-secret"
    with pytest.raises(keystore.NoKey) as refused:
        stamp_it(a_sheet())
    assert "Stamp of tests" in str(refused.value) and "secret" not in str(refused.value)


def test_a_token_with_another_key_than_the_certificate_stamps_nothing(
    folder, settings, token
) -> None:
    settings.GEO_SIGNING_KEY, settings.GEO_SIGNING_PIN = token, PIN
    with pytest.raises(StampFailed):
        stamp_it(a_sheet())


@pytest.mark.parametrize(
    "uri",
    ["pkcs11:token=a", "pkcs11:token=a;object=b", "token", "", "pkcs11:object=b?module-path=c"],
)
def test_half_an_address_of_a_token_is_refused(uri: str) -> None:
    with pytest.raises(keystore.NoKey):
        keystore.read_token_uri(uri)


@pytest.mark.parametrize("missing", ["stamp.key", "stamp.crt"])
def test_a_missing_key_or_certificate_is_named(folder, missing: str) -> None:
    (folder.path / missing).unlink()
    with pytest.raises(keystore.NoKey, match=missing):
        stamp_it(a_sheet())


def test_another_key_than_the_certificate_stamps_nothing(folder) -> None:
    folder.stamp_key.write_bytes(folder.time_key.read_bytes())
    with pytest.raises(StampFailed):
        stamp_it(a_sheet())


def test_control_without_the_examination_a_wrong_key_would_have_stamped(
    folder, monkeypatch
) -> None:
    folder.stamp_key.write_bytes(folder.time_key.read_bytes())
    real = stamping.examine

    class Blind:
        holds = True

    monkeypatch.setattr(stamping, "examine", lambda *_, **__: Blind)
    signed = stamp_it(a_sheet())
    assert not real(signed.pdf, folder=folder, at=AT).holds


def renewing(folder) -> threading.Thread:
    """Somebody renews: the new key is there, its certificate not yet."""
    begun = threading.Event()

    def renew() -> None:
        with folder.locked():
            right = folder.stamp_key.read_bytes()
            folder.stamp_key.write_bytes(folder.time_key.read_bytes())
            begun.set()
            time.sleep(1)
            folder.stamp_key.write_bytes(right)

    thread = threading.Thread(target=renew)
    thread.start()
    begun.wait()
    return thread


def test_a_key_is_never_read_with_the_certificate_of_another(folder) -> None:
    thread = renewing(folder)
    assert examine(stamp_it(a_sheet()).pdf, folder=folder, at=AT).holds
    thread.join()


def test_control_without_the_lock_it_would_be(folder, monkeypatch) -> None:
    monkeypatch.setattr(type(folder), "unchanged", lambda self: contextlib.nullcontext())
    thread = renewing(folder)
    with pytest.raises(StampFailed):
        stamp_it(a_sheet())
    thread.join()


# --- times ---------------------------------------------------------------------------------------


def serve(folder, *more: str) -> Iterator[str]:
    """A time-stamp authority in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.peers.tsa", str(folder.path), *more],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def tsa(folder) -> Iterator[str]:
    yield from serve(folder)


@pytest.fixture
def tsa_that_refuses(folder) -> Iterator[str]:
    yield from serve(folder, "--refuse")


def test_an_authority_over_http_says_the_time(folder, settings, tsa: str) -> None:
    settings.GEO_TSA_URL = tsa
    folder.time_key.rename(folder.path / "elsewhere")  # so that nothing here can have said it
    now = timezone.now()
    with folder.locked():
        authority.write_list(authority.load(folder, municipality=MUNICIPALITY), [], at=now)
    signed = stamping.sign_pdf(a_sheet(), visible=a_stamp(), reason=REASON, at=now)
    said = status_of(signed.pdf, folder=folder, at=timezone.now()).timestamp_validity
    assert said.trusted and said.valid
    assert abs(said.timestamp - now) < dt.timedelta(seconds=30)


def test_an_authority_that_does_not_answer_stamps_nothing(settings, tsa_that_refuses) -> None:
    settings.GEO_TSA_URL = tsa_that_refuses
    with pytest.raises(TimestampRequestError):
        stamp_it(a_sheet())
    settings.GEO_TSA_URL = "http://127.0.0.1:9/"
    with pytest.raises((TimestampRequestError, OSError)):
        stamp_it(a_sheet())


def test_a_time_by_nobody_we_trust_stamps_nothing(folder, settings, tmp_path) -> None:
    """An answer of a stranger is well formed, and is not taken."""
    from municipality.conf import PROFILE
    from municipality.documents.signing.folder import Folder
    from tests.documents.signing.builders import a_folder

    stranger = Folder(a_folder(tmp_path / "stranger") / PROFILE.code)
    for url in serve(stranger):
        settings.GEO_TSA_URL = url
        with pytest.raises(StampFailed):
            stamp_it(a_sheet())
