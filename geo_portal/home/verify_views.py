"""Anyone verifies a paper: its facts and state by its code, its file by the hash of every byte."""

import hashlib
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from municipality.documents import papers
from municipality.documents.models import IssuedPaper
from municipality.people.access import ANYONE, open_to
from municipality.people.limits import Limit, count
from municipality.words import Text

LIMITS = (Limit("verify_minute", 30, 60), Limit("verify_day", 600, 86_400))
MAX_BYTES = 30_000_000  # larger than any paper we issue
STATES = {
    IssuedPaper.State.VALID: Text("وثيقة سارية", "This paper is valid"),
    IssuedPaper.State.SUPERSEDED: Text(
        "حلت محلها وثيقة أحدث، فلا يُعتمد عليها",
        "A newer paper stands in its place; do not rely on this one",
    ),
    IssuedPaper.State.REVOKED: Text(
        "وثيقة ملغاة، فلا يُعتمد عليها", "This paper was revoked; do not rely on it"
    ),
}
NO_FILE = Text("اختر ملف PDF الذي لديك.", "Choose the PDF file you hold.")
TOO_LARGE = Text(
    f"الملف أكبر من {MAX_BYTES // 1_000_000} م.ب، فليس وثيقة أصدرناها.",
    f"The file is larger than {MAX_BYTES // 1_000_000} MB, so it is no paper of ours.",
)


class Hashing(FileUploadHandler):
    """Hashes the file of the field ``file`` as it arrives; keeps and parses nothing of it."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.size = 0
        self.sha256 = ""
        self._digest = hashlib.sha256()
        self._taken = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Take the first file of the field and no other."""
        super().new_file(*args, **kwargs)
        if self.field_name != "file" or self._taken:
            raise SkipFile
        self._taken = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Hash a part; past the limit the rest is not read."""
        self.size += len(raw_data)
        if self.size > MAX_BYTES:
            raise StopUpload(connection_reset=True)
        self._digest.update(raw_data)

    def file_complete(self, file_size: int) -> None:
        """Note the hash of the whole."""
        self.sha256 = self._digest.hexdigest()


def _sealed(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _unknown(request: HttpRequest, code: str) -> HttpResponse:
    """Answer for no code, a mistyped one and one that was never issued: the same page."""
    return _sealed(render(request, "verify/index.html", {"code": code[:60]}, status=404))


@require_safe
@open_to(ANYONE)
def verify_start(request: HttpRequest) -> HttpResponse:
    """Ask for the code on the paper."""
    code = request.GET.get("code", "")
    if not code:
        return _sealed(render(request, "verify/index.html", {"code": ""}))
    plain = papers.read_code(code)
    if not plain:
        count(request, LIMITS, at=timezone.now())
        return _unknown(request, code)
    return redirect("home:verify", papers.shown(plain))


def _compared(request: HttpRequest, paper: IssuedPaper) -> tuple[str, Text | None]:
    """Compare the file that was sent: ``issued`` or ``other``, or why it was not compared."""
    hashing = Hashing(request)
    request.upload_handlers = [hashing]
    request.POST  # noqa: B018 (reading it is what receives the file)
    if hashing.size > MAX_BYTES:
        return "", TOO_LARGE
    if not hashing.size:
        return "", NO_FILE
    return ("issued" if papers.is_issued_file(paper, hashing.sha256) else "other"), None


@csrf_exempt  # it changes nothing, and its check would read the file before the hashing stands
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE)
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the municipality issued under a code; POST compares the file one holds."""
    count(request, LIMITS, at=timezone.now())
    paper = papers.paper(code)
    if paper is None:
        return _unknown(request, code)
    verdict, error = ("", None) if request.method != "POST" else _compared(request, paper)
    context = {
        "paper": paper,
        "code": papers.shown(paper.code),
        "facts": [(str(label), str(value)) for label, value in papers.facts_of(paper)],
        "state_words": str(STATES[IssuedPaper.State(paper.state)]),
        "verdict": verdict,
        "error": str(error) if error else "",
    }
    return _sealed(render(request, "verify/paper.html", context, status=422 if error else 200))
