"""How long things stay: one rule a class, kept by a job, each forgetting told in the history.

Other apps that hold rows of a class register a callable in ``settings.RETENTION`` (wiring):
``callable(before: datetime, at: datetime) -> int`` cleans what is older and returns how much.
"""

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from municipality.actor import SYSTEM
from municipality.documents.models import Picture, RetentionRule, StoredFile
from municipality.history.actions import record
from municipality.reach import acting

log = logging.getLogger("municipality.documents")


class NotAllKept(Exception):
    """One or more rules could not be kept this time; the next turn tries again."""


@acting
def subject_ended(*, about: str, at: dt.datetime) -> None:
    """Begin the time of keeping for the files of a subject (``case/42``) that has ended."""
    StoredFile.objects.filter(about=about, keep_from__isnull=True).update(keep_from=at)


@acting
def subject_reopened(*, about: str) -> None:
    """Stop the time of keeping for the files of a case that runs again."""
    StoredFile.objects.filter(about=about, removed_at__isnull=True).update(keep_from=None)


def forget_files(code: str, *, before: dt.datetime, at: dt.datetime) -> int:
    """Let go of the files of a class whose time is over; returns how many.

    The row stays with its hash, without the sender's name for the file and without what a photo
    says of itself; the pictures made of it end with it.  The bytes, which another row may name
    too, go with the next sweep.
    """
    over = StoredFile.objects.filter(retention=code, keep_from__lt=before, removed_at__isnull=True)
    # Locked first: else a picture could be made between the two statements and outlive its photo.
    gone = list(over.select_for_update().values_list("pk", flat=True))
    Picture.objects.filter(file__in=gone, ended_at__isnull=True).update(ended_at=at)
    return StoredFile.objects.filter(pk__in=gone).update(removed_at=at, name="", photo_facts=None)


@acting
def keep_rule(rule: RetentionRule, *, at: dt.datetime) -> int:
    """Keep one rule; returns how many files and rows were forgotten."""
    before = at - dt.timedelta(days=rule.keep_days)
    files = forget_files(rule.code, before=before, at=at)
    handler = settings.RETENTION.get(rule.code)
    rows = import_string(handler)(before=before, at=at) if handler else 0
    if files or rows:
        told = {"files": files, "rows": rows, "before": before.isoformat(), "source": rule.source}
        record(stream=f"retention/{rule.code}", act="forget", by=SYSTEM, at=at, facts=told)
    return int(files + rows)


def keep_rules(*, at: dt.datetime) -> dict[str, int]:
    """Keep every rule, each in a transaction of its own; raises NotAllKept at the end."""
    done, failed = {}, []
    for rule in RetentionRule.objects.order_by("code"):
        try:
            with transaction.atomic():
                done[rule.code] = keep_rule(rule, at=at)
        except Exception:  # one class must not hold up the others; said at the end
            log.exception("retention of %s", rule.code)
            failed.append(rule.code)
    if failed:
        raise NotAllKept(", ".join(failed))
    return done
