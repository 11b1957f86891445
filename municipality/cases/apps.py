from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "municipality.cases"
    label = "cases"
