"""Is the process alive, and is it ready to serve?"""

import os
import shutil

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from municipality.asked import today
from municipality.billing.reconciliation.jobs import overdue_now
from municipality.calendar.office_time import alarm
from municipality.calendar.queries import city_calendar
from municipality.jobs.queue import living_workers
from municipality.people.access import ANYONE, open_to
from observations.routing.coverage import all_gaps_and_overlaps

MIN_FREE_BYTES = 500_000_000  # below this, uploads and sorts fail


@require_safe
@open_to(ANYONE)
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process answers at all; it asks nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT postgis_lib_version()")
            version: str = cursor.fetchone()[0]
    except Error as error:
        return f"down: {type(error).__name__}"
    return f"ok: PostGIS {version}"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        return f"down: {type(error).__name__}"
    return f"{len(waiting)} wait" if waiting else "ok"


def _worker() -> str:
    try:
        alive = living_workers()
    except Error as error:
        return f"unknown: {type(error).__name__}"
    return f"ok: {alive}" if alive else "none alive: imports and releases wait"


def _calendar() -> str:
    """Say that the coming year is not filled; the portal is fit all the same."""
    try:
        year, lacks = alarm(city_calendar(), on=today())
    except Error as error:
        return f"unknown: {type(error).__name__}"
    return f"ok, but {year} lacks {', '.join(lacks)}" if lacks else "ok"


def _responsibilities() -> str:
    """Say that reports from some ground are nobody's; the portal is fit all the same."""
    try:
        found = all_gaps_and_overlaps(on=today())
    except Error as error:
        return f"unknown: {type(error).__name__}"
    gaps, shared = sum(len(one.gaps) for one in found), sum(len(one.overlaps) for one in found)
    if not gaps and not shared:
        return "ok"
    return f"ok, but {gaps} pieces of land are nobody's and {shared} are several bodies'"


def _disk() -> str:
    free = shutil.disk_usage(settings.MEDIA_ROOT.parent.parent).free
    return "ok" if free > MIN_FREE_BYTES else f"only {free // 1_000_000} MB free"


@require_safe
@open_to(ANYONE)
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations, worker and disk are fit, else 503 with what is not.

    The worker starts beside the web processes and asks none of them, so nothing that waits for
    this answer keeps it from coming.
    """
    parts = {
        "database": _database(),
        "migrations": _migrations(),
        "worker": _worker(),
        "calendar": _calendar(),
        "responsibilities": _responsibilities(),
        "disk": _disk(),
    }
    ready = all(part.startswith("ok") for part in parts.values())
    response = JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@open_to(ANYONE)
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for this machine only."""
    if request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1"):
        raise Http404
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum((state = 'active')::int) FROM pg_stat_activity")
        total, active = cursor.fetchone()
    with open("/proc/self/statm") as statm:
        resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    lines = [
        "# TYPE geo_database_connections gauge",
        f"geo_database_connections {total}",
        "# TYPE geo_database_connections_active gauge",
        f"geo_database_connections_active {active}",
        "# TYPE process_resident_memory_bytes gauge",
        f"process_resident_memory_bytes {resident}",
        "# TYPE geo_charges_unknown_overdue gauge",
        f"geo_charges_unknown_overdue {overdue_now()}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
