"""The check of City of Helsinki's parkkihubi, its design rebuilt on our tables with its framework.

After parkings/api/enforcement/check_parking.py and its settings: middleware, key of an API,
permission of an enforcer and serializer by Django REST framework; the payment zone and the area of
permits by ``contains``; the plate's rights one by one, each with its own zone; where none is good,
the same once more for what was good a quarter of an hour ago; the check kept.  ``/bare`` is the
same without the framework, sign-in and second look.
"""

import datetime as dt
import json
import os

import django
from django.conf import settings

SRID = int(os.environ["BENCH_SRID"])
settings.configure(
    DATABASES={
        "default": {"ENGINE": "django.contrib.gis.db.backends.postgis", "CONN_MAX_AGE": None}
        | json.loads(os.environ["BENCH_DATABASE"])
    },
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
        "django.contrib.messages", "django.contrib.gis", "rest_framework",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "django.middleware.security.SecurityMiddleware",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)  # fmt: skip
django.setup()

from django.contrib.gis.db import models  # noqa: E402
from django.contrib.gis.geos import Point  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402
from rest_framework.authentication import TokenAuthentication  # noqa: E402
from rest_framework.permissions import BasePermission  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402

GRACE = dt.timedelta(minutes=15)


class Account(models.Model):
    is_authenticated = True
    username = models.CharField(max_length=150)
    is_active = models.BooleanField()

    class Meta:
        app_label, managed, db_table = "bench", False, "people_user"


class Token(models.Model):
    key = models.CharField(max_length=40, primary_key=True)
    user = models.ForeignKey(Account, on_delete=models.PROTECT)

    class Meta:
        app_label, managed, db_table = "bench", False, "bench_token"


class Enforcer(models.Model):
    user = models.OneToOneField(Account, on_delete=models.PROTECT)

    class Meta:
        app_label, managed, db_table = "bench", False, "bench_enforcer"


class Zone(models.Model):
    number = models.CharField(max_length=12)

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_zone"


class Version(models.Model):
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT)
    boundary = models.MultiPolygonField(srid=SRID)

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_zoneversion"


class Ticket(models.Model):
    plate_key = models.CharField(max_length=24)
    zone = models.ForeignKey(Zone, null=True, on_delete=models.PROTECT)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_parkingticket"


class Permit(models.Model):
    ends_on = models.DateField()

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_parkingpermit"


class Vehicle(models.Model):
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT)
    zone = models.ForeignKey(Zone, null=True, on_delete=models.PROTECT)
    plate_key = models.CharField(max_length=24)

    class Meta:
        app_label, managed, db_table = "bench", False, "parking_zones_permitvehicle"


class Kept(models.Model):
    performer_id = models.BigIntegerField(null=True)
    plate = models.CharField(max_length=24)
    zone_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    place = models.PointField(srid=4326)
    result = models.JSONField(null=True)

    class Meta:
        app_label, managed, db_table = "bench", False, "bench_kept"


class ByKey(TokenAuthentication):
    keyword = "ApiKey"
    model = Token


class IsEnforcer(BasePermission):
    def has_permission(self, request: Request, view: object) -> bool:
        try:
            return bool(request.user.enforcer)
        except (Enforcer.DoesNotExist, AttributeError):
            return False


class Place(serializers.Serializer):
    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)


class Question(Place):
    plate = serializers.CharField(max_length=20)
    at = serializers.DateTimeField(required=False)


def normal(plate: str) -> str:
    plain = plate.upper().replace("-", "").replace(" ", "")
    return f"OM-{plain[:-1]}-{plain[-1]}"


def zone_of(place: Point) -> Zone | None:
    found = Version.objects.filter(boundary__contains=place).select_related("zone")
    first = found.order_by("-zone__number")[:1].first()
    return first and first.zone


def right_of(
    plate: str, zone: Zone | None, area: Zone | None, at: dt.datetime
) -> tuple[str | None, object]:
    tickets = Ticket.objects.filter(plate_key=plate, starts_at__lte=at, ends_at__gte=at)
    for ticket in tickets.only("id", "zone", "ends_at"):
        if zone is None or (ticket.zone is not None and ticket.zone.number <= zone.number):
            return "parking", ticket.ends_at
    if area is not None:
        permits = Vehicle.objects.filter(plate_key=plate, zone=area, permit__ends_on__gte=at.date())
        end = permits.values_list("permit__ends_on", flat=True).first()
        if end:
            return "permit", end
    return None, None


class Check(generics.GenericAPIView):
    authentication_classes = (ByKey,)
    permission_classes = (IsEnforcer,)
    serializer_class = Question

    def post(self, request: Request) -> Response:
        """Answer as theirs does."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        at, plate = told.get("at") or timezone.now(), normal(told["plate"])
        place = Point(told["lon"], told["lat"], srid=4326)
        metric = place.transform(SRID, clone=True)
        zone, area = zone_of(metric), zone_of(metric)
        by, end = right_of(plate, zone, area, at)
        if by is None:
            _, end = right_of(plate, zone, area, at - GRACE)
        result = {
            "allowed": by is not None, "end_time": str(end), "time": str(at),
            "location": {"payment_zone": zone and zone.number, "permit_area": area and area.number},
        }  # fmt: skip
        Kept.objects.create(
            performer_id=request.user.pk, plate=plate, zone_id=zone and zone.pk, at=at,
            place=place, result=result,
        )  # fmt: skip
        return Response(result)


def bare(request: HttpRequest) -> JsonResponse:
    """Ask the same without framework, sign-in and second look."""
    asked = json.loads(request.body)
    at, plate = timezone.now(), normal(asked["plate"])
    place = Point(float(asked["lon"]), float(asked["lat"]), srid=4326)
    metric = place.transform(SRID, clone=True)
    zone, area = zone_of(metric), zone_of(metric)
    by, end = right_of(plate, zone, area, at)
    Kept.objects.create(plate=plate, zone_id=zone and zone.pk, at=at, place=place)
    return JsonResponse({"allowed": by is not None, "end_time": str(end)})


bare.csrf_exempt = True  # type: ignore[attr-defined]
urlpatterns = [path("check", Check.as_view()), path("bare", bare)]
application = get_wsgi_application()
