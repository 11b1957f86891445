"""Writing history: one call, inside the transaction of what it tells."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from municipality.actor import Actor
from municipality.history.models import Entry


def record(
    *, stream: str, act: str, by: Actor, at: dt.datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Add one act to a stream; the database numbers it and chains it to the one before.

    ``stream`` is ``kind/id`` (``case/42``, ``bill/7``); ``facts`` are plain JSON values, never
    secrets and never more of a person than the act needs.
    """
    told: dict[str, Any] = dict(facts or {})
    if by.for_person_id is not None:
        told["for_person"] = by.for_person_id
    Entry.objects.bulk_create(  # no RETURNING: the writer needs nothing back
        [
            Entry(
                stream=stream, at=at, person_id=by.person_id, person_name=by.name,
                role=by.role, act=act, facts=told,
            )
        ]
    )  # fmt: skip
