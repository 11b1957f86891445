"""Broken and forged uploads (guards.md threat 3): a named verdict and nothing else, whatever comes.

A PDF, JPEG, PNG, HEIC or WebP is damaged (bytes changed, cut, spliced, blocks doubled or zeroed)
and sent through the door of papers or of photos.  It is taken with copies that tell nothing, or
refused in a sentence of both languages, and it never takes more than 25 seconds.
"""

import io
import random
import tempfile
import time
from collections import Counter

from django.conf import settings

from municipality.documents import intake, store
from municipality.documents.file_gate import Unreadable
from municipality.documents.models import StoredFile
from tests.documents.builders import AT, CITIZEN, a_pdf, a_photo, an_upload, exif, pdf_with
from tests.documents.test_cleaning import bare, javascript

TRIALS = {"small": 40, "full": 1_000}
MOST_S = 25.0


def _base(rng: random.Random) -> bytes:
    return rng.choice(
        [
            lambda: a_pdf(pages=rng.randint(1, 3)),
            lambda: pdf_with(javascript),
            lambda: a_photo(exif=exif(rng.randint(1, 8))),
            lambda: a_photo("JPEG", progressive=True, exif=exif()),
            lambda: a_photo("PNG"),
            lambda: a_photo("HEIF", exif=exif()),
            lambda: a_photo("WEBP", exif=exif()),
        ]
    )()


def _damaged(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice([0, 1, 1, 2, 8, 60])):
        at, long = rng.randrange(len(out)), rng.randint(1, 40)
        act = rng.choice(["byte", "zero", "double", "drop", "number"])
        if act == "byte":
            out[at] = rng.randrange(256)
        elif act == "zero":
            out[at : at + long] = bytes(len(out[at : at + long]))
        elif act == "double":
            out[at:at] = out[at : at + long]
        elif act == "drop" and len(out) > long + 20:
            del out[at : at + long]
        else:
            out[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0"])
    if rng.random() < 0.2:
        del out[rng.randrange(12, len(out)) :]
    if rng.random() < 0.1:
        out += _base(rng)
    return bytes(out)


def trial(seed: int, number: int) -> dict[str, int]:
    """Send one damaged file."""
    rng = random.Random(seed * 100_003 + number)
    settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="geo-uploads-")
    data = _damaged(_base(rng), rng)
    counts, begun = Counter[str](), time.perf_counter()
    try:
        door = intake.accept if data.startswith(b"%PDF") else intake.accept_photo
        row = door(an_upload(data, "x.pdf"), by=CITIZEN, at=AT)
        with store.open_kept(row.clean_sha256) as copy:
            kept = copy.read()
        for picture in row.pictures.all():
            with store.open_kept(picture.sha256) as copy:
                bare(copy.read())
        if row.clean_kind != "pdf":
            bare(kept)
            assert row.facts.as_json() == row.photo_facts
        else:
            assert b"/JavaScript" not in kept
            import pikepdf

            pikepdf.open(io.BytesIO(kept)).close()
        counts[f"{row.kind} taken"] += 1
    except Unreadable as refusal:
        assert refusal.words.ar and refusal.words.en and "{" not in refusal.words.en
        assert not StoredFile.objects.exists()
        counts[f"refused: {refusal.code}"] += 1
    spent = time.perf_counter() - begun
    assert spent < MOST_S, spent
    return dict(counts)
