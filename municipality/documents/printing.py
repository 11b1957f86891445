"""From HTML to PDF, with the project's own fonts and nothing else from anywhere."""

import atexit
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings

FONT_PACKAGE = "frontend/node_modules/@fontsource/ibm-plex-sans-arabic/files"

_PRINTING = Lock()  # a set of unpacked fonts serves one print at a time


@cache
def fonts() -> list[tuple[int, str, str]]:
    """Return the font files of papers: weight, script, address of the file on this machine."""
    folder = Path(settings.BASE_DIR) / FONT_PACKAGE
    return [
        (weight, script, file.as_uri())
        for weight in (400, 600)
        for script in ("arabic", "latin")
        if (file := folder / f"ibm-plex-sans-arabic-{script}-{weight}-normal.woff2").is_file()
    ]


@cache
def _faces() -> tuple[Any, Any]:
    """Unpack the fonts once a process, as the families ``latin`` and ``arabic``.

    A page that declares them itself unpacks them anew: half a second, most of a small print.
    """
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    rules = [
        f'@font-face {{ font-family: {script}; font-weight: {weight}; src: url("{file}"); }}'
        for weight, script, file in fonts()
    ]
    configuration = FontConfiguration()
    atexit.register(_faces.cache_clear)  # it cleans up with what is gone after the last line
    return configuration, CSS(string="\n".join(rules), font_config=configuration)


def small_pdf_of(html: str) -> bytes:
    """Print a small page as ``pdf_of`` does, with the fonts of this process; one at a time."""
    with _PRINTING:
        configuration, faces = _faces()
        return _printed(html, font_config=configuration, stylesheets=[faces])


def pdf_of(html: str) -> bytes:
    """Print a page of HTML; fetches the fonts and ``data:`` images, refuses any other address.

    The library takes a second to load, so it is loaded only by whoever prints.
    """
    return _printed(html)


def _printed(html: str, **how: Any) -> bytes:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    class _OnlyFonts(URLFetcher):  # type: ignore[misc]  # the library has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:image/") and url not in {row[2] for row in fonts()}:
                raise ValueError(f"a paper asks for nothing else: {url[:80]}")
            return super().fetch(url, headers)

    pdf: bytes = HTML(string=html, url_fetcher=_OnlyFonts()).write_pdf(**how)
    return pdf
