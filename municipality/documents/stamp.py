"""What is printed on an issued paper: where it is verified, in words and as a QR code.

The address comes from ``GEO_PUBLIC_URL``, never from the host of a request, and the QR holds
nothing else (guards.md threat 10).
"""

import segno
from django.conf import settings

from municipality.documents.papers import shown
from municipality.words import Text

QR_ERROR_LEVEL = "m"  # 15 % of the code may be lost to a fold or a pen


def verify_url(code: str) -> str:
    """Return the address that verifies a paper: ``https://host/verify/7K2M-…``."""
    return f"{settings.GEO_PUBLIC_URL}/verify/{shown(code)}"


def verify_host() -> str:
    """Return the host and path as printed in words, for those who type it."""
    return f"{settings.GEO_PUBLIC_URL.split('://', 1)[-1]}/verify"


def verify_qr(code: str) -> str:
    """Draw the address as a QR code: an SVG image as ``data:`` address, for a PDF's template."""
    made = segno.make(verify_url(code), error=QR_ERROR_LEVEL, micro=False)
    return str(made.svg_data_uri(border=2, dark="#000", light="#fff"))


def verify_words(code: str) -> Text:
    """Say on the paper how it is verified."""
    values = {"host": verify_host(), "code": shown(code)}
    return Text(
        "للتحقق من هذه الوثيقة: {host} بالرمز {code}.",
        "To verify this paper: {host} with the code {code}.",
    ).with_values(**values)
