"""Imports of records: each is a batch with its totals, and can be taken back whole."""

import datetime as dt
from typing import Any

from django.db import connection, transaction

from municipality.importing.models import RecordBatch
from municipality.importing.registry import importer
from municipality.importing.spec import Job, NoSwap
from municipality.words import Text

NO_BATCH = Text("لا دفعة بهذا الرقم.", "There is no batch of this number.")
UNDONE = Text("أُلغيت هذه الدفعة من قبل.", "This batch was taken back before.")


def open_batch(job: Job) -> RecordBatch:
    """Write the batch of an import, inside its swap: a dry run takes it back with the rest."""
    return RecordBatch.objects.create(
        kind=job.kind, file_name=job.name[:200], sha256=job.options["sha256"], at=job.at
    )


def close_batch(cursor: Any, batch: RecordBatch, **counted: int) -> dict[str, Any]:
    """Keep the totals of an import with its batch: what it counted, and the row just asked for."""
    names = [column.name for column in cursor.description]
    asked = dict(zip(names, cursor.fetchone(), strict=True))
    totals = {"batch": batch.pk, **counted, **asked}
    batch.totals = totals
    batch.save(update_fields=["totals"])
    return totals


def check_nothing_stands_on(cursor: Any, batch: int, *, standing: str, why: Text) -> None:
    """Ask whether later rows stand on a batch; raises NoSwap that says why it is kept."""
    cursor.execute(standing, {"batch": batch})
    if cursor.fetchone()[0]:
        raise NoSwap("stands_on_it", why)


@transaction.atomic
def undo(batch_id: int, *, at: dt.datetime) -> dict[str, Any]:
    """Take back what an import of records did; returns what was done.

    Raises NoSwap for no such batch, one taken back before, or one that later rows stand on.
    """
    batch = RecordBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NoSwap("no_batch", NO_BATCH)
    if batch.undone_at is not None:
        raise NoSwap("undone_before", UNDONE)
    take_back = importer(batch.kind).undo
    if take_back is None:
        raise NoSwap("no_batch", NO_BATCH)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import:{batch.kind}"])
        done = take_back(cursor, batch.pk)
    batch.undone_at = at
    batch.save(update_fields=["undone_at"])
    return done
