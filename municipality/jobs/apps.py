from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "municipality.jobs"
    label = "jobs"
