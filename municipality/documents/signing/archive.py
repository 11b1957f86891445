"""Long-term evidence beside a stamped file, never in it.

The chain, the revocation list and a second time stamp are appended (PAdES-B-LTA), which poppler
calls "not total document signed": so people get the file as it was stamped, and this copy lies
beside it for the day when the certificates have run out.
"""

import datetime as dt
import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.validation import add_validation_info
from pyhanko_certvalidator import ValidationContext

from municipality.documents import store
from municipality.documents.models import IssuedPaper, RevokedCertificate
from municipality.documents.signing import times
from municipality.documents.signing.aside import aside
from municipality.documents.signing.authority import is_ours
from municipality.documents.signing.examining import context
from municipality.documents.signing.folder import Folder, the_folder
from municipality.documents.signing.keystore import roots_of
from municipality.reach import acting


def _evidence(folder: Folder, *, at: dt.datetime) -> ValidationContext:
    """Return what the chain is proved by: our own list, or what a real authority serves now.

    Its addresses stand in certificates that our roots vouch for.  Without a list or an answer of
    it there is no evidence, and the copy is not made.
    """
    if is_ours(folder):
        return context(folder, at=at)
    return ValidationContext(
        trust_roots=roots_of(folder), allow_fetching=True, revocation_mode="hard-fail"
    )


def archived_copy(signed: bytes, *, at: dt.datetime) -> bytes:
    """Return a stamped file with its long-term evidence; its beginning is the file itself.

    For workers.  Raises what pyHanko raises where the chain does not hold at ``at``.
    """
    folder = the_folder()
    first, second = _evidence(folder, at=at), _evidence(folder, at=at)
    stamper = PdfTimeStamper(times.time_stamper(folder, at=at))

    def with_evidence() -> bytes:
        with_chain = io.BytesIO()
        signature = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures[0]
        add_validation_info(signature, first, output=with_chain)
        out = stamper.timestamp_pdf(
            IncrementalPdfFileWriter(with_chain), md_algorithm="sha256", validation_context=second
        )
        return bytes(out.getvalue())

    return aside(with_evidence)


@acting
def keep_archive(*, of: IssuedPaper, at: dt.datetime) -> str:
    """Keep the copy of a stamped paper with its long-term evidence; returns its SHA-256.

    For workers; done twice, the first copy stays.
    """
    held = IssuedPaper.objects.select_for_update().get(pk=of.pk)
    if not held.certificate_serial:
        raise ValueError("not a stamped paper")
    if not held.archive_sha256:
        with store.open_kept(held.sha256) as file:
            copy = archived_copy(file.read(), at=at)
        held.archive_sha256, _ = store.keep([copy])
        held.save(update_fields=["archive_sha256"])
    return held.archive_sha256


@acting
def waiting_for_archive(most: int) -> list[IssuedPaper]:
    """Return stamped papers without their archived copy, oldest first.

    What a certificate that was revoked since has signed is not among them: its chain no longer
    holds, and a copy would prove nothing.
    """
    revoked = RevokedCertificate.objects.values("serial")
    rows = IssuedPaper.objects.exclude(certificate_serial="").filter(archive_sha256="")
    rows = rows.exclude(certificate_serial__in=revoked)
    return list(rows.order_by("issued_at", "pk")[:most])
