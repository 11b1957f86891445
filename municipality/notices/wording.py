"""Wordings of templates: which one is in force, and an editor's change of it."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from municipality.actor import Actor
from municipality.history.actions import record
from municipality.notices.gsm import is_gsm, parts
from municipality.notices.models import Message, TemplateVersion
from municipality.notices.templates import Template, TemplateError, Wording, clean, registry
from municipality.problems import Problem
from municipality.words import Text

log = logging.getLogger("municipality.notices")
_UNKNOWN = Text("لا يوجد قالب بهذا الرمز.", "There is no template of this code.")
_MEANWHILE = Text(
    "حفظ شخص آخر صياغة جديدة قبل لحظات. راجعها ثم احفظ.",
    "Somebody saved another wording a moment ago. Look at it, then save.",
)


@dataclass(frozen=True, slots=True)
class Preview:
    """A wording in one language, filled, and what it costs so and at its longest."""

    language: str
    text: str
    parts: int
    longest_parts: int
    letters: int
    is_gsm: bool


def template_of(code: str) -> Template:
    """Return a template by its code; raises Problem 404."""
    found = registry().get(code)
    if found is None:
        raise Problem(404, "not_found", _UNKNOWN)
    return found


def versions(code: str) -> QuerySet[TemplateVersion]:
    """Return an editor's wordings of a template, the latest first."""
    return TemplateVersion.objects.filter(code=code).order_by("-version")


def current(code: str) -> Wording:
    """Return the wording in force: the latest saved one, else the one of the code.

    A saved wording whose fields the code no longer fills is passed over, and said in the log.
    Raises KeyError for an unknown code: that is a fault of the caller's code.
    """
    template = registry()[code]
    saved = versions(code).first()
    if saved is not None:
        try:
            template.check(saved.ar, saved.en)
        except TemplateError as error:
            log.warning("wording %s of %s is passed over: %s", saved.version, code, error)
        else:
            return Wording(template, saved.version, saved.ar, saved.en)
    return Wording(template, 0, template.ar, template.en)


def examples(code: str, *, most: int = 5) -> list[tuple[str, dict[str, str]]]:
    """Return the matters that a template last told of, with the values it was filled with."""
    rows = Message.objects.filter(template=code).exclude(about="").order_by("-queued_at")
    fields = set(template_of(code).longest)
    found = {row.about: row.values for row in rows[: 5 * most] if set(row.values) == fields}
    return list(found.items())[:most]


def preview(*, code: str, ar: str, en: str, values: Mapping[str, str]) -> list[Preview]:
    """Fill a wording that is not saved yet, in both languages.

    ``values`` stand in for the longest ones where they are given.  Raises TemplateError with
    the sentence that the editor reads, and Problem 404.
    """
    template = template_of(code)
    template.check(ar, en)
    shown = {**template.longest, **{name: clean(value) for name, value in values.items()}}
    found = []
    for language in ("ar", "en"):
        wording = Wording(template, 0, ar, en)
        text = wording.filled(language, shown)
        longest = wording.filled(language, template.longest)
        found.append(Preview(language, text, parts(text), parts(longest), len(text), is_gsm(text)))
    return found


def edit(*, code: str, ar: str, en: str, seen: int, by: Actor, at: dt.datetime) -> int:
    """Save a new wording and return its version; it holds for messages queued from now on.

    ``seen`` is the version that the editor had before them.  Raises TemplateError (fields,
    cost, letters), Problem 404, and Problem 409 where somebody saved meanwhile.
    """
    template = template_of(code)
    template.check(ar, en)
    latest = versions(code).first()
    before = latest.version if latest else 0
    if seen != before:
        raise Problem(409, "wording_meanwhile", _MEANWHILE)
    try:
        with transaction.atomic():
            TemplateVersion.objects.create(
                code=code, version=before + 1, ar=ar, en=en,
                person_id=by.person_id, person_name=by.name, at=at,
            )  # fmt: skip
            facts = {"version": before + 1, "ar": ar, "en": en}
            record(stream=f"template/{code}", act="reword", by=by, at=at, facts=facts)
    except IntegrityError:
        raise Problem(409, "wording_meanwhile", _MEANWHILE) from None
    return before + 1
