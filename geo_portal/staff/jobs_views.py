"""The administrator's page of jobs: what waits, runs and failed, the schedules, the workers."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_tasks_db.models import DBTaskResult

from geo_portal.staff.calendar_year import lacking
from geo_portal.staff.job_words import words_for
from municipality.asked import today
from municipality.calendar.office_time import alarm
from municipality.calendar.queries import city_calendar
from municipality.documents import clamd
from municipality.history.actions import record
from municipality.jobs import queue
from municipality.jobs.models import JobProgress, Schedule
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of
from municipality.people.contact import without_contacts
from municipality.words import Text

ADMIN = "admin"
SHOWN = 50
LATE = 3  # times its interval, and a minute: then a schedule is said to be late


def _shown(job: Any, told: dict[uuid.UUID, JobProgress]) -> dict[str, Any]:
    progress = told.get(job.pk)
    traceback = without_contacts(job.traceback)
    last_line = traceback.strip().splitlines()[-1:]
    return {
        "job": job,
        "name": words_for(job.task_path),
        "worker": job.worker_ids[-1].rpartition(":")[2] if job.worker_ids else "",
        "attempts": len(job.worker_ids),
        "progress": progress,
        "stage": str(Text(progress.stage_ar, progress.stage_en)) if progress else "",
        "error": last_line[0][:300] if last_line else "",
        "traceback": traceback,
    }


def _jobs(status: str, *order: str) -> list[dict[str, Any]]:
    jobs = list(DBTaskResult.objects.filter(status=status).order_by(*order, "pk")[:SHOWN])
    told = JobProgress.objects.in_bulk([job.pk for job in jobs])
    return [_shown(job, told) for job in jobs]


def _schedules(at: dt.datetime) -> list[dict[str, Any]]:
    ran = Schedule.objects.in_bulk(list(settings.PERIODIC))
    found = []
    for dotted, every_s in settings.PERIODIC.items():
        row = ran.get(dotted)
        late = dt.timedelta(seconds=LATE * every_s + 60)
        found.append(
            {
                "name": words_for(dotted),
                "dotted": dotted,
                "every_s": every_s,
                "row": row,
                "error": without_contacts(row.error) if row is not None else "",
                "late": row is not None and at - row.ran_at > late,
            }
        )
    return found


@require_safe
@open_to(ADMIN)
def jobs(request: HttpRequest) -> HttpResponse:
    """Show the queue as it stands now."""
    year, lacks = alarm(city_calendar(), on=today())
    context = {
        "at": timezone.now(),
        "workers": queue.living_numbers(),
        "waiting": _jobs("READY", "-priority", "run_after"),
        "waiting_count": DBTaskResult.objects.filter(status="READY").count(),
        "running": _jobs("RUNNING", "started_at"),
        "failed": _jobs("FAILED", "-finished_at"),
        "schedules": _schedules(timezone.now()),
        "unfilled_year": year if lacks else None,
        "lacking": lacking(city_calendar(), year) if lacks else [],
        "scanner": clamd.is_on(),
    }
    response = render(request, "staff/jobs.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@open_to(ADMIN)
def job_again(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Let a failed job begin anew."""
    now = timezone.now()
    if not queue.run_again(job_id, at=now):
        raise not_found()
    record(stream=f"job/{job_id}", act="run_again", by=actor_of(request, ADMIN), at=now)
    return redirect("home:jobs")


@require_POST
@open_to(ADMIN)
def job_stop(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Ask a running job to stop at its next report; what it did is taken back."""
    if not queue.ask_to_stop(job_id):
        raise not_found()
    by, now = actor_of(request, ADMIN), timezone.now()
    record(stream=f"job/{job_id}", act="stop", by=by, at=now)
    return redirect("home:jobs")
