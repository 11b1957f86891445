"""Signing certificates that no longer hold: written down here, and on the authority's own list."""

import datetime as dt
from dataclasses import dataclass

from municipality.actor import Actor
from municipality.documents.models import IssuedPaper, RevokedCertificate
from municipality.documents.signing import authority
from municipality.documents.signing.folder import Folder
from municipality.history.actions import record
from municipality.reach import acting, as_system
from municipality.words import Text


class CannotRevoke(ValueError):
    """The serial number is none, or nobody said why."""


@dataclass(frozen=True, slots=True)
class SignedSince:
    """Whether a paper was signed after its certificate was revoked, and since when it is."""

    since: dt.datetime
    before: bool  # signed while the certificate held
    reason: str


def read_serial(text: str) -> str:
    """Read a serial number as tools print it (``3D:3E:94``); raises CannotRevoke."""
    plain = text.replace(":", "").replace(" ", "").lower().removeprefix("0x").lstrip("0")
    if not plain or len(plain) > 40 or not set(plain) <= set("0123456789abcdef"):
        raise CannotRevoke(f"{text!r} is no serial number")
    return plain


def shown_serial(serial: str) -> str:
    """Write a serial number in groups of eight, so that it breaks on a small screen."""
    return " ".join(serial[at : at + 8] for at in range(0, len(serial), 8))


@acting
def revoke_certificate(
    *, serial: str, reason: str, by: Actor, at: dt.datetime
) -> RevokedCertificate:
    """Write down that a certificate no longer holds; papers are not touched.

    Done twice, the first date stays.  Raises CannotRevoke.
    """
    plain = read_serial(serial)
    if not reason.strip():
        raise CannotRevoke("no reason")
    row, new = RevokedCertificate.objects.get_or_create(
        serial=plain, defaults={"since": at, "reason": reason.strip()[:300]}
    )
    if new:
        record(
            stream=f"certificate/{plain}", act="revoke", by=by, at=at, facts={"reason": row.reason}
        )
    return row


@acting
def revocation_of(paper: IssuedPaper) -> SignedSince | None:
    """Return what to say of a paper's certificate; None where it holds or there is none."""
    if not paper.certificate_serial:
        return None
    row = RevokedCertificate.objects.filter(serial=paper.certificate_serial).first()  # unique
    if row is None:
        return None
    return SignedSince(row.since, paper.issued_at < row.since, row.reason)


def renew_list(folder: Folder, *, municipality: Text, at: dt.datetime) -> bool:
    """Sign the test authority's list anew with every certificate that was revoked here.

    False where the authority is not ours: then it keeps its own list.
    """
    if not authority.is_ours(folder):
        return False
    with as_system():
        rows = RevokedCertificate.objects.order_by("since").values_list("serial", "since")
        revoked = [(int(serial, 16), since) for serial, since in rows]
    with folder.locked():
        authority.write_list(authority.load(folder, municipality=municipality), revoked, at=at)
    return True
