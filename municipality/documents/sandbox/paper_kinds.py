"""What a person's file is, by its first bytes alone; its name says nothing."""

from collections.abc import Sequence
from pathlib import Path

from municipality.documents.sandbox.kinds import NotAccepted

NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG", "heic": "HEIC", "webp": "WebP"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_STARTS = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
)
_OTHERS = (
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
    (b"\x00\x00\x00\x0cjP", "JPEG 2000"),
    (b"AC10", "DWG"),
    (b"PK\x03\x04", "ZIP / Office"),
    (b"\xd0\xcf\x11\xe0", "Office"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
)


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def name_of(head: bytes) -> str:
    """Name a kind that is not accepted, so that the refusal can say it; '' where unknown."""
    named = (*((start, NAMES[kind]) for start, kind in _STARTS), *_OTHERS)
    for start, name in named:
        if head.startswith(start):
            return name
    if _is_webp(head):
        return NAMES["webp"]
    if head[4:8] == b"ftyp":
        return "MP4 / AVIF"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml", b"<html", b"<!doctype", b"<script")):
        return "SVG / XML / HTML"
    return ""


def kind_of(path: Path, *, accepted: Sequence[str]) -> str:
    """Return what a file is, if that is ``accepted`` (of ``NAMES``); raises NotAccepted."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise NotAccepted("empty_file")
    found = next((kind for start, kind in _STARTS if head.startswith(start)), "")
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        found = "heic"
    if _is_webp(head):
        found = "webp"
    if found in accepted:
        return found
    asked = ", ".join(NAMES[kind] for kind in accepted)
    name = NAMES.get(found) or name_of(head)
    if name:
        raise NotAccepted("paper_kind", kind=name, accepted=asked)
    raise NotAccepted("paper_kind_unknown", accepted=asked)
