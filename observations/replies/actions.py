"""Writing ready answers, and finding those that fit a report."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from municipality.actor import Actor
from municipality.cases.machine import PARTIES
from municipality.history.actions import record
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.words import Text
from observations.replies.models import Reply
from observations.reports.models import Category
from observations.reports.transitions import MACHINE

LONGEST = 1_000
GONE = Text("لا جواب جاهز بهذا الرقم.", "There is no such ready answer.")
BOTH = Text("اكتب الجواب بالعربية والإنجليزية.", "Write the answer in Arabic and in English.")
TOO_LONG = Text(f"الجواب أطول من {LONGEST} حرف.", f"The answer has more than {LONGEST} characters.")
NO_STEP = Text("اختر الخطوة من القائمة.", "Choose the step from the list.")
# The steps at which officers write words; that of a body outside has a form of its own.
STEPS = {
    edge.name: edge.act
    for edge in MACHINE.edges
    if edge.text is not None and not set(edge.by) & set(PARTIES) and edge.name != "forward"
}


@dataclass(frozen=True, slots=True)
class Wording:
    """A ready answer as it is entered: ``category`` None is every one."""

    edge: str
    category: Category | None
    ar: str
    en: str
    active: bool = True


@acting
def keep_reply(*, reply_id: int | None, wording: Wording, by: Actor, at: dt.datetime) -> Reply:
    """Add a ready answer, or word one anew; raises Problem 422 for what is none, 404 for no such.

    None is ever removed: one that is not active is offered no more.
    """
    ar, en = wording.ar.strip(), wording.en.strip()
    if wording.edge not in STEPS:
        raise bad_value("edge", NO_STEP)
    if not ar or not en:
        raise bad_value("ar", BOTH)
    if max(len(ar), len(en)) > LONGEST:
        raise bad_value("ar", TOO_LONG)
    row = Reply() if reply_id is None else _held(reply_id)
    row.edge, row.category, row.ar, row.en = wording.edge, wording.category, ar, en
    row.active = wording.active
    row.save()
    facts = {"edge": row.edge, "ar": ar, "en": en, "active": row.active}
    record(stream=f"reply/{row.pk}", act="keep", by=by, at=at, facts=facts)
    return row


def _held(reply_id: int) -> Reply:
    found = Reply.objects.select_for_update().filter(pk=reply_id).first()  # by key
    if found is None:
        raise Problem(404, "not_found", GONE)
    return found


def replies_for(*, category_id: int, edges: set[str]) -> list[Reply]:
    """Return what fits a report at these steps: those of its category before the general ones."""
    rows = Reply.objects.filter(
        Q(category=category_id) | Q(category=None), active=True, edge__in=edges
    )
    return sorted(rows, key=lambda row: (row.category_id is None, row.pk))
