from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "municipality.history"
    label = "history"
