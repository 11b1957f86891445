"""Every address of the platform, in one place: machines first, then pages in two languages."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from geo_portal.api import api
from geo_portal.home import basemap, health, pki_views, problem_codes
from geo_portal.parking import inspect_views

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/", api.urls),
    path("tiles/", include("maps.urls")),
    path("cds/", include("parking_zones.urls")),
    path("apds/", include("parking_zones.apds.urls")),
    path("sw.js", inspect_views.service_worker, name="service_worker"),
    path("manifest.webmanifest", inspect_views.manifest, name="manifest"),
    path("basemap.pmtiles", basemap.basemap, name="basemap"),
    path("pki/<slug:city>.crl", pki_views.revocation_list, name="revocation_list"),
    path("pki/<slug:city>.crt", pki_views.root_certificate, name="root_certificate"),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("problems/<slug:code>", problem_codes.problem_code, name="problem_code"),
        path("", include("geo_portal.home.urls")),
        path("", include("geo_portal.staff.urls_people")),
        path("", include("geo_portal.casework.urls")),
        path("", include("geo_portal.collection.urls")),
        path("", include("geo_portal.permits.urls")),
        path("", include("geo_portal.parking.urls")),
        path("", include("geo_portal.parking_permits.urls")),
        path("", include("geo_portal.reporting.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "geo_portal.home.problems.bad_request"
handler403 = "geo_portal.home.problems.permission_denied"
handler404 = "geo_portal.home.problems.page_not_found"
handler500 = "geo_portal.home.problems.server_error"
