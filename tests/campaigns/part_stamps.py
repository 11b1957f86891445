"""Forged stamped papers (guards.md threat 10, sec_stamp): a reader's "valid" proves nothing here.

Each trial stamps a sheet of a random shape and issues it.  100 copies with one byte changed and
each of the five kinds of incremental update go through the verification page, by the code and
without it: none passes.  Ten trials are 1,000 bytes and 50 updates.  What poppler would have
passed is counted beside it: that is what the hash of every byte is for.
"""

import random
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import zxingcpp
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from municipality.conf import PROFILE
from municipality.documents import papers, stamp
from municipality.documents.signing.folder import Folder
from municipality.documents.signing.values import SignedPdf
from tests.documents.builders import one_byte_changed
from tests.documents.signing.builders import (
    SHAPES,
    UPDATES,
    a_folder,
    appended_signature,
    issue,
    stamp_it,
    tool,
)

TRIALS = {"small": 2, "full": 10}
BYTES = 100


@cache
def _folder() -> Folder:
    root = a_folder(Path(tempfile.mkdtemp(prefix="geo-stamps-")))
    return Folder(root / PROFILE.code)


def _says(client: Client, path: str, pdf: bytes, yes: str, no: str) -> str:
    page = client.post(path, {"file": SimpleUploadedFile("p.pdf", pdf)}).content.decode()
    issued, other = yes in page, no in page
    assert issued != other, page[:500]
    return "issued" if issued else "other"


def _verdict(client: Client, code: str, pdf: bytes) -> str:
    """What both pages say of a file; they must agree."""
    yes = "this is the issued file"
    by_code = _says(client, f"/en/verify/{code}", pdf, f"Yes, {yes}", "No, this is not the issued")
    alone = _says(client, "/en/verify/", pdf, f"Yes, {yes}", "Not a file we issued")
    assert by_code == alone
    return by_code


def _poppler(pdf: bytes) -> tuple[bool, bool]:
    """Whether poppler calls the signature valid, and the document wholly signed."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        said = tool("pdfsig", "-nocert", file.name)
    return "Signature is Valid." in said, "- Total document signed" in said


def _qr(signed: SignedPdf) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.pdf"
        path.write_bytes(signed.pdf)
        subprocess.run(
            ["pdftoppm", "-r", "130", "-png", "-cropbox", "-l", "1", "-singlefile", path,
             Path(folder) / "p"], check=True,
        )  # fmt: skip
        found = zxingcpp.read_barcode(np.array(Image.open(Path(folder) / "p.png").convert("L")))
    assert found is not None
    return str(found.text)


def trial(seed: int, number: int) -> dict[str, int]:
    """Try to pass changed files of one stamped paper for the issued one."""
    rng = random.Random(seed * 100_019 + number)
    settings.GEO_SIGNING_DIR = _folder().path.parent
    settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="geo-papers-")
    settings.ALLOWED_HOSTS, settings.GEO_LIMITS = ["*"], False
    client, code = Client(), papers.new_code()
    shape = list(SHAPES)[number % len(SHAPES)]
    signed = stamp_it(SHAPES[shape](), code=code)
    assert _poppler(signed.pdf) == (True, True), shape
    assert _qr(signed) == stamp.verify_url(code), shape
    paper, pdf = issue(signed)
    assert _verdict(client, paper.code, pdf) == "issued"
    fooled = 0
    for turn in range(BYTES):
        changed = one_byte_changed(pdf, rng)
        assert _verdict(client, paper.code, changed) == "other"
        fooled += turn % 5 == 0 and _poppler(changed) == (True, True)
    updates = {way: change(pdf, rng) for way, change in UPDATES.items()}
    updates["signature"] = appended_signature(_folder(), pdf, rng)
    still_valid = 0
    for way, changed in updates.items():
        assert changed.startswith(pdf)
        assert _verdict(client, paper.code, changed) == "other", way
        still_valid += _poppler(changed)[0]
    return {
        "bytes changed": BYTES,
        "updates": len(updates),
        "passed for issued": 0,
        "of every fifth byte whole and valid to poppler": fooled,
        "updates valid to poppler": still_valid,
    }
