"""The editor's message templates: what each says, what it costs, and who worded it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from geo_portal.staff.template_words import title
from municipality.notices import wording
from municipality.notices.gsm import parts
from municipality.notices.templates import LONGEST_TEXT, Template, TemplateError, registry
from municipality.people.access import open_to
from municipality.people.acting_person import actor_of
from municipality.problems import Problem

EDITOR = "editor"
VERSIONS_SHOWN = 20


def _listed(template: Template) -> dict[str, Any]:
    current = wording.current(template.code)
    return {
        "code": template.code,
        "title": title(template.code),
        "ar": current.ar,
        "en": current.en,
        "version": current.version,
        "parts_ar": parts(current.filled("ar", template.longest)),
        "parts_en": parts(current.filled("en", template.longest)),
        "latest": wording.versions(template.code).first(),
    }


@require_safe
@open_to(EDITOR)
def message_templates(request: HttpRequest) -> HttpResponse:
    """List every template with its wording in force and its cost."""
    listed = [_listed(registry()[code]) for code in sorted(registry())]
    return render(request, "staff/message_templates.html", {"templates": listed})


def _posted(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\r\n", "\n")[: LONGEST_TEXT + 1]


def _page(code: str, ar: str, en: str, like: str) -> dict[str, Any]:
    """Fill the form's page: the wording, its preview with one matter, and why it is refused."""
    template = wording.template_of(code)
    examples = wording.examples(code)
    page: dict[str, Any] = {
        "template": template,
        "title": title(code),
        "fields": sorted(template.longest.items()),
        "ar": ar,
        "en": en,
        "like": like,
        "examples": [(about, values.get("number", about)) for about, values in examples],
        "versions": wording.versions(code)[:VERSIONS_SHOWN],
        "previews": [],
        "error": "",
    }
    try:
        page["previews"] = wording.preview(
            code=code, ar=ar, en=en, values=dict(examples).get(like, {})
        )
    except TemplateError as error:
        page["error"] = str(error.sentence)
    return page


def _save(request: HttpRequest, code: str, ar: str, en: str) -> str:
    """Save a wording; returns the sentence why not, empty where it was saved."""
    seen = request.POST.get("seen", "")
    try:
        wording.edit(
            code=code,
            ar=ar,
            en=en,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 8 else -1,
            by=actor_of(request, EDITOR),
            at=timezone.now(),
        )
    except TemplateError as error:
        return str(error.sentence)
    except Problem as problem:
        if problem.status != 409:
            raise
        return str(problem.detail)
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(EDITOR)
def message_template(request: HttpRequest, code: str) -> HttpResponse:
    """Show one template filled; POST previews another wording of it, or saves that."""
    template = wording.template_of(code)
    current = wording.current(template.code)
    latest = wording.versions(code).first()
    if request.method != "POST":
        like = request.GET.get("like", "")
        page = _page(code, current.ar, current.en, like)
        page |= {"seen": latest.version if latest else 0, "saved": "saved" in request.GET}
        return render(request, "staff/message_template.html", page)
    ar, en = _posted(request, "ar"), _posted(request, "en")
    refusal = ""
    if request.POST.get("act") == "save":
        refusal = _save(request, code, ar, en)
        if not refusal:
            return redirect(f"{request.path}?saved")
    page = _page(code, ar, en, request.POST.get("like", ""))
    page["error"] = page["error"] or refusal
    page["seen"] = request.POST.get("seen", "")
    return render(
        request, "staff/message_template.html", page, status=422 if page["error"] else 200
    )
