"""Floors: Django views that run one statement each and nothing else."""

import os

import django
from django.conf import settings

from geo_portal.settings.environment import database, database_url

settings.configure(
    DATABASES={"default": database(database_url())},
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",
    USE_TZ=True,
    INSTALLED_APPS=[],
    MIDDLEWARE=[],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

SRID = int(os.environ["BENCH_SRID"])
SQL = (
    "SELECT zone_id FROM parking_zones_zoneversion WHERE ST_Covers(boundary, "
    f"ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), 4326), {SRID}))"
)


def zone(request: HttpRequest) -> JsonResponse:
    """Answer the id of the zone that covers a point."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, [float(request.GET["lon"]), float(request.GET["lat"])])
        row = cursor.fetchone()
    return JsonResponse({"id": row and row[0]})


def plot(request: HttpRequest) -> JsonResponse:
    """Answer a plot as the check of a site plan asks for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number, use_class, ST_AsBinary(boundary) FROM plots_plot "
            "WHERE id = %s AND valid @> current_date",
            [int(request.GET["id"])],
        )
        row = cursor.fetchone()
    return JsonResponse({"id": row and row[0]})


urlpatterns = [path("zone", zone), path("plot", plot)]
application = get_wsgi_application()
