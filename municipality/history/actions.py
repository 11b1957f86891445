"""Writing history: one call, inside the transaction of what it tells."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import connection

from municipality.actor import Actor

# No RETURNING, as the ORM would write: the writer may add to streams that it may not read.
ADD = """
INSERT INTO history_entry (stream, seq, at, person_id, person_name, role, act, facts, hash)
VALUES (%s, 0, %s, %s, %s, %s, %s, %s, '')
"""


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
    values: list[Any] = [stream, at, by.person_id, by.name, by.role, act, json.dumps(told)]
    with connection.cursor() as cursor:
        cursor.execute(ADD, values)
