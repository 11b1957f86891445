"""Which reports somebody who is no officer may know of: one rule for the near list and "me too"."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Q

from municipality.reach import acting
from observations.duplicates import CLOSED_DAYS
from observations.reports.following import ENDED
from observations.reports.models import Observation, Status, Submission
from observations.reports.public import public_reports


def _offered(at: dt.datetime) -> Q:
    """Return what anybody is offered who stands near: of a public kind, alive, not hidden.

    Nobody need have looked at it yet: without that a thing is reported ten times in its first hour.
    """
    lately = Q(status=Status.CLOSED, closed_at__gt=at - dt.timedelta(days=CLOSED_DAYS))
    not_hidden = ~Q(submission__shown=Submission.Shown.HIDDEN)
    return Q(category__public=True) & not_hidden & (~Q(status__in=ENDED) | lately)


@acting
def known_to(
    person_id: int | None, observation_ids: Collection[int], *, at: dt.datetime
) -> frozenset[int]:
    """Return those of some reports that a person, or with None anybody, may be told of at a moment.

    What is offered near by before sending, what the public is shown, and one's own.  The others
    are answered like reports that never were (decision 0089).
    """
    shown = public_reports(at).filter(pk__in=observation_ids)
    rule = _offered(at) | Q(pk__in=shown.values("pk"))
    if person_id is not None:
        rule |= Q(submission__person=person_id)
    rows = Observation.objects.filter(rule, pk__in=observation_ids)
    return frozenset(rows.values_list("pk", flat=True))
