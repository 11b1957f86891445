"""The language of a page is in its address: Arabic at ``/``, English at ``/en/``.

Never the browser's header for pages: the municipality's first language is Arabic whatever the
browser was set to.  For machines ``Accept-Language`` chooses the words of ``detail`` only.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

MACHINES = ("/api/", "/tiles/", "/ogc/", "/open311/", "/cds/", "/apds/")


def language_of(request: HttpRequest) -> str:
    """Return ``ar`` or ``en`` for a request."""
    path = request.path_info
    if path.startswith(MACHINES):
        accepted = request.META.get("HTTP_ACCEPT_LANGUAGE", "").lower()
        first = accepted.split(",")[0].strip()
        return "en" if first.startswith("en") else "ar"
    return "en" if path == "/en" or path.startswith("/en/") else "ar"


class LanguageMiddleware:
    """Switch the language on for one request and off again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
