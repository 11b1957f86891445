"""How far categories reach and which are kin, for a city whose categories were loaded before.

A category that stands is never loaded anew; these two facts came later than the categories.  They
are written where the row still has what the column began with and the log of the administration
names nobody who has set it: also who chose 50 m, or no kin, by hand keeps that.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.text import capfirst

from observations.reports.models import Category

FIELDS = ("footprint_m", "kin")
_COLUMNS = {field.name: field for field in Category._meta.fields if field.name in FIELDS}
_LABELS = {capfirst(str(field.verbose_name)): name for name, field in _COLUMNS.items()}


def _set_by_hand() -> set[tuple[int, str]]:
    """Return the categories (by id) and fields that somebody has set in the administration."""
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Category))
    found: set[tuple[int, str]] = set()
    for entry in entries:
        if entry.action_flag == ADDITION:
            found |= {(int(entry.object_id or 0), name) for name in FIELDS}
            continue
        try:
            told = json.loads(entry.change_message or "[]")
        except ValueError:  # words of another day: whoever wrote them may have set anything
            told = [{"changed": {"fields": list(_LABELS)}}]
        for part in told:
            fields = part.get("changed", {}).get("fields", [])
            found |= {(int(entry.object_id or 0), _LABELS[f]) for f in fields if f in _LABELS}
    return found


def fill_in(rows: Iterable[dict[str, Any]]) -> int:
    """Write what nobody has set, of ``rows`` by their ``code``; return how many categories."""
    wanted = {row["code"]: row for row in rows}
    by_hand = _set_by_hand()
    changed = 0
    for category in Category.objects.filter(code__in=wanted).select_for_update():
        told = wanted[category.code]
        new = [
            name
            for name in FIELDS
            if name in told
            and getattr(category, name) == _COLUMNS[name].get_default() != told[name]
            and (category.pk, name) not in by_hand
        ]
        for name in new:
            setattr(category, name, told[name])
        if new:
            category.save(update_fields=new)
            changed += 1
    return changed
