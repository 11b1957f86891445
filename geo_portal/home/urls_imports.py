"""The addresses of the import pages, included by the pages of the portal."""

from django.urls import path

from geo_portal.home import imports

urlpatterns = [
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:public_id>/", imports.import_run, name="import_run"),
    path("imports/<uuid:public_id>/status.json", imports.import_status, name="import_status"),
    path("imports/<uuid:public_id>/refused.geojson", imports.import_refused, name="import_refused"),
    path(
        "imports/<uuid:public_id>/refused.gpkg",
        imports.import_refused_file,
        name="import_refused_file",
    ),
    path(
        "imports/<uuid:public_id>/report.json",
        imports.import_report_file,
        name="import_report_file",
    ),
    path("imports/<uuid:public_id>/swap", imports.import_swap, name="import_swap"),
    path("imports/<uuid:public_id>/cancel", imports.import_cancel, name="import_cancel"),
]
