"""Addresses of building permits, without their language prefix."""

from django.urls import path

from geo_portal.permits import (
    audit_views,
    mandate_views,
    office_views,
    register_views,
    registration_views,
    report_views,
    works_views,
)

app_name = "permits"

urlpatterns = [
    path("permits/", register_views.register, name="register"),
    path("permits/open.<str:form>", register_views.open_data, name="open_data"),
    path("permits/feed.atom", register_views.feed, name="feed"),
    path("permits/<int:year>/<int:serial>/", register_views.permit_page, name="permit"),
    path("permits/new/", office_views.new_application, name="new"),
    path("cases/<str:public_id>/site/", office_views.site_page, name="site"),
    path("cases/<str:public_id>/as-built/", works_views.as_built_page, name="as_built"),
    path("cases/<str:public_id>/visit/", works_views.visit_page, name="visit"),
    path("cases/<str:public_id>/audit/", audit_views.audit_page, name="audit"),
    path(
        "cases/<str:public_id>/registration/",
        registration_views.registration_page,
        name="registration",
    ),
    path(
        "cases/<str:public_id>/registration/mandates/",
        mandate_views.add_mandate,
        name="add_mandate",
    ),
    path(
        "cases/<str:public_id>/registration/mandates/<int:mandate_id>/end/",
        mandate_views.end_mandate_of,
        name="end_mandate",
    ),
    path(
        "cases/<str:public_id>/reports/<int:plot_id>/<int:number>.json",
        registration_views.frozen_report,
        name="frozen_report",
    ),
    path("plots/<str:plot_id>/report/", report_views.report_page, name="plot_report"),
    path("plots/<str:plot_id>/report.pdf", report_views.report_paper, name="plot_report_paper"),
    path("plots/<str:plot_id>/report.json", report_views.report_data, name="plot_report_data"),
]
