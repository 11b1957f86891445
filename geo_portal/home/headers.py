"""The content security policy, written once: the pages use no nonce, so it never differs."""

from collections.abc import Callable
from functools import cache

from csp.constants import HEADER
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse


@cache
def policy() -> str:
    """Return the policy of the settings as it stands in the header."""
    return str(build_policy())


class ContentSecurityPolicyMiddleware:
    """Send the policy of the settings with every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, policy())
        return response
