"""Stamps a PDF: a certification signature "no changes" with its time, and the stamp that is seen.

Called by worker jobs, on the clean copy of a file (``municipality.documents.intake``): no web
process reads an untrusted PDF, and none holds the key.
"""

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.content import PdfContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import (
    AxisAlignment,
    BoxConstraints,
    InnerScaling,
    Margins,
    SimpleBoxLayoutRule,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import StaticStampStyle

from municipality.conf import PROFILE
from municipality.documents.signing import authority, keystore, looks, page_room, times
from municipality.documents.signing.aside import aside
from municipality.documents.signing.examining import examine
from municipality.documents.signing.folder import Folder, the_folder
from municipality.documents.signing.frame import turned
from municipality.documents.signing.refusals import NotStampable
from municipality.documents.signing.values import MOST_BYTES, SignedPdf, VisibleStamp
from municipality.words import Text

FIELD = "MunicipalityStamp"
_FILL = SimpleBoxLayoutRule(
    x_align=AxisAlignment.ALIGN_MID,
    y_align=AxisAlignment.ALIGN_MID,
    margins=Margins(0, 0, 0, 0),
    inner_content_scaling=InnerScaling.STRETCH_FILL,
)


class StampFailed(RuntimeError):
    """What was signed does not hold by our own examination, so nothing is issued."""


class _Drawn(PdfContent):
    """The stamp's drawing, upright on a page that is turned."""

    def __init__(self, pdf: bytes, turn: int) -> None:
        self.pdf, self.turn = pdf, turn
        super().__init__()

    def render(self) -> bytes:
        """Take the page in as a form and draw it turned."""
        form = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self.pdf)))
        x0, y0, x1, y1 = (float(one) for one in form.get_object()["/BBox"])
        width, height = x1 - x0, y1 - y0
        self.set_resource(ResourceType.XOBJECT, pdf_name("/Drawn"), form)
        sides = (width, height) if self.turn in (0, 180) else (height, width)
        self.box = BoxConstraints(width=sides[0], height=sides[1])
        matrix = " ".join(f"{one:.4f}" for one in turned(width, height, self.turn))
        return f"q {matrix} cm /Drawn Do Q".encode()


class _Signer(signers.PdfSigner):
    """Signs at a time that is told, not at the one the library would look up."""

    at: dt.datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        """Begin the session of the library at our time."""
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


def _signed(
    folder: Folder, room: page_room.Roomy, drawn: bytes, reason: Text, at: dt.datetime
) -> tuple[bytes, x509.Certificate]:
    """Sign, and return the file with the certificate that signed it."""
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        reason=f"{reason.ar} | {reason.en}",
        name=PROFILE.municipality_ar,
        location=PROFILE.name_ar,
    )
    with ExitStack() as held:
        with folder.unchanged():
            key = held.enter_context(keystore.signer(folder))
            stamper = times.time_stamper(folder, at=at)
        signer = _Signer(
            meta,
            key,
            timestamper=stamper,
            stamp_style=StaticStampStyle(
                border_width=0, background=_Drawn(drawn, room.turn), background_layout=_FILL
            ),
            new_field_spec=SigFieldSpec(
                FIELD,
                on_page=room.page,
                box=room.box,
                readable_field_name=f"ختم {PROFILE.municipality_ar}",
            ),
        )
        signer.at = at
        writer = IncrementalPdfFileWriter(io.BytesIO(room.pdf))
        out = aside(lambda: signer.sign_pdf(writer))
        return bytes(out.getvalue()), key.signing_cert


def sign_pdf(pdf: bytes, *, visible: VisibleStamp, reason: Text, at: dt.datetime) -> SignedPdf:
    """Stamp a clean copy as PAdES-B-T, certified "no changes", and examine what came of it.

    For workers only.  Raises NotStampable (the file), NoKey (the key), StampFailed (the result),
    and what pyHanko raises when a time-stamp authority does not answer: nothing is issued then,
    and the job may try again.
    """
    folder = the_folder()
    room = page_room.make_room(pdf, visible=visible, strip=partial(looks.strip_pdf, visible))
    drawn = looks.stamp_pdf(visible, is_test=authority.is_ours(folder))
    signed, certificate = _signed(folder, room, drawn, reason, at)
    if len(signed) > MOST_BYTES:
        raise NotStampable("too_large", most=MOST_BYTES // 1_000_000)
    found = examine(signed, folder=folder, at=at)
    if not found.holds:
        raise StampFailed(found.says)
    serial = keystore.serial_of(certificate)
    return SignedPdf(signed, hashlib.sha256(signed).hexdigest(), serial, at)


def stamped(
    pdf: bytes, *, visible: VisibleStamp, reason: Text, at: dt.datetime
) -> Callable[[str], SignedPdf]:
    """Return what stamps a file once the paper's code is known, for ``papers.issue_paper``.

    The code in ``visible`` is replaced by the paper's own.
    """

    def with_code(code: str) -> SignedPdf:
        return sign_pdf(pdf, visible=replace(visible, code=code), reason=reason, at=at)

    return with_code
