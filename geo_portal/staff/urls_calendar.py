"""The addresses of the administrator's calendar, included by the pages of the portal."""

from django.urls import path

from geo_portal.staff import calendar_views

urlpatterns = [
    path("", calendar_views.calendar, name="calendar"),
    path("<int:year>/", calendar_views.calendar_of_year, name="calendar_year"),
    path("<int:year>/add", calendar_views.holiday_add, name="holiday_add"),
    path("<int:year>/ramadan", calendar_views.ramadan, name="ramadan"),
    path("<int:year>/hours", calendar_views.office_hours, name="office_hours"),
    path("holidays/<int:pk>/", calendar_views.holiday, name="holiday"),
    path("holidays/<int:pk>/remove", calendar_views.holiday_remove, name="holiday_remove"),
]
