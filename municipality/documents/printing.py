"""From HTML to PDF, with the project's own fonts and nothing else from anywhere."""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FONT_PACKAGE = "frontend/node_modules/@fontsource/ibm-plex-sans-arabic/files"


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


def pdf_of(html: str) -> bytes:
    """Print a page of HTML; fetches the fonts and ``data:`` images, refuses any other address.

    The library takes a second to load, so it is loaded only by whoever prints.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    class _OnlyFonts(URLFetcher):  # type: ignore[misc]  # the library has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:image/") and url not in {row[2] for row in fonts()}:
                raise ValueError(f"a paper asks for nothing else: {url[:80]}")
            return super().fetch(url, headers)

    pdf: bytes = HTML(string=html, url_fetcher=_OnlyFonts()).write_pdf()
    return pdf
