"""What somebody who is about to report sees of the reports near by."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from geo_portal.reporting.panel import PHOTO_LIVES
from municipality.documents.links import link_to
from municipality.people.models import User
from municipality.reach import acting
from observations.duplicates import Alike
from observations.reports.heat import STATUS_WORDS
from observations.reports.known import known_to
from observations.reports.models import Category, Follower, Photo

ROUNDED_M = 10  # a distance to the metre, from three places, would be the place itself


@acting
def _photos(ids: Sequence[int]) -> dict[int, Photo]:
    """Return one released photo of each report that has one."""
    rows = Photo.objects.filter(observation__in=ids, shown=Photo.Shown.SHOWN, of_the_work=False)
    return {row.observation_id: row for row in rows.select_related("file").order_by("-pk")}


def shown_alike(
    found: Sequence[Alike], request: HttpRequest, *, at: dt.datetime
) -> list[dict[str, Any]]:
    """Write what anybody may know of; those behind a wadi or a dual road say so."""
    known = known_to(None, [one.observation_id for one in found], at=at)
    kept = [one for one in found if one.observation_id in known]
    ids = [one.observation_id for one in kept]
    names = Category.objects.in_bulk([one.category_id for one in kept])
    photos, following = _photos(ids), frozenset[int]()
    if isinstance(request.user, User):
        mine = Follower.objects.filter(person=request.user, observation__in=ids)
        following = frozenset(mine.values_list("observation_id", flat=True))
    return [
        {
            "id": str(one.public_id),
            "category": {
                "name_ar": names[one.category_id].name_ar,
                "name_en": names[one.category_id].name_en,
            },
            "reported_on": one.reported_on.isoformat(),
            "state": one.status.name.lower(),
            "state_ar": STATUS_WORDS[one.status].ar,
            "state_en": STATUS_WORDS[one.status].en,
            "distance_m": round(one.distance_m / ROUNDED_M) * ROUNDED_M,
            "photo": _link(photos.get(one.observation_id), at=at),
            "behind": one.behind and one.behind.value,
            "following": one.observation_id in following,
        }
        for one in kept
    ]  # fmt: skip


def _link(photo: Photo | None, *, at: dt.datetime) -> str | None:
    if photo is None or not photo.file.may_be_opened:
        return None
    return link_to(photo.file, None, at + PHOTO_LIVES, "small")
