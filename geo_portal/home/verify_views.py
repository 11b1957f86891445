"""Anyone verifies a paper: its facts and state by its code, its file by the hash of every byte.

With a code the file is compared with the one that was issued; without one it is looked for among
all that were issued, and what is not found is "not a file we issued", whatever was done to it.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from geo_portal.permits.register_views import permit_url
from municipality.asked import today
from municipality.documents import papers
from municipality.documents.models import IssuedPaper
from municipality.documents.signing.authority import TEST_AUTHORITY, is_ours
from municipality.documents.signing.folder import the_folder
from municipality.documents.signing.revoking import revocation_of, shown_serial
from municipality.documents.signing.values import MOST_BYTES
from municipality.people.access import ANYONE, open_to
from municipality.people.limits import Limit, count
from municipality.words import Text
from plots.building_permits.register import permit_numbered

LIMITS = (Limit("verify_minute", 30, 60), Limit("verify_day", 600, 86_400))
MAX_BYTES = MOST_BYTES  # no paper of ours is larger
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


def _received(request: HttpRequest) -> tuple[str, Text | None]:
    """Return the SHA-256 of the file that was sent, or why there is none."""
    hashing = Hashing(request)
    request.upload_handlers = [hashing]
    request.POST  # noqa: B018 (reading it is what receives the file)
    if hashing.size > MAX_BYTES:
        return "", TOO_LARGE
    if not hashing.size:
        return "", NO_FILE
    return hashing.sha256, None


TONES = {
    IssuedPaper.State.VALID: "pass",
    IssuedPaper.State.SUPERSEDED: "near",
    IssuedPaper.State.REVOKED: "fail",
}
OVER = Text("وثيقة أصلية انتهت مدتها", "A genuine paper whose time is over")


def _details(paper: IssuedPaper) -> dict[str, Any] | None:
    """Ask the feature that issued a paper what else is shown of it (``PAPER_DETAILS``)."""
    dotted = settings.PAPER_DETAILS.get(paper.kind)
    if dotted is None:
        return None
    found = import_string(dotted)(paper)
    return None if found is None else {"template": found[0], "context": found[1]}


def _paper_page(
    request: HttpRequest, paper: IssuedPaper, verdict: str, error: Text | None
) -> HttpResponse:
    details, state = _details(paper), IssuedPaper.State(paper.state)
    ends_on = details["context"].get("ends_on") if details else None
    is_over = state is IssuedPaper.State.VALID and ends_on is not None and ends_on < today()
    context = {
        "paper": paper,
        "tone": "near" if is_over else TONES[state],
        "code": papers.shown(paper.code),
        "facts": [(str(label), str(value)) for label, value in papers.facts_of(paper)],
        "state_words": str(OVER if is_over else STATES[state]),
        "details": details,
        "revoked": revocation_of(paper),
        "serial": shown_serial(paper.certificate_serial),
        "test_authority": str(TEST_AUTHORITY) if is_ours(the_folder()) else "",
        "verdict": verdict,
        "error": str(error) if error else "",
    }
    return _sealed(render(request, "verify/paper.html", context, status=422 if error else 200))


def _whose_file(request: HttpRequest) -> HttpResponse:
    """Say which paper a file is, by its hash alone; the same page for all that is none of ours."""
    count(request, LIMITS, at=timezone.now())
    sha256, error = _received(request)
    if error is not None:
        context = {"code": "", "file_error": str(error)}
        return _sealed(render(request, "verify/index.html", context, status=422))
    found = papers.papers_of_file(sha256)
    if not found:
        context = {"code": "", "file_error": "", "not_ours": "yes"}
        return _sealed(render(request, "verify/index.html", context))
    return _paper_page(request, found[-1], "found", None)


@csrf_exempt  # it changes nothing, and its check would read the file before the hashing stands
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE)
def verify_start(request: HttpRequest) -> HttpResponse:
    """Ask for the code on the paper, or for the file; POST says which paper a file is."""
    if request.method == "POST":
        return _whose_file(request)
    code = request.GET.get("code", "")
    if not code:
        return _sealed(render(request, "verify/index.html", {"code": ""}))
    permit = permit_numbered(code)
    if permit is not None:
        return redirect(permit_url(permit))
    plain = papers.read_code(code)
    if not plain:
        count(request, LIMITS, at=timezone.now())
        return _unknown(request, code)
    return redirect("home:verify", papers.shown(plain))


@csrf_exempt  # as above
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE)
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the municipality issued under a code; POST compares the file one holds."""
    count(request, LIMITS, at=timezone.now())
    paper = papers.paper(code)
    if paper is None:
        return _unknown(request, code)
    if request.method != "POST":
        return _paper_page(request, paper, "", None)
    sha256, error = _received(request)
    if error is not None:
        return _paper_page(request, paper, "", error)
    verdict = "issued" if papers.is_issued_file(paper, sha256) else "other"
    return _paper_page(request, paper, verdict, None)
