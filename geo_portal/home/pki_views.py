"""What the certificates of the stamp point at: the signed revocation list, and the root.

Only the test authority of this installation is served here; a real one serves its own.
"""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from municipality.conf import PROFILE
from municipality.documents.signing.authority import is_ours
from municipality.documents.signing.folder import the_folder
from municipality.people.access import ANYONE, open_to

FRESH_SECONDS = 3600


def _file(city: str, path: Path) -> bytes:
    """Read a public file of the authority; 404 for another city and another's authority."""
    if city != PROFILE.code or not is_ours(the_folder()):
        raise Http404
    return path.read_bytes()


def _served(data: bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)  # RFC 5280 §4.2.1.13, RFC 2585
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return response


@require_safe
@open_to(ANYONE)
def revocation_list(request: HttpRequest, city: str) -> HttpResponse:
    """Serve the signed list of revoked certificates (DER)."""
    return _served(_file(city, the_folder().revocation_list), "application/pkix-crl")


@require_safe
@open_to(ANYONE)
def root_certificate(request: HttpRequest, city: str) -> HttpResponse:
    """Serve the certificate of the test authority (DER)."""
    found = x509.load_pem_x509_certificate(_file(city, the_folder().authority_certificate))
    return _served(found.public_bytes(Encoding.DER), "application/pkix-cert")
