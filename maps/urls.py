"""Tiles and their descriptions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
