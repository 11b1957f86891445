"""PDF papers: refused for what acts, hides or locks; written anew by qpdf without metadata."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from municipality.documents.sandbox.kinds import NotAccepted

MAX_PAGES = 500
MAX_OBJECTS = 300_000
_DEEPEST = 60
_ACTS = {
    "/JavaScript": "pdf_script",
    "/Launch": "pdf_launch",
    "/ImportData": "pdf_launch",
    "/SubmitForm": "pdf_launch",
    "/RichMediaExecute": "pdf_launch",
}
_KEYS = {
    "/JS": "pdf_script",
    "/JavaScript": "pdf_script",
    "/EmbeddedFiles": "pdf_embedded",
    "/EmbeddedFile": "pdf_embedded",
    "/EF": "pdf_embedded",
    "/RF": "pdf_embedded",
    "/XFA": "pdf_xfa",
    "/RichMediaContent": "pdf_embedded",
}


def warm_up(kind: str) -> None:
    """Nothing more to load."""


def _dictionaries(thing: Any, deep: int = 0) -> Iterator[Any]:
    """Yield the dictionaries in an object, without following references: all are walked anyway."""
    if deep > _DEEPEST:
        raise NotAccepted("pdf_broken", reason="nested too deeply")
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if isinstance(thing, pikepdf.Dictionary):
        yield thing
        children = [value for _, value in thing.items()]
    elif isinstance(thing, pikepdf.Array):
        children = list(thing)
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _dictionaries(child, deep + 1)


def _look_at(found: Any) -> None:
    for key, _ in found.items():
        if code := _KEYS.get(key):
            raise NotAccepted(code)
    act = found.get("/S")
    if isinstance(act, pikepdf.Name) and (code := _ACTS.get(str(act))):
        raise NotAccepted(code)


def _check(pdf: pikepdf.Pdf) -> int:
    if pdf.is_encrypted:
        raise NotAccepted("pdf_locked")
    if len(pdf.objects) > MAX_OBJECTS:
        raise NotAccepted("pdf_too_many_objects", most=MAX_OBJECTS)
    for thing in pdf.objects:
        for found in _dictionaries(thing):
            _look_at(found)
    for found in _dictionaries(pdf.trailer):
        _look_at(found)
    pages = len(pdf.pages)
    if not 0 < pages <= MAX_PAGES:
        raise NotAccepted("pdf_pages", count=pages, most=MAX_PAGES)
    return pages


def clean(source: Path, target: Path, *, kind: str) -> dict[str, Any]:
    """Check a PDF and write it anew without its metadata; raises NotAccepted."""
    try:
        with pikepdf.open(source) as pdf:
            pages = _check(pdf)
            if "/Metadata" in pdf.Root:
                del pdf.Root.Metadata
            del pdf.docinfo
            # The same paper sent twice is one copy: its id is of its contents, not of the clock.
            pdf.save(
                target,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
            )
        with pikepdf.open(target) as copy:  # qpdf mends what it reads: is the copy whole?
            if _check(copy) != pages:
                raise NotAccepted("pdf_broken", reason="pages are missing")
    except pikepdf.PasswordError:
        raise NotAccepted("pdf_locked") from None
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotAccepted("pdf_broken", reason=str(error).split(":")[-1][:100]) from None
    return {"width": 0, "height": 0, "pages": pages, "clean_kind": "pdf"}
