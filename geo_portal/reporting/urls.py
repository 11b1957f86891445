"""Addresses of reports, without their language prefix."""

from django.urls import path

from geo_portal.reporting import (
    area_views,
    forwarded_views,
    imported_views,
    part_views,
    reply_views,
    round_views,
    shown_views,
    statistics_views,
    views,
)
from geo_portal.reporting import case_views as case

app_name = "reporting"

urlpatterns = [
    path("cases/<str:public_id>/report/assign", case.assign, name="assign"),
    path("cases/<str:public_id>/report/plan", case.plan, name="plan"),
    path("cases/<str:public_id>/report/category", case.recategorise, name="recategorise"),
    path("cases/<str:public_id>/report/pin", case.move_pin, name="move_pin"),
    path("cases/<str:public_id>/report/merge", case.merge, name="merge"),
    path("cases/<str:public_id>/report/show", case.show, name="show"),
    path("cases/<str:public_id>/report/hide", case.hide, name="hide"),
    path("cases/<str:public_id>/report/forward", case.forward_out, name="forward"),
    path("cases/<str:public_id>/report/split", part_views.split_report, name="split"),
    path(
        "cases/<str:public_id>/report/parts/<str:part_id>/call-off",
        part_views.call_off_part,
        name="call_off_part",
    ),
    path("cases/<str:public_id>/part/photo", part_views.add_photo_to_part, name="part_photo"),
    path("forwarded/<str:public_id>/", forwarded_views.forwarded_page, name="forwarded"),
    path("cases/<str:public_id>/report/photo", case.add_photo, name="add_photo"),
    path(
        "cases/<str:public_id>/report/photos/<str:photo_id>",
        case.look_at_photo,
        name="look_at_photo",
    ),
    path("cases/<str:public_id>/report/rate", case.rate, name="rate"),
    path("replies/", reply_views.replies, name="replies"),
    path("replies/keep", reply_views.keep, name="keep_reply"),
    path("rounds/", round_views.round_page, name="round"),
    path("observations/statistics/", statistics_views.statistics_page, name="statistics"),
    path("observations/statistics.csv", statistics_views.statistics_csv, name="statistics_csv"),
    path(
        "observations/statistics/report/<int:year>.pdf",
        statistics_views.yearly_report,
        name="yearly_report",
    ),
    path("rounds/change", round_views.change_round, name="change_round"),
    path("observations/new/", views.new_report, name="new"),
    path("observations/", shown_views.shown, name="shown"),
    path("observations/shown.<str:form>", shown_views.shown_data, name="shown_data"),
    path("observations/areas/", area_views.areas, name="areas"),
    path("observations/areas/follow", area_views.follow, name="follow_area"),
    path("observations/areas/leave", area_views.leave_every, name="leave_areas"),
    path("observations/areas/stop/<str:token>/", area_views.stop_page, name="stop_areas"),
    path("observations/areas/<uuid:public_id>/leave", area_views.leave, name="leave_area"),
    path("observations/imported/", imported_views.imported, name="imported"),
    path("observations/<uuid:report_id>/take-up", case.take_up_report, name="take_up"),
    path("observations/<uuid:public_id>/", shown_views.shown_one, name="shown_one"),
    path("observations/<uuid:public_id>/follow", shown_views.follow_shown, name="follow_shown"),
]
