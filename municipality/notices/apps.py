from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "municipality.notices"
    label = "notices"
