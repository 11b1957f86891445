"""What the page of a part of a report shows: what is asked, and the report without its sender."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from geo_portal.reporting.panel import photos_of
from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.cases.rights import Side, may_see
from observations.parts.models import Part
from observations.parts.transitions import KIND
from observations.reports.following import submission_of


def panel_of_part(
    case: Case, *, side: Side, person_id: int, actors: Sequence[Actor], at: dt.datetime
) -> dict[str, Any] | None:
    """Write what the page of a part shows: what is asked, and the report without its sender.

    None where the case is no part of a report.
    """
    if case.kind != KIND:
        return None
    row = Part.objects.select_related("whole", "body", "asked_by").get(case=case)
    submission = submission_of(row.whole)
    officer = side is Side.MUNICIPALITY
    return {
        "row": row,
        "submission": submission,
        "seen": submission.observation,
        "photos": photos_of(submission, person_id=person_id, officer=False, at=at),
        "may_open_whole": may_see(row.whole, actors, at=at),
        "others": Part.objects.filter(whole=row.whole).exclude(pk=row.pk).select_related("body"),
        "may_add_photo": officer and case.closed_at is None and row.whole.closed_at is None,
    }
