"""What the import form sends, checked field by field; the file is kept, never opened, here."""

import datetime as dt
import re
from dataclasses import dataclass, field

from django.http import HttpRequest

from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.documents.file_gate import Unreadable
from municipality.documents.store import keep
from municipality.importing.mapping import MappingError, parse_map
from municipality.importing.models import ImportBatch
from municipality.importing.registry import KINDS, importer
from municipality.words import Text

MAX_MAPPING_BYTES = 200_000
_THEME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAMES = ("kind", "theme", "source_crs", "layer", "on")
CHOOSE_KIND = Text("اختر ما في الملف.", "Choose what the file holds.")
WRITE_THEME = Text(
    "اكتب موضوع الطبقة بأحرف لاتينية صغيرة.", "Write the theme in small Latin letters."
)
CHOOSE_SYSTEM = Text("اختر نظامًا من القائمة.", "Choose a system of the list.")
CHOOSE_FILE = Text("اختر ملفًا.", "Choose a file.")
TOO_LONG = Text("ملف ربط الأعمدة أكبر من المسموح.", "The mapping file is too large.")
WRONG_DAY = Text("اكتب التاريخ هكذا: 2026-01-31.", "Write the day like 2026-01-31.")


@dataclass(slots=True)
class Form:
    """The import to ask for, or what is wrong with each field."""

    batch: ImportBatch | None = None
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


def _mapping(request: HttpRequest, form: Form, kind: str, theme: str) -> str:
    file = request.FILES.get("mapping")
    if file is None:
        return ""
    if (file.size or 0) > MAX_MAPPING_BYTES:
        form.errors["mapping"] = str(TOO_LONG)
        return ""
    try:
        text: str = file.read().decode("utf-8")
        known = [one.name for one in importer(kind, theme=theme).fields]
        parse_map(text, name="mapping", known=known)
    except (UnicodeDecodeError, MappingError) as error:
        form.errors["mapping"] = str(error)[:300]
        return ""
    return text


def _system(form: Form) -> int | None:
    text = form.values["source_crs"]
    if not text:
        return None
    if text not in map(str, PROFILE.systems):
        form.errors["source_crs"] = str(CHOOSE_SYSTEM)
        return None
    return int(text)


def _day(form: Form, at: dt.datetime) -> dt.date:
    text = form.values["on"]
    try:
        return dt.date.fromisoformat(text) if text else city_day(at)
    except ValueError:
        form.errors["on"] = str(WRONG_DAY)
        return at.date()


def read_form(request: HttpRequest, *, at: dt.datetime) -> Form:
    """Read the form; with no error the file has been kept and ``batch`` is ready to be asked."""
    form = Form(values={name: request.POST.get(name, "").strip()[:200] for name in _NAMES})
    form.values["dry_run"] = request.POST.get("dry_run", "")
    kind, theme = (
        form.values["kind"],
        form.values["theme"] if form.values["kind"] == "layer" else "",
    )
    if kind not in KINDS:
        form.errors["kind"] = str(CHOOSE_KIND)
    if kind == "layer" and not _THEME.fullmatch(theme):
        form.errors["theme"] = str(WRITE_THEME)
    system, day = _system(form), _day(form, at)
    mapping = "" if form.errors else _mapping(request, form, kind, theme)
    file = request.FILES.get("file")
    if file is None:
        form.errors["file"] = str(CHOOSE_FILE)
    if form.errors or file is None:
        return form
    try:
        digest, size = keep(file.chunks())
    except Unreadable as refusal:
        form.errors["file"] = str(refusal.words)
        return form
    form.batch = ImportBatch(
        kind=kind,
        theme=theme,
        file_name=(file.name or "file")[:200],
        sha256=digest,
        size=size,
        layer=form.values["layer"],
        source_crs=system,
        mapping=mapping,
        dry_run=bool(form.values["dry_run"]),
        on=day,
        by=request.user if request.user.is_authenticated else None,
        asked_at=at,
    )
    return form
