"""The queue's own housekeeping."""

import datetime as dt

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from municipality.jobs.models import JobProgress, Turn

KEEP_DONE = dt.timedelta(days=7)
KEEP_FAILED = dt.timedelta(days=90)


def tidy() -> None:
    """Drop what is long over: done jobs after a week, failed ones after three months."""
    now = timezone.now()
    jobs = DBTaskResult.objects
    jobs.successful().filter(finished_at__lt=now - KEEP_DONE).delete()
    jobs.failed().filter(finished_at__lt=now - KEEP_FAILED).delete()
    going = jobs.filter(status__in=("READY", "RUNNING", "FAILED")).values("pk")
    JobProgress.objects.exclude(job_id__in=going).delete()
    Turn.objects.exclude(job_id__in=going).delete()
