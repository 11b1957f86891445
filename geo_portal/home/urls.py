"""The pages, without their language prefix."""

from django.urls import include, path

from geo_portal.home import sign_in, verify_views, views

app_name = "home"

urlpatterns = [
    path("", views.plot_map, name="map"),
    path("zone/", views.zone, name="zone"),
    path("heat/", views.heat, name="heat"),
    path("search/", views.search, name="search"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("parts/", views.parts, name="parts"),
    path("verify/", verify_views.verify_start, name="verify_start"),
    path("verify/<str:code>", verify_views.verify, name="verify"),
    path("", include("geo_portal.home.urls_imports")),
    path("staff/calendar/", include("geo_portal.staff.urls_calendar")),
]
