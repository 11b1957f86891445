"""From the sheet's HTML to PDF; a module of its own, since the printer takes a second to load."""

import datetime as dt
from typing import Any

from weasyprint import HTML
from weasyprint.urls import URLFetcher

from plots.register.queries import PlotOnDay
from plots.restrictions.sheet import fonts, sheet_html


class _OnlyFonts(URLFetcher):  # type: ignore[misc]  # the library has no types
    """Fetches the project's own font files and refuses everything else."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Fetch one file; raises ValueError for any address but a font's."""
        if url not in {address for _, _, address in fonts()}:
            raise ValueError(f"the sheet asks for nothing else: {url[:80]}")
        return super().fetch(url, headers)


def sheet_pdf(plot: PlotOnDay, *, on: dt.date, at: dt.datetime, address: str) -> bytes:
    """Print the sheet; fetches nothing but the project's own font files."""
    html = sheet_html(plot, on=on, at=at, address=address)
    pdf: bytes = HTML(string=html, url_fetcher=_OnlyFonts()).write_pdf()
    return pdf
