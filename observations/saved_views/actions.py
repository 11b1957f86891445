"""Keeping, finding and forgetting views of the heat page.

A view is a person's own habit and no record of the municipality: it is not written to the history.
"""

import datetime as dt
import uuid
from urllib.parse import parse_qsl, urlencode

from django.db.models import Case, Q, QuerySet, When

from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.words import Text
from observations.reports.heat_request import FILTERS
from observations.saved_views.models import SavedView

MOST = 50  # of one person
LONGEST_NAME, LONGEST_QUERY = 80, 8_000
# What the page itself keeps in its address, beside the filters of the heat.
OF_THE_PAGE = ("cell_m", "look", "by", "against", "before_from", "before_to")
KNOWN = frozenset((*FILTERS, *OF_THE_PAGE))
NO_NAME = Text(
    f"اكتب اسمًا من 1 إلى {LONGEST_NAME} حرفًا.", f"Give a name of 1 to {LONGEST_NAME} characters."
)
TOO_LONG = Text(
    "العرض أطول من أن يُحفظ: بسّط الشكل المرسوم.",
    "The view is too long to keep: draw a simpler shape.",
)
UNKNOWN = Text("في العرض ما لا تعرفه الصفحة: {names}.", "The page does not know: {names}.")
FULL = Text(
    f"لديك {MOST} عرضًا محفوظًا، وهو الحد. احذف واحدًا.",
    f"You have {MOST} saved views, the most there can be. Remove one.",
)
GONE = Text("لا عرض محفوظ بهذا الرقم.", "There is no such saved view.")


def _query(text: str) -> str:
    """Return the query as it is kept: known names once each, in their order; raises Problem 422."""
    pairs = parse_qsl(text.removeprefix("?"), keep_blank_values=True)
    unknown = sorted({name[:40] for name, _ in pairs} - KNOWN)
    if unknown:
        raise bad_value("query", UNKNOWN.with_values(names=", ".join(unknown[:3])))
    kept = urlencode(dict(pairs))
    if len(kept) > LONGEST_QUERY:
        raise bad_value("query", TOO_LONG)
    return kept


@acting
def keep_view(*, person_id: int, name: str, query: str, shared: bool, at: dt.datetime) -> SavedView:
    """Keep a view under a name; one of the same name is replaced.  Raises Problem 409 or 422."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise bad_value("name", NO_NAME)
    kept = _query(query)
    mine = SavedView.objects.filter(owner=person_id)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        raise Problem(409, "too_many_views", FULL)
    row, _ = SavedView.objects.update_or_create(
        owner_id=person_id, name=name, defaults={"query": kept, "shared": shared, "saved_at": at}
    )
    return row


def views_for(*, person_id: int) -> QuerySet[SavedView]:
    """Return a person's own views and those that others share, his own first."""
    seen = SavedView.objects.filter(Q(owner=person_id) | Q(shared=True)).select_related("owner")
    others = Case(When(owner=person_id, then=0), default=1)
    return seen.order_by(others, "name", "id")


def view_of(public_id: uuid.UUID, *, person_id: int) -> SavedView:
    """Return a view that a person may see; raises Problem 404."""
    found = views_for(person_id=person_id).filter(public_id=public_id).first()
    if found is None:
        raise Problem(404, "not_found", GONE)
    return found


@acting
def forget_view(public_id: uuid.UUID, *, person_id: int) -> None:
    """Remove one's own view; raises Problem 404 for another's."""
    gone, _ = SavedView.objects.filter(public_id=public_id, owner=person_id).delete()
    if not gone:
        raise Problem(404, "not_found", GONE)
