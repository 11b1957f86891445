"""The pages, without their language prefix."""

from django.urls import include, path

from geo_portal.home import files_views, verify_views, views
from geo_portal.home import sign_in_views as sign_in

app_name = "home"

urlpatterns = [
    path("", views.plot_map, name="map"),
    path("zone/", views.zone, name="zone"),
    path("heat/", views.heat, name="heat"),
    path("search/", views.search, name="search"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/phone/", sign_in.by_phone, name="sign_in_phone"),
    path("sign-in/staff/", sign_in.by_password, name="sign_in_staff"),
    path("sign-in/code/", sign_in.code, name="sign_in_code"),
    path("sign-in/whose/", sign_in.doubt, name="sign_in_doubt"),
    path("sign-in/again", sign_in.send_again, name="sign_in_again"),
    path("sign-in/enrol/", sign_in.enrol, name="sign_in_enrol"),
    path("sign-in/name/", sign_in.name, name="sign_in_name"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("parts/", views.parts, name="parts"),
    path("files/<str:token>", files_views.file, name="file"),
    path("verify/", verify_views.verify_start, name="verify_start"),
    path("verify/<str:code>", verify_views.verify, name="verify"),
    path("", include("geo_portal.home.urls_imports")),
    path("jobs/", include("geo_portal.staff.urls_jobs")),
    path("staff/calendar/", include("geo_portal.staff.urls_calendar")),
    path("", include("geo_portal.staff.urls_messages")),
]
