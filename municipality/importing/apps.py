from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "municipality.importing"
    label = "importing"
