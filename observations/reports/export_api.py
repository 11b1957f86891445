"""Files of the heat: written while the asker waits, or by a job and fetched when ready.

A planner has one file in the queue at a time (the database sees to it); files are forgotten
after a day.  The public's files are small and always written at once.
"""

import datetime as dt
import time
import uuid
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone, translation
from django_tasks import task

from maps.heat.exports import FORMATS, export
from maps.heat.geojson import cells_touching
from maps.heat.lattice import window_of_bbox
from maps.heat.models import HeatExport
from municipality.asked import today
from municipality.moments import utc_text
from municipality.people.access import not_found
from municipality.problems import Problem
from municipality.words import Text
from observations.reports import heat_request
from observations.reports.api_answers import about, cache_of, refuse_too_many

MAX_EXPORTED = {kind: 500_000 for kind in FORMATS} | {"html": 20_000}
# Cells that are written while the asker waits; measured on two loaded cores, well under 10 s.
AT_ONCE = {
    "geojson": 150_000, "csv": 200_000, "gpkg": 10_000, "parquet": 150_000, "tif": 60_000,
    "png": 60_000, "html": 5_000,
}  # fmt: skip
WAIT_S = 10.0
LOOK_S = 0.25
KEPT_FOR = dt.timedelta(days=1)
LOST_AFTER = dt.timedelta(hours=1)  # a job that long in coming will not come
RETRY_S = "5"
ONE_AT_A_TIME = Text(
    "لك ملف آخر قيد الإعداد: انتظر حتى يجهز.",
    "Another file of yours is being written: wait for it.",
)
LOST = Text("تعذر إعداد الملف. اطلبه من جديد.", "The file could not be written. Ask for it again.")


@dataclass(frozen=True, slots=True)
class File:
    """One written file."""

    name: str
    media_type: str
    body: bytes
    cache: str


def counted_for(request: HttpRequest, kind: str) -> tuple[heat_request.Asked, int]:
    """Read the question and count its cells; raises Problem."""
    found = heat_request.read(request, "bbox", "cell_m")
    level = heat_request.cell_size(request, found.heat, default=800)
    cells = found.heat.cells(
        level=level, window=window_of_bbox(heat_request.bbox(request), level=level)
    )
    return found, len(cells.x)


def written(request: HttpRequest, kind: str) -> File:
    """Write the file of a question; raises Problem."""
    found = heat_request.read(request, "bbox", "cell_m")
    level = heat_request.cell_size(request, found.heat, default=800)
    box = heat_request.bbox(request)
    counted = found.heat.cells(level=level, window=window_of_bbox(box, level=level))
    counted, _, _ = cells_touching(counted, box)
    refuse_too_many(counted, MAX_EXPORTED[kind])
    facts = about(found, counted, box)
    since, last = found.heat.first_day, found.heat.last_day
    if since or last:
        facts["period"] = f"{since or '…'} – {last or '…'}"
    media_type, body = export(kind, counted, found.measure, facts)
    name = f"heat-{counted.cell_m}m-{today():%Y%m%d}.{kind}"
    return File(name, media_type, body, cache_of(found))


def as_answer(file: File) -> HttpResponse:
    """Answer a file."""
    response = HttpResponse(file.body, content_type=file.media_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["Cache-Control"] = file.cache
    return response


@task()
def write_export(export_id: str) -> str:
    """Write a file that was put in the queue; done twice, it is the same file."""
    row = HeatExport.objects.get(pk=export_id)
    if row.state != "waiting":
        return row.state
    request = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(row.question)
    request.user = get_user_model().objects.get(pk=row.person_id)
    waiting = HeatExport.objects.filter(pk=export_id, state="waiting")
    try:
        with translation.override(row.language):
            file = written(request, row.kind)
    except Problem as refused:
        waiting.update(state="failed", failure_ar=refused.detail.ar, failure_en=refused.detail.en)
        return "failed"
    waiting.update(state="ready", name=file.name, media_type=file.media_type, data=file.body)
    return "ready"


def _put_in(request: HttpRequest, kind: str, *, at: dt.datetime) -> HeatExport:
    """Put a question in the queue, or find it there; raises Problem 409 behind another one."""
    person = int(request.user.pk or 0)
    mine = HeatExport.objects.filter(person_id=person, state="waiting")
    mine.filter(asked_at__lt=at - LOST_AFTER).update(
        state="failed", failure_ar=LOST.ar, failure_en=LOST.en
    )
    question = request.GET.urlencode()
    try:
        with transaction.atomic():
            row = HeatExport.objects.create(
                person_id=person, kind=kind, question=question, asked_at=at,
                language=translation.get_language() or "ar",
            )  # fmt: skip
            write_export.enqueue(str(row.pk))
    except IntegrityError:
        before = mine.first()
        if before is None:  # it ended in this moment
            return _put_in(request, kind, at=at)
        if (before.kind, before.question) != (kind, question):
            extra = {"location": address_of(before.pk)}
            raise Problem(409, "export_waiting", ONE_AT_A_TIME, extra=extra) from None
        return before
    return row


def address_of(export_id: uuid.UUID) -> str:
    """Return where a file in the queue is fetched."""
    return f"/api/heat/exports/{export_id}"


def _state_of(row: HeatExport) -> HttpResponse:
    """Answer the file, that it is still being written, or why it was not."""
    if row.state == "ready":
        return as_answer(File(row.name, row.media_type, bytes(row.data or b""), "no-store"))
    if row.state == "failed":
        raise Problem(422, "export_failed", Text(row.failure_ar, row.failure_en))
    response = HttpResponse(status=202)
    response["Location"] = address_of(row.pk)
    response["Retry-After"] = RETRY_S
    response["Cache-Control"] = "no-store"
    response["X-Asked-At"] = utc_text(row.asked_at)
    return response


def exported_later(request: HttpRequest, kind: str) -> HttpResponse:
    """Let a job write the file; answer it within WAIT_S, else 202 with where it will be."""
    row = _put_in(request, kind, at=timezone.now())
    until = time.monotonic() + WAIT_S
    while row.state == "waiting" and time.monotonic() < until:
        time.sleep(LOOK_S)
        row.refresh_from_db()
    return _state_of(row)


def fetched(person_id: int, export_id: uuid.UUID) -> HttpResponse:
    """Answer a file in the queue to who asked for it; raises Problem 404 for anyone else."""
    row = HeatExport.objects.filter(pk=export_id, person_id=person_id).first()
    if row is None:
        raise not_found()
    return _state_of(row)


def forget_old(*, at: dt.datetime) -> int:
    """Delete the files of more than a day ago; return how many."""
    return HeatExport.objects.filter(asked_at__lt=at - KEPT_FOR).delete()[0]
