"""A test authority of this installation: root, stamp, time stamps, and a signed revocation list.

It is for demo, tests and trying out, and says so in every name; nobody outside trusts it.
``docs/stamping.md`` tells how a real one takes its place.  RSA of 3072 bits and SHA-256: what
PAdES (ETSI TS 119 312), poppler of Debian 12 and pyHanko's own time-stamper all take.
"""

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from municipality.documents.signing.folder import PRIVATE, PUBLIC, Folder, write
from municipality.documents.signing.names import names_of
from municipality.words import Text

KEY_BITS = 3072
ROOT_YEARS, LEAF_YEARS = 10, 3
LIST_DAYS = 7  # a job signs the list anew every few hours
BACKDATED = dt.timedelta(days=400)  # a demo city stamps permits of the year before, too
TEST_AUTHORITY = Text("سلطة اختبار، ليست سلطة معتمدة", "test authority, not a trusted one")
UNIT = Text("سلطة اختبار ليست سلطة معتمدة", "test authority not a trusted one")


class Role(Enum):
    """What a certificate is for; the words stand in its name."""

    ROOT = Text("سلطة اختبار", "test authority")
    STAMP = Text("ختم", "stamp")
    TIME = Text("توقيت", "time stamps")


@dataclass(frozen=True, slots=True)
class Authority:
    """The root of the test authority with its key, and what its certificates name."""

    folder: Folder
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    municipality: Text


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def _name(municipality: Text, role: Role) -> x509.Name:
    common, unit = names_of(municipality, role.value, UNIT)
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, signs_papers: bool = False, is_authority: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=signs_papers,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _root(municipality: Text, *, at: dt.datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key, name = _new_key(), _name(municipality, Role.ROOT)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BACKDATED)
        .not_valid_after(at + dt.timedelta(days=365 * ROOT_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return key, made.sign(key, hashes.SHA256())


def public_address(public_url: str, city: str, ending: str) -> str:
    """Return where the list (``crl``) or the root (``crt``) of a city is served."""
    return f"{public_url}/pki/{city}.{ending}"


def certify(
    authority: Authority, public_key: rsa.RSAPublicKey, *, role: Role, at: dt.datetime, url: str
) -> x509.Certificate:
    """Certify a key of the stamp or of the time-stamper; ``url`` is the portal's public address."""
    city = authority.folder.path.name
    issuer = authority.certificate
    lists, issuers = (
        [x509.UniformResourceIdentifier(public_address(url, city, ending))]
        for ending in ("crl", "crt")
    )
    issuer_key = authority.key.public_key()
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(authority.municipality, role))
        .issuer_name(issuer.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BACKDATED)
        .not_valid_after(min(at + dt.timedelta(days=365 * LEAF_YEARS), issuer.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_papers=role is Role.STAMP), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
        .add_extension(
            x509.CRLDistributionPoints([x509.DistributionPoint(lists, None, None, None)]),
            critical=False,
        )
        .add_extension(
            x509.AuthorityInformationAccess(
                [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, issuers[0])]
            ),
            critical=False,
        )
    )
    if role is Role.TIME:  # RFC 3161 §2.3: this one purpose, critical
        made = made.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return made.sign(authority.key, hashes.SHA256())


def is_ours(folder: Folder) -> bool:
    """Tell whether the city's authority is the test authority of this installation."""
    return folder.authority_key.is_file()


def load(folder: Folder, *, municipality: Text) -> Authority:
    """Read the test authority; raises FileNotFoundError where there is none."""
    key = serialization.load_pem_private_key(folder.authority_key.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{folder.authority_key}: not a key of ours")
    certificate = x509.load_pem_x509_certificate(folder.authority_certificate.read_bytes())
    return Authority(folder, key, certificate, municipality)


def _make_root(folder: Folder, *, municipality: Text, at: dt.datetime) -> Authority:
    key, certificate = _root(municipality, at=at)
    write(folder.authority_certificate, _pem(certificate), mode=PUBLIC)
    write(folder.roots, _pem(certificate), mode=PUBLIC)
    write(folder.authority_key, _key_pem(key), mode=PRIVATE)  # last: from here on it is ours
    return Authority(folder, key, certificate, municipality)


def _make_leaf(authority: Authority, role: Role, *, at: dt.datetime, url: str) -> None:
    folder, key = authority.folder, _new_key()
    chain, key_file = (
        (folder.stamp_chain, folder.stamp_key)
        if role is Role.STAMP
        else (folder.time_chain, folder.time_key)
    )
    certificate = certify(authority, key.public_key(), role=role, at=at, url=url)
    write(key_file, _key_pem(key), mode=PRIVATE)
    write(chain, _pem(certificate, authority.certificate), mode=PUBLIC)


def ensure(folder: Folder, *, municipality: Text, url: str, at: dt.datetime) -> bool:
    """Make what is missing; False when all was there.

    Another public address gives new certificates under the same root, because a certificate
    names where its list is served.  What another authority put here is left alone.
    """
    with folder.locked():
        if folder.stamp_chain.is_file() and not is_ours(folder):
            return False
        made = not is_ours(folder)
        authority = (
            _make_root(folder, municipality=municipality, at=at)
            if made
            else load(folder, municipality=municipality)
        )
        named = folder.public_url.read_text("utf-8") if folder.public_url.is_file() else ""
        if made or named != url:
            for role in (Role.STAMP, Role.TIME):
                _make_leaf(authority, role, at=at, url=url)
            write_list(authority, [], at=at)
            write(folder.public_url, url.encode(), mode=PUBLIC)
            made = True
        return made


Revoked = tuple[int, dt.datetime]


def _entry(serial: int, since: dt.datetime) -> x509.RevokedCertificate:
    return x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()


def write_list(authority: Authority, revoked: list[Revoked], *, at: dt.datetime) -> None:
    """Sign the revocation list anew: what stood on it stays, ``revoked`` comes to it.

    Call it with the folder locked.
    """
    path, known, number = authority.folder.revocation_list, dict[int, dt.datetime](), 0
    if path.is_file():
        before = x509.load_der_x509_crl(path.read_bytes())
        number = before.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        known = {one.serial_number: one.revocation_date_utc for one in before}
    for serial, since in revoked:
        known.setdefault(serial, since)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(at)
        .next_update(at + dt.timedelta(days=LIST_DAYS))
        .add_extension(x509.CRLNumber(number + 1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    for serial, since in sorted(known.items()):
        made = made.add_revoked_certificate(_entry(serial, since))
    signed = made.sign(authority.key, hashes.SHA256())
    write(path, signed.public_bytes(serialization.Encoding.DER), mode=PUBLIC)
