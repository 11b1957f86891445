"""Addresses of reports, without their language prefix."""

from django.urls import path

from geo_portal.reporting import case_views as case
from geo_portal.reporting import round_views, statistics_views

app_name = "reporting"

urlpatterns = [
    path("cases/<str:public_id>/report/assign", case.assign, name="assign"),
    path("cases/<str:public_id>/report/plan", case.plan, name="plan"),
    path("cases/<str:public_id>/report/category", case.recategorise, name="recategorise"),
    path("cases/<str:public_id>/report/pin", case.move_pin, name="move_pin"),
    path("cases/<str:public_id>/report/merge", case.merge, name="merge"),
    path("cases/<str:public_id>/report/photo", case.add_photo, name="add_photo"),
    path(
        "cases/<str:public_id>/report/photos/<str:photo_id>",
        case.look_at_photo,
        name="look_at_photo",
    ),
    path("cases/<str:public_id>/report/rate", case.rate, name="rate"),
    path("rounds/", round_views.round_page, name="round"),
    path("observations/statistics/", statistics_views.statistics_page, name="statistics"),
    path("observations/statistics.csv", statistics_views.statistics_csv, name="statistics_csv"),
    path(
        "observations/statistics/report/<int:year>.pdf",
        statistics_views.yearly_report,
        name="yearly_report",
    ),
    path("rounds/change", round_views.change_round, name="change_round"),
]
