from importlib import import_module

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "municipality.notices"
    label = "notices"

    def ready(self) -> None:
        """Register the check that every template loads."""
        import_module("municipality.notices.checks")
