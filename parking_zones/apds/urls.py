"""Addresses of APDS, by the names of the specification."""

from django.urls import path

from parking_zones.apds import views

app_name = "apds"

urlpatterns = [
    path("places", views.place_list, name="places"),
    path("places/<uuid:id_>", views.place, name="place"),
    path("rates", views.rate_list, name="rates"),
    path("rates/<uuid:id_>", views.rate, name="rate"),
    path("rights/specs", views.spec_list, name="specs"),
    path("rights/specs/<uuid:id_>", views.spec, name="spec"),
    path("rights/assigned", views.assigned_list, name="assigned"),
    path("quotes", views.quotes, name="quotes"),
]
