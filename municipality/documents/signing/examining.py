"""What a signed file is: examined by pyHanko against the municipality's own roots.

Used by the worker on what it has just signed, and by tests; the verification page does not read
files at all, it compares the hash of every byte.
"""

import datetime as dt
import io
from dataclasses import dataclass

from asn1crypto import crl as asn1_crl
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from municipality.documents.signing.aside import aside
from municipality.documents.signing.folder import Folder
from municipality.documents.signing.keystore import roots_of


@dataclass(frozen=True, slots=True)
class Examination:
    """What holds of a signature; ``says`` is one line for logs and tests."""

    signature: bool  # intact, by a certificate that our roots issued and nobody revoked
    whole_file: bool  # nothing was appended
    certified: bool  # level 1 "no changes", and kept
    time: bool  # stamped by an authority of our roots
    says: str

    @property
    def holds(self) -> bool:
        """Whether everything holds."""
        return self.signature and self.whole_file and self.certified and self.time


def _list(folder: Folder) -> asn1_crl.CertificateList | None:
    if not folder.revocation_list.is_file():
        return None
    return asn1_crl.CertificateList.load(folder.revocation_list.read_bytes())


def _is_listed(folder: Folder, serial: int) -> bool:
    """Whether the newest list names a certificate, whatever the moment that is examined."""
    found = _list(folder)
    rows = found["tbs_cert_list"]["revoked_certificates"] if found is not None else ()
    return any(row["user_certificate"].native == serial for row in rows or ())


def context(folder: Folder, *, at: dt.datetime) -> ValidationContext:
    """Return what a chain is checked against at a moment: our roots and our revocation list.

    A list that was signed after the moment says nothing of it (RFC 5280 §6.3.3).
    """
    found = _list(folder)
    signed_before = found is not None and found["tbs_cert_list"]["this_update"].native <= at
    lists = [found] if signed_before else []
    return ValidationContext(
        trust_roots=roots_of(folder),
        crls=lists,
        moment=at,
        allow_fetching=False,
        revocation_mode="hard-fail" if lists else "soft-fail",
    )


def status_of(pdf: bytes, *, folder: Folder, at: dt.datetime) -> PdfSignatureStatus:
    """Return pyHanko's own finding of the first signature; ValueError where there is none."""
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    if not signatures:
        raise ValueError("not signed")
    # A context remembers what it was asked, so signature and time get one each.
    signer, time = context(folder, at=at), context(folder, at=at)
    return aside(lambda: validate_pdf_signature(signatures[0], signer, ts_validation_context=time))


def examine(pdf: bytes, *, folder: Folder, at: dt.datetime) -> Examination:
    """Examine a file that we signed; raises ValueError where there is no signature."""
    status = status_of(pdf, folder=folder, at=at)
    time = status.timestamp_validity
    reader = PdfFileReader(io.BytesIO(pdf))
    permission = reader.embedded_regular_signatures[0].docmdp_level
    listed = _is_listed(folder, status.signing_cert.serial_number)
    return Examination(
        signature=status.intact and status.valid and status.trusted and not listed,
        whole_file=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        certified=bool(status.docmdp_ok) and permission is not None and permission.value == 1,
        time=time is not None and time.valid and time.intact and time.trusted,
        says=status.summary(),
    )
