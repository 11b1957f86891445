"""Addresses of responsibilities, without their language prefix."""

from django.urls import path

from geo_portal.responsibilities import views

app_name = "responsibilities"

urlpatterns = [path("responsibilities/", views.responsibilities, name="grounds")]
