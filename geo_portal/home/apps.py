from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "geo_portal.home"
    label = "home"

    def ready(self) -> None:
        """Register the system checks."""
        from geo_portal.home import checks  # noqa: F401  (registers itself)
