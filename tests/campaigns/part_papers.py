"""Forged papers (guards.md threat 10, sec_stamp): whatever is changed, it is not the issued file.

Each trial issues one paper, sends 20 copies with one byte changed and each kind of incremental
update through the verification page, and decodes the QR of the paper.  Fifty trials are 1,000
bytes and 250 updates.
"""

import random
import re
import tempfile

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from municipality.documents import stamp
from tests.documents.builders import a_paper, a_pdf, one_byte_changed, read_qr, updates

TRIALS = {"small": 5, "full": 50}
BYTES = 20
ADDRESS = re.compile(r"/verify/[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}")


def _verdict(client: Client, code: str, pdf: bytes) -> str:
    page = client.post(f"/en/verify/{code}", {"file": SimpleUploadedFile("p.pdf", pdf)})
    text = page.content.decode()
    issued, other = "this is the issued file" in text, "this is not the issued file" in text
    assert issued != other, text[:500]
    return "issued" if issued else "other"


def trial(seed: int, number: int) -> dict[str, int]:
    """Try to pass changed files of one paper for the issued one."""
    rng = random.Random(seed * 100_003 + number)
    settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="geo-papers-")
    settings.ALLOWED_HOSTS, settings.GEO_LIMITS = ["*"], False
    client = Client()
    pdf = a_pdf(f"Extract {rng.random()}", pages=rng.randint(1, 4))
    code = a_paper(pdf).code
    assert _verdict(client, code, pdf) == "issued"
    for _ in range(BYTES):
        assert _verdict(client, code, one_byte_changed(pdf, rng)) == "other"
    forged = updates(pdf)
    for way, changed in forged.items():
        assert _verdict(client, code, changed) == "other", way
    address = read_qr(stamp.verify_qr(code))
    assert ADDRESS.fullmatch(address.removeprefix(settings.GEO_PUBLIC_URL)), address
    return {"bytes changed": BYTES, "updates": len(forged), "passed for issued": 0}
