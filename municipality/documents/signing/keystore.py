"""Who signs: a key in a file, or one in a token over PKCS#11 that never leaves it.

``GEO_SIGNING_KEY`` is ``file``, or a URI of RFC 7512:
``pkcs11:token=Stamp;object=stamp?module-path=/usr/lib/softhsm/libsofthsm2.so`` with the PIN in
``GEO_SIGNING_PIN``.  The certificate is always ``stamp.crt`` of the folder, so that what signs
and what is shown are the same whichever holds the key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from asn1crypto import x509
from django.conf import settings
from pyhanko.keys import load_certs_from_pemder, load_private_key_from_pemder
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from municipality.documents.signing.folder import Folder

FILE = "file"


class NoKey(RuntimeError):
    """There is no usable signing key; the message tells an operator why."""


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Where a token's key is: the module to load, the token's label, the key's label."""

    module: str
    token: str
    key: str


def read_token_uri(uri: str) -> TokenKey:
    """Read a PKCS#11 URI (RFC 7512 §2.3); raises NoKey where a part is missing."""
    parts = urlsplit(uri)
    named = dict(pair.partition("=")[::2] for pair in parts.path.split(";"))
    found = TokenKey(
        module=dict(parse_qsl(parts.query)).get("module-path", ""),
        token=unquote(named.get("token", "")),
        key=unquote(named.get("object", "")),
    )
    if parts.scheme != "pkcs11" or not (found.module and found.token and found.key):
        raise NoKey("GEO_SIGNING_KEY: file, or pkcs11:token=...;object=...?module-path=...")
    return found


def chain_of(folder: Folder) -> list[x509.Certificate]:
    """Return the signing certificate and its chain, in this order; raises NoKey."""
    if not folder.stamp_chain.is_file():
        raise NoKey(f"{folder.stamp_chain} is missing: manage.py make_signing_authority")
    return list(load_certs_from_pemder([str(folder.stamp_chain)]))


def roots_of(folder: Folder) -> list[x509.Certificate]:
    """Return what the municipality itself trusts for its stamps and their times."""
    return list(load_certs_from_pemder([str(folder.roots)]))


def serial_of(certificate: x509.Certificate) -> str:
    """Write a serial number as certificates show it: hexadecimal digits, small."""
    return f"{certificate.serial_number:x}"


@contextmanager
def signer(folder: Folder) -> Iterator[signers.Signer]:
    """Lend what signs; a token's session is closed at the end.  Raises NoKey."""
    chain = chain_of(folder)
    if settings.GEO_SIGNING_KEY == FILE:
        yield _file_signer(folder, chain)
        return
    token = read_token_uri(settings.GEO_SIGNING_KEY)
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    try:
        session = open_pkcs11_session(
            token.module,
            token_criteria=TokenCriteria(label=token.token),
            user_pin=settings.GEO_SIGNING_PIN,
        )
    except Exception as error:  # each module has errors of its own; the PIN is in none of them
        raise NoKey(f"token {token.token}: {type(error).__name__}") from error
    try:
        yield PKCS11Signer(session, key_label=token.key, signing_cert=chain[0], ca_chain=chain[1:])
    finally:
        session.close()


def _file_signer(folder: Folder, chain: list[x509.Certificate]) -> signers.Signer:
    if not folder.stamp_key.is_file():
        raise NoKey(f"{folder.stamp_key} is missing, and GEO_SIGNING_KEY names no token")
    return signers.SimpleSigner(
        signing_cert=chain[0],
        signing_key=load_private_key_from_pemder(str(folder.stamp_key), passphrase=None),
        cert_registry=SimpleCertificateStore.from_certs(chain[1:]),
    )


def time_certificate(folder: Folder) -> x509.Certificate:
    """Return the certificate of the local time-stamper; raises NoKey."""
    if not folder.time_chain.is_file():
        raise NoKey("no local time-stamp authority: set GEO_TSA_URL")
    return next(iter(load_certs_from_pemder([str(folder.time_chain)])))
