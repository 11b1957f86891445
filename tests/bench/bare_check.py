"""The floor of the inspector's check: a bare view with one zone query and one INSERT."""

import json
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
    INSTALLED_APPS=["django.contrib.gis"],
    MIDDLEWARE=[],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

SRID = int(os.environ["BENCH_SRID"])
PLACE = f"ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), 4326), {SRID})"
SQL = f"SELECT zone_id FROM parking_zones_zoneversion WHERE ST_Covers(boundary, {PLACE})"
KEEP = f"INSERT INTO bench_check (plate, zone_id, at, place) VALUES (%s, %s, now(), {PLACE})"


def bare(request: HttpRequest) -> JsonResponse:
    """Ask for the zone, keep the question, and answer."""
    asked = json.loads(request.body)
    place = [float(asked["lon"]), float(asked["lat"])]
    with connection.cursor() as cursor:
        cursor.execute(SQL, place)
        row = cursor.fetchone()
        cursor.execute(KEEP, [asked["plate"], row and row[0], *place])
    return JsonResponse({"zone": row and row[0]})


urlpatterns = [path("bare", bare)]
application = get_wsgi_application()
