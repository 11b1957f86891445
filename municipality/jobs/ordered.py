"""Jobs of one key, one at a time and in the order they were put in."""

from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django_tasks_db.models import DBTaskResult

from municipality.jobs.models import Turn

LOCK_CLASS = 0x6B6579  # "key": the first key of the locks on keys
NOT_OVER = ("READY", "RUNNING")


def enqueue_in_order(task: Any, key: str, *args: Any, **kwargs: Any) -> Any:
    """Put a job behind all others of its key, in the caller's transaction; returns its result.

    The key is locked until the transaction ends, so that the order of the queue is the
    order of the commits.  A job that is tried again holds the others up until it ends.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, key])
        result = task.enqueue(*args, **kwargs)
        Turn.objects.create(key=key, job_id=result.id)
    return result


def waits_for_another() -> Exists:
    """Make the condition on a job that one of its key is before it and not over."""
    before = DBTaskResult.objects.filter(
        status__in=NOT_OVER,
        pk__in=Turn.objects.filter(
            key=OuterRef(OuterRef("key")), pk__lt=OuterRef(OuterRef("pk"))
        ).values("job_id"),
    )
    return Exists(Turn.objects.filter(Exists(before), job_id=OuterRef("pk")))
