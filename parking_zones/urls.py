"""Addresses of parking for machines that are not of our own API."""

from django.urls import path

from parking_zones.curbs import views

app_name = "curbs"

urlpatterns = [
    path("curbs/zones", views.zones, name="zones"),
    path("curbs/zones/<uuid:curb_zone_id>", views.zone, name="zone"),
    path("curbs/areas", views.areas, name="areas"),
    path("curbs/policies", views.policies, name="policies"),
    path("curbs/spaces", views.not_implemented, name="spaces"),
    path("curbs/objects", views.not_implemented, name="objects"),
]
