"""Addresses of parking, without their language prefix."""

from django.urls import path

from geo_portal.parking import rules_views

app_name = "parking"

urlpatterns = [path("zones/rules/", rules_views.rules_of_a_year, name="rules")]
