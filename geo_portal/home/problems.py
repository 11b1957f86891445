"""How a refusal is told: RFC 9457 to machines, a page with a way on to people."""

import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from municipality.people.access import NOT_FOUND, wants_json
from municipality.problems import TITLES, Problem
from municipality.words import Text

LOG = logging.getLogger("geo_portal.problems")
BROKEN = Text(
    "حدث خطأ من جانبنا، وسجّلناه بالرقم أدناه. أعد المحاولة بعد قليل.",
    "Something went wrong on our side; it is recorded under the number below. Try again shortly.",
)
BAD_REQUEST = Text("تعذر فهم الطلب.", "The request could not be understood.")
TOO_BIG = Text("المرسل أكبر من المسموح.", "What was sent is larger than allowed.")


def _reference() -> str:
    return uuid.uuid4().hex[:12]


def as_json(problem: Problem, reference: str) -> HttpResponse:
    """Write a problem document; ``type`` opens a page that explains the code."""
    title = TITLES.get(problem.status, TITLES[400])
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": str(title),
        "status": problem.status,
        "detail": str(problem.detail),
        "instance": reference,
    }
    if problem.errors:
        body["errors"] = [
            {"pointer": error.pointer, "detail": str(error.detail)} for error in problem.errors
        ]
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=problem.status,
        content_type="application/problem+json",
    )
    response["Cache-Control"] = "no-store"
    if problem.status in (429, 503):
        response["Retry-After"] = "60"
    return response


def told(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer a problem in the form the asker reads."""
    reference = _reference()
    if wants_json(request):
        return as_json(problem, reference)
    context = {
        "problem": problem,
        "title": TITLES.get(problem.status, TITLES[400]),
        "reference": reference,
    }
    return render(request, "problem.html", context, status=problem.status)


def problem_of(error: Exception) -> Problem | None:
    """Name the framework's own refusals as ours; None for a real fault."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404):
        return Problem(404, "not_found", NOT_FOUND)
    if isinstance(error, PermissionDenied):
        return Problem(403, "not_allowed", TITLES[403])
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "too_large", TOO_BIG)
    if isinstance(error, SuspiciousOperation | DisallowedHost | UnicodeError):
        return Problem(400, "bad_request", BAD_REQUEST)
    return None


class ProblemMiddleware:
    """Turn exceptions of views into answers; an unknown one is logged with its reference."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what a view raised."""
        problem = problem_of(error)
        if problem is None:
            return None
        return told(request, problem)


def _page(status: int, code: str, detail: Text) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return told(request, Problem(status, code, detail))

    return view


bad_request = _page(400, "bad_request", BAD_REQUEST)
permission_denied = _page(403, "not_allowed", TITLES[403])
page_not_found = _page(404, "not_found", NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Tell a fault of ours, with the reference under which it was logged."""
    problem = Problem(500, "server_error", BROKEN)
    return told(request, problem)
