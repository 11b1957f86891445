"""The pages, without their language prefix."""

from django.urls import path

from geo_portal.home import views

app_name = "home"

urlpatterns = [
    path("", views.plot_map, name="map"),
    path("zone/", views.zone, name="zone"),
    path("heat/", views.heat, name="heat"),
    path("search/", views.parts, name="search"),
    path("imports/", views.parts, name="imports"),
    path("sign-in/", views.parts, name="sign_in"),
    path("sign-out/", views.parts, name="sign_out"),
    path("parts/", views.parts, name="parts"),
]
