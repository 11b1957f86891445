"""Addresses of parking permits, without their language prefix."""

from django.urls import path

from geo_portal.parking_permits import (
    announce_views,
    apply_views,
    desk_views,
    export_views,
    permit_views,
    sheet_views,
)

app_name = "parking_permits"

urlpatterns = [
    path("parking/permits/", permit_views.my_permits, name="mine"),
    path("parking/permits/new/", apply_views.new_permit, name="new"),
    path("parking/permits/search/", desk_views.search, name="search"),
    path("parking/permits/search.csv", export_views.search_csv, name="search_csv"),
    path("parking/permits/announce/", announce_views.announce_to_zone, name="announce"),
    path("parking/permits/find/", desk_views.find, name="find"),
    path("parking/permits/cases/<str:public_id>/papers", apply_views.hand_in_papers, name="papers"),
    path("parking/permits/cases/<str:public_id>/bay", apply_views.set_bay, name="bay"),
    path("parking/permits/cases/<str:public_id>/place", apply_views.set_place, name="place"),
    path("parking/permits/<str:public_id>/", permit_views.permit_page, name="permit"),
    path("parking/permits/<str:public_id>/ask", permit_views.ask, name="ask"),
    path("zone/<str:number>/sheet/", sheet_views.zone_sheet_page, name="sheet"),
    path("zone/<str:number>/sheet.pdf", sheet_views.zone_sheet_pdf, name="sheet_pdf"),
]
