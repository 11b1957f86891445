"""How a refusal is told: RFC 9457 to machines, a page with a way on to people."""

import json
import logging
import sys
import uuid
from collections.abc import Callable
from typing import Any

import psycopg2
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import requires_csrf_token

from geo_portal.home.language import language_of
from municipality.people.access import CSRF_MISSING, NOT_FOUND, wants_json
from municipality.problems import TITLES, Problem
from municipality.words import Text

LOG = logging.getLogger("geo_portal.problems")
BROKEN = Text(
    "حدث خطأ من جانبنا، وسجّلناه بالرقم أدناه. أعد المحاولة بعد قليل.",
    "Something went wrong on our side; it is recorded under the number below. Try again shortly.",
)
INTERRUPTED = Text(
    "الخدمة متوقفة لحظات، ولا نعلم هل حُفظ ما أرسلته. أعد المحاولة بعد قليل.",
    "The service is interrupted for a moment, and we do not know whether what you sent was kept. "
    "Try again shortly.",
)
BAD_REQUEST = Text("تعذر فهم الطلب.", "The request could not be understood.")
TOO_BIG = Text("المرسل أكبر من المسموح.", "What was sent is larger than allowed.")
NOT_THIS_WAY = Text(
    "هذا العنوان لا يقبل {method}، بل يقبل: {allowed}.",
    "This address does not take {method}; it takes {allowed}.",
)
RELOAD = Text(
    "انتهت صلاحية النموذج. أعد تحميل الصفحة ثم حاول مرة أخرى.",
    "The form has expired. Reload the page and try again.",
)


def _reference() -> str:
    return uuid.uuid4().hex[:12]


def as_json(problem: Problem, reference: str) -> HttpResponse:
    """Write a problem document; ``type`` opens a page that explains the code."""
    title = TITLES.get(problem.status, TITLES[400])
    body: dict[str, Any] = {
        **problem.extra,
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
    """Answer a problem in the form and language the asker reads.

    The language is asked for here as well: what is refused before the middleware of languages
    (an unknown host, for one) is told in it too.
    """
    reference = _reference()
    with translation.override(language_of(request)):
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
    if isinstance(error, ValueError) and "cannot contain NUL" in str(error):  # psycopg2's words
        return Problem(400, "bad_request", BAD_REQUEST)
    return None


def _is_away(error: BaseException) -> bool:
    """Tell whether the database is away, cut the session off or gave up waiting; it passes.

    A session that dies under a statement may be a bare DatabaseError to psycopg2: it has no code,
    because it is not the server that says so.
    """
    if isinstance(error, OperationalError | InterfaceError):
        return True
    cause = error.__cause__ if type(error) is DatabaseError else None
    return isinstance(cause, psycopg2.DatabaseError) and cause.pgcode is None


def _interrupted(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Answer 503 while the database is away, by a page that asks it nothing."""
    LOG.warning("%s: %s", request.path, str(error).strip())
    request.user = AnonymousUser()
    return told(request, Problem(503, "interrupted", INTERRUPTED))


def _problem_of_answer(request: HttpRequest, answer: HttpResponseBase) -> Problem:
    """Name a refusal that the framework has written itself."""
    if answer.status_code == 405:
        detail = NOT_THIS_WAY.with_values(
            method=request.method, allowed=answer.headers.get("Allow", "GET")
        )
        return Problem(405, "method_not_allowed", detail)
    codes = {403: "not_allowed", 404: "not_found", 413: "too_large"}
    details = {403: TITLES[403], 404: NOT_FOUND, 413: TOO_BIG}
    status = answer.status_code
    return Problem(status, codes.get(status, "bad_request"), details.get(status, BAD_REQUEST))


def _is_bare(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """Tell whether an answer is a refusal in the framework's own words, or in none."""
    if answer.status_code < 400 or answer.status_code >= 500 or answer.streaming:
        return False
    if wants_json(request):
        kind = answer.headers.get("Content-Type", "")
        return "json" not in kind and "xml" not in kind  # Open311 refuses in both
    return answer.status_code == 405 and not getattr(answer, "content", b"")


class ProblemMiddleware:
    """Turn exceptions and the framework's own refusals into answers of ours.

    An exception that is unknown is left to be logged and told by ``server_error``.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not _is_bare(request, answer):
            return answer
        response = told(request, _problem_of_answer(request, answer))
        if "Allow" in answer.headers:
            response["Allow"] = answer.headers["Allow"]
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what a view raised."""
        if _is_away(error):
            return _interrupted(request, error)
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


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Tell that a form came without its token; ``reason`` is the framework's, for its log."""
    return told(request, Problem(403, "csrf", CSRF_MISSING if wants_json(request) else RELOAD))


def server_error(request: HttpRequest) -> HttpResponse:
    """Tell a fault of ours, with the reference under which it was logged.

    What middleware raises arrives here too, a database that is away among it.
    """
    error = sys.exc_info()[1]
    if error is not None and _is_away(error):
        return _interrupted(request, error)
    problem = Problem(500, "server_error", BROKEN)
    return told(request, problem)
