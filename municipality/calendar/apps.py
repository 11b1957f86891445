from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "municipality.calendar"
    label = "calendar"
