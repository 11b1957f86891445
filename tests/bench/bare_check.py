"""Floors of the inspector's check: one zone query and one INSERT; and the design of parkkihubi.

The second is rebuilt after City of Helsinki's parkkihubi (parkings/api/enforcement/check_parking.py):
zones by ``contains``, the area of permits by ``contains``, then the plate's rights one by one, each
with its own zone, and the check kept.  It runs on the same tables through Django's ORM, without
sign-in, serializers or permissions, which are dearer there than here.
"""

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

from django.contrib.gis.db import models  # noqa: E402
from django.contrib.gis.geos import Point  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

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


class Version(models.Model):
    zone_id = models.BigIntegerField()
    boundary = models.MultiPolygonField(srid=SRID)

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_zoneversion"


class Zone(models.Model):
    number = models.CharField(max_length=12)

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_zone"


class Ticket(models.Model):
    plate_key = models.CharField(max_length=24)
    zone = models.ForeignKey(Zone, null=True, on_delete=models.PROTECT)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_parkingticket"


class Permit(models.Model):
    zone = models.ForeignKey(Zone, null=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=12)

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_parkingpermit"


class Vehicle(models.Model):
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT)
    plate_key = models.CharField(max_length=24)

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_permitvehicle"


class Kept(models.Model):
    plate = models.CharField(max_length=24)
    zone_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    place = models.PointField(srid=SRID)

    class Meta:
        app_label, managed, db_table = "bench", False, "bench_check"


def _right(plate: str, zone: Zone | None) -> object:
    """Look at the rights of a plate one by one, as they come."""
    now = timezone.now()
    tickets = Ticket.objects.filter(plate_key=plate, starts_at__lte=now, ends_at__gte=now)
    for ticket in tickets:
        if zone is None or (ticket.zone is not None and ticket.zone.number <= zone.number):
            return ticket.ends_at
    for vehicle in Vehicle.objects.filter(plate_key=plate):
        if zone is not None and vehicle.permit.zone == zone:
            return "permit"
    return None


def theirs(request: HttpRequest) -> JsonResponse:
    """Answer as parkkihubi's design does."""
    asked = json.loads(request.body)
    plate = asked["plate"].upper().replace("-", "").replace(" ", "")
    point = Point(float(asked["lon"]), float(asked["lat"]), srid=4326)
    inside = Version.objects.filter(boundary__contains=point).order_by("-zone_id").first()
    zone = Zone.objects.get(pk=inside.zone_id) if inside else None
    Version.objects.filter(boundary__contains=point).first()  # the area of permits
    end = _right(f"OM-{plate[:-1]}-{plate[-1]}", zone)
    point.transform(SRID)
    Kept.objects.create(plate=plate, zone_id=zone and zone.pk, at=timezone.now(), place=point)
    return JsonResponse({"allowed": end is not None, "end_time": str(end)})


urlpatterns = [path("bare", bare), path("theirs", theirs)]
application = get_wsgi_application()
