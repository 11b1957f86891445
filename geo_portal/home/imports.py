"""The administrator's imports: send a file, follow it, see what was refused, make the swap."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo_portal.home.imports_form import read_form
from geo_portal.home.page_config import map_config
from municipality.conf import PROFILE
from municipality.importing.batch import STAGE_WORDS, ask, folder_of, swap_from
from municipality.importing.models import ImportBatch
from municipality.importing.registry import KINDS, importer
from municipality.importing.verdicts import VERDICTS
from municipality.people.access import not_found, open_to
from municipality.words import Text

LATEST = 30
ADMIN = "admin"
_OF_A_LAYER = Text("طبقة", "Layer")


def _kinds() -> list[tuple[str, str]]:
    return [(kind, str(_OF_A_LAYER if kind == "layer" else importer(kind).title)) for kind in KINDS]


def _themes() -> list[tuple[str, str]]:
    named = [
        (code, str(Text(names["name_ar"], names["name_en"])))
        for code, names in PROFILE.themes.items()
    ]
    return [("roads", str(Text("الطرق", "Roads"))), *named]


def _shown(batch: ImportBatch) -> dict[str, Any]:
    """What the pages show of one import."""
    stage = STAGE_WORDS.get(batch.stage)
    theme = f" ({batch.theme})" if batch.theme else ""
    cancelled = batch.state == ImportBatch.State.CANCELLED
    return {
        "url": reverse("home:import_run", args=[batch.public_id]),
        "file_name": batch.file_name,
        "kind": f"{dict(_kinds()).get(batch.kind, batch.kind)}{theme}",
        "started_at": batch.started_at or batch.asked_at,
        "state": "failed" if cancelled else batch.state,
        "dry_run": batch.dry_run,
        "stage": str(stage) if stage else "",
        "error": str(batch.error),
    }


def _latest() -> QuerySet[ImportBatch]:
    return ImportBatch.objects.order_by("-asked_at", "-pk")[:LATEST]


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ADMIN)
def imports(request: HttpRequest) -> HttpResponse:
    """Show the form and the latest imports; POST keeps the file and asks for its import."""
    errors: dict[str, str] = {}
    values: dict[str, str] = {}
    if request.method == "POST":
        form = read_form(request, at=timezone.now())
        if form.batch is not None:
            ask(form.batch)
            return redirect("home:import_run", form.batch.public_id)
        errors, values = form.errors, form.values
    context = {
        "errors": errors,
        "values": values,
        "kinds": _kinds(),
        "themes": _themes(),
        "systems": list(PROFILE.systems.values()),
        "runs": [_shown(batch) for batch in _latest()],
    }
    return render(request, "imports/index.html", context, status=422 if errors else 200)


def _batch(public_id: UUID) -> ImportBatch:
    found = ImportBatch.objects.filter(public_id=public_id).first()  # unique
    if found is None:
        raise not_found()
    return found


def _verdicts(report: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [
        {"name": code, "text": str(VERDICTS[code].words), "count": count, "order": VERDICTS[code]}
        for code, count in report.get("verdicts", {}).items()
        if code in VERDICTS
    ]
    return sorted(rows, key=lambda row: (-row["order"].severity, -row["count"]))


_CHANGES = {
    "inserted": Text("جديد", "New"),
    "changed": Text("تغيّر", "Changed"),
    "unchanged": Text("لم يتغير", "Unchanged"),
    "retired": Text("أُلغي", "Retired"),
    "reopened": Text("أُعيد فتحه", "Opened again"),
    "renumbered": Text("رقم تغيّر", "Numbers changed"),
}


def _changes(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"text": str(words), "count": report[name]}
        for name, words in _CHANGES.items()
        if isinstance(report.get(name), int)
    ]


@require_safe
@open_to(ADMIN)
def import_run(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one import: its progress, then its account and where the refused rows lie."""
    batch = _batch(public_id)
    may_swap = batch.dry_run and batch.state == ImportBatch.State.DONE

    def at(name: str) -> str:
        return reverse(f"home:{name}", args=[batch.public_id])

    context = {
        "run": _shown(batch),
        "report": batch.report,
        "verdicts": _verdicts(batch.report or {}),
        "changes": _changes(batch.report or {}),
        "status_url": at("import_status"),
        "refused_file_url": at("import_refused_file"),
        "report_file_url": at("import_report_file"),
        "swap_url": at("import_swap") if may_swap else "",
        "cancel_url": "" if batch.is_over or batch.cancel_asked else at("import_cancel"),
        "stopping": batch.cancel_asked and not batch.is_over,
        "config": map_config(request, refused_url=at("import_refused")),
    }
    return render(request, "imports/run.html", context)


@require_safe
@open_to(ADMIN)
def import_status(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """Tell how far an import is, in rows of its file."""
    batch = _batch(public_id)
    shown = _shown(batch)
    answer = {"state": shown["state"], "done": batch.done, "total": batch.total}
    return JsonResponse({**answer, "stage": shown["stage"] or None})


def _file(path: Path, *, name: str, kind: str) -> FileResponse:
    if not path.is_file():
        raise not_found()
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=kind)


@require_safe
@open_to(ADMIN)
def import_refused(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give the refused rows as GeoJSON for the map of the page."""
    path = folder_of(_batch(public_id)) / "refused.geojson"
    if not path.is_file():
        return JsonResponse({"type": "FeatureCollection", "features": []})
    return HttpResponse(path.read_bytes(), content_type="application/geo+json")


@require_safe
@open_to(ADMIN)
def import_refused_file(request: HttpRequest, public_id: UUID) -> FileResponse:
    """Give all refused rows with their attributes as GeoPackage."""
    batch = _batch(public_id)
    name = f"refused-{batch.kind}-{batch.public_id}.gpkg"
    path = folder_of(batch) / "refused.gpkg"
    return _file(path, name=name, kind="application/geopackage+sqlite3")


@require_safe
@open_to(ADMIN)
def import_report_file(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """Give the account of an import as JSON."""
    batch = _batch(public_id)
    if batch.report is None:
        raise not_found()
    answer = JsonResponse(batch.report, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="report-{batch.public_id}.json"'
    return answer


@require_POST
@open_to(ADMIN)
def import_swap(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make the swap that a dry run has tried, from the same stored file."""
    batch = _batch(public_id)
    if not batch.dry_run or batch.state != ImportBatch.State.DONE:
        raise not_found()
    made = swap_from(batch, by=request.user, at=timezone.now())
    return redirect("home:import_run", made.public_id)


@require_POST
@open_to(ADMIN)
def import_cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask an import to stop; nothing will have changed."""
    batch = _batch(public_id)
    if not batch.is_over:
        ImportBatch.objects.filter(pk=batch.pk).update(cancel_asked=True)
    return redirect("home:import_run", batch.public_id)
