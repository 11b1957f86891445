"""Tiles and their descriptions."""

from django.urls import path

from maps import views

app_name = "maps"
urlpatterns = [
    path("<str:name>.json", views.layer_tilejson, name="tilejson"),
    path("<str:name>/<str:z>/<str:x>/<str:y>.mvt", views.layer_tile, name="tile"),
]
