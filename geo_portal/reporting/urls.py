"""Addresses of reports, without their language prefix."""

from django.urls import path

from geo_portal.reporting import views

app_name = "reporting"

urlpatterns = [
    path("observations/new/", views.new_report, name="new"),
]
