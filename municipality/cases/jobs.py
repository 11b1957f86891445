"""What the clock does with cases: it escalates a breach once, and ends what nobody answered."""

import datetime as dt
import logging

from django.db import Error, transaction
from django.utils import timezone

from municipality.actor import SYSTEM, Actor
from municipality.cases.actions import CannotMove, move
from municipality.cases.kinds import machine_of
from municipality.cases.machine import SYSTEM as BY_SYSTEM
from municipality.cases.models import Case
from municipality.cases.worklist import hand_over_absent
from municipality.city_time import city_day
from municipality.history.actions import record

LOG = logging.getLogger("municipality.cases")
AT_ONCE = 500  # cases a turn; the next turn takes the rest


def watch_clocks() -> None:
    """Escalate, expire and hand over: the periodic job of the worker."""
    at = timezone.now()
    escalate(at=at)
    expire(at=at)
    hand_over_absent(on=city_day(at), by=SYSTEM, at=at)


def escalate(*, at: dt.datetime) -> int:
    """Write one escalation a breach into the history; returns how many were new.

    The supervisor's board lists what is escalated; a second turn finds nothing new.
    """
    late = Case.objects.filter(due_at__lt=at, escalated_at=None, closed_at=None)
    count = 0
    with transaction.atomic():
        for case in late.select_for_update(skip_locked=True).order_by("pk")[:AT_ONCE]:
            case.escalated_at = at
            case.save(update_fields=["escalated_at"])
            facts = {"state": case.state, "worker": case.worker, "claimed_by": case.claimed_by_id}
            record(stream=case.stream, act="escalate", by=SYSTEM, at=at, facts=facts)
            count += 1
    return count


def expire(*, at: dt.datetime) -> int:
    """End the cases whose applicant was asked and did not answer in time; returns how many.

    One that cannot be ended is said in the log and holds up no other.
    """
    ended = 0
    clock = Actor(person_id=None, name=SYSTEM.name, role=BY_SYSTEM)
    over = Case.objects.filter(expires_at__lt=at, closed_at=None).order_by("pk")
    for case in over[:AT_ONCE]:
        edges = machine_of(case.kind).edges_from(case.state)
        name = next((edge.name for edge in edges if BY_SYSTEM in edge.by), None)
        if name is None:
            continue
        try:
            move(case_id=case.pk, edge=name, by=clock, at=at, seen=case.moves)
            ended += 1
        except CannotMove:
            continue  # it moved meanwhile: the answer came after all
        except Error:
            raise  # of the database: the next turn goes on
        except Exception:
            LOG.exception("%s could not be ended", case.number)
    return ended
